// Says a catalogue text in the reader's language, with its values filled in.
import { en } from './en.ts'
import { pageTexts, type PageTextKey } from './pages.ts'
import { sv, type TextKey } from './sv.ts'

export type Language = 'sv' | 'en'

/** Any text that can be said: of the frame and its errors, or of a page. */
export type Key = TextKey | PageTextKey

const catalogues: Record<Language, Record<TextKey, string>> = { sv, en }

/** The text for `key`, `{name}` replaced by `values.name`. A value that is missing stays visible as `{name}`. */
export function say(
  language: Language,
  key: Key,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = isTextKey(key) ? catalogues[language][key] : pageTexts[key][language]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** Whether the catalogue has this key: codes of errors come from outside this file. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(sv, key)
}

/**
 * The language a reader asks for in `Accept-Language`: Swedish unless English stands before it.
 * Quality values are honoured; anything unreadable means Swedish.
 */
export function preferredLanguage(header: string | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'sv', weight: 0 }
  for (const part of (header ?? '').split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const language = tag.split('-')[0]
    if (language !== 'sv' && language !== 'en') continue
    const written = parameters.find((text) => text.trim().startsWith('q='))?.trim()
    const weight = written ? Number(written.slice(2)) : 1
    if (weight > best.weight) best = { language, weight }
  }
  return best.language
}

/** Whether a page has this text: columns of a municipality's sheets come from outside this file. */
export function isPageTextKey(key: string): key is PageTextKey {
  return Object.hasOwn(pageTexts, key)
}
