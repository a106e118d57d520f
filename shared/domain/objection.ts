// Why something must not be done, and what to do instead: the answer of every rule that may say no.
import type { Words } from './routing-facts.ts'

/** `code` is stable and free of personal data; the sentence says what to do instead. */
export type Objection = { code: string; sentence: Words }

/** One objection, or none: reads as a line in a list of rules. */
export function objectIf(found: boolean, code: string, sv: string, en: string): Objection[] {
  return found ? [{ code, sentence: { sv, en } }] : []
}
