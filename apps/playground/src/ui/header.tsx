/**
 * The header: name, tabs, and the switches for language, colours and sharing.
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { isolated } from '../engine/state.js'
import { LANGUAGES, type Language, language, text } from '../i18n/index.js'
import { THEMES, type Theme, theme } from '../state/theme.js'

function LanguageSwitch() {
  const next: Language = language.value === 'en' ? 'zh' : 'en'
  return (
    <button
      type="button"
      class="button quiet"
      lang={next}
      title={text.value.shell.language}
      data-testid="language"
      onClick={() => {
        language.value = next
      }}
    >
      {LANGUAGES[next].name}
    </button>
  )
}

const ICONS: Readonly<Record<Theme, string>> = { automatic: '◐', light: '☀', dark: '☾' }

function ThemeSwitch() {
  const { shell } = text.value
  const current = theme.value
  const label = `${shell.theme}: ${shell[current]}`
  return (
    <button
      type="button"
      class="button quiet icon"
      aria-label={label}
      title={label}
      data-testid="theme"
      onClick={() => {
        theme.value = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'automatic'
      }}
    >
      <span aria-hidden="true">{ICONS[current]}</span>
    </button>
  )
}

/** Copies the address; where that isn't allowed the address bar has it anyway. */
export function CopyLink({ label, done }: { readonly label: string; readonly done: string }) {
  const isCopied = useSignal(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href)
      isCopied.value = true
      setTimeout(() => {
        isCopied.value = false
      }, 2000)
    } catch {
      // Nothing to tell: the link is in the address bar.
    }
  }
  return (
    <button type="button" class="button quiet" onClick={() => void copy()}>
      <span aria-live="polite">{isCopied.value ? done : label}</span>
    </button>
  )
}

/** Says when there is one thread only. */
function ThreadNote() {
  if (isolated.value !== false) return null
  return (
    <span class="note" title={text.value.shell.singleWhy} data-testid="single-thread">
      {text.value.shell.single}
    </span>
  )
}

export function Header({ children }: { readonly children: ComponentChildren }) {
  const { shell } = text.value
  return (
    <header class="header">
      <p class="brand">
        <span class="logo" aria-hidden="true">
          ∇
        </span>
        <span>Nabla</span>
      </p>
      {children}
      <div class="switches">
        <ThreadNote />
        <CopyLink label={shell.share} done={shell.shared} />
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </header>
  )
}
