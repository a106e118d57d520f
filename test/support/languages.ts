// Journeys are written once, with Swedish texts, and walked in both languages: what the reader's catalogue says instead.
import { en } from '../../shared/text/en.ts'
import { pageTexts } from '../../shared/text/pages.ts'
import type { Language } from '../../shared/text/say.ts'
import { sv, type TextKey } from '../../shared/text/sv.ts'

const TEXTS: readonly (readonly [sv: string, en: string])[] = [
  ...(Object.keys(sv) as TextKey[]).map((key) => [sv[key], en[key]] as const),
  ...Object.values(pageTexts).map((text) => [text.sv, text.en] as const),
]

export type Words = {
  /** A whole text of the page. */
  say: (swedish: string) => string
  /** Text that holds this part of a sentence, whatever is filled in around it. */
  holds: (swedish: string) => RegExp
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const anyValues = (text: string) => literally(text).replace(/\\\{\w+\\\}/g, '.*')

/** How a journey written in Swedish speaks. Throws for a text that is in no catalogue: its English would prove nothing. */
export function wordsIn(language: Language): Words {
  if (language === 'sv') return { say: (swedish) => swedish, holds: (part) => new RegExp(literally(part)) }
  return {
    say: (swedish) => {
      const english = new Set(TEXTS.filter(([text]) => text === swedish).map(([, text]) => text))
      const [found] = english
      if (found === undefined || english.size > 1)
        throw new Error(`${english.size} English texts for "${swedish}": ${[...english].join(' | ')}`)
      return found
    },
    holds: (part) => {
      const english = new Set(
        TEXTS.filter(([text]) => text.includes(part)).map(([, text]) => anyValues(text)),
      )
      if (english.size === 0) throw new Error(`No text holds "${part}"`)
      return new RegExp([...english].join('|'), 's')
    },
  }
}
