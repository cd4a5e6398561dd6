/**
 * The language of the page: English or Chinese, by the browser or by the switch.
 */
import { computed, signal } from '@preact/signals'
import { chinese } from './chinese.js'
import { type Dictionary, english } from './english.js'

export const LANGUAGES = { en: english, zh: chinese } as const satisfies Record<string, Dictionary>
export type Language = keyof typeof LANGUAGES

export function isLanguage(value: string): value is Language {
  return Object.hasOwn(LANGUAGES, value)
}

/** What the browser asks for. */
export function preferredLanguage(languages: readonly string[] = navigator.languages): Language {
  const first = languages.map((each) => each.slice(0, 2)).find(isLanguage)
  return first ?? 'en'
}

export const language = signal<Language>(preferredLanguage())

/** The strings in use; read it while rendering. */
export const text = computed<Dictionary>(() => LANGUAGES[language.value])

/** A share as percents, e.g. `97.3 %`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString(language.value)
}
