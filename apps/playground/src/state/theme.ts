/**
 * Light or dark: as the system has it, or as the switch says.
 */
import { computed, effect, signal } from '@preact/signals'

export const THEMES = ['automatic', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'nabla-theme'

function stored(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'automatic'
  } catch {
    // Storage may be forbidden.
    return 'automatic'
  }
}

export const theme = signal<Theme>(stored())

const media = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(media.matches)
media.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches
})

/** What is drawn on canvases depends on it. */
export const isDark = computed(() =>
  theme.value === 'automatic' ? systemIsDark.value : theme.value === 'dark',
)

export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'
    try {
      if (theme.value === 'automatic') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, theme.value)
    } catch {
      // Then it is forgotten with the page.
    }
  })
}

/** The value of a custom property, for canvases. Read it in an effect that depends on `isDark`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const calm = matchMedia('(prefers-reduced-motion: reduce)')
/** Whether the visitor asked for little motion. */
export const prefersCalm = (): boolean => calm.matches
