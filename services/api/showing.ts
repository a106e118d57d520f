// How the API says the things that many answers hold: words in the reader's language, findings, deadlines, an empty body.
import { z } from 'zod'
import type { Finding } from '../../shared/domain/reading-findings.ts'
import type { Language } from '../../shared/text/say.ts'

type Words = { sv: string; en: string }

export const finding = z.object({
  code: z.string(),
  severity: z.enum(['critical', 'minor', 'note']),
  field: z.string(),
  message: z.string(),
})

/** Findings with their sentence in one language. */
export function showFindings(findings: readonly Finding[], language: Language): z.infer<typeof finding>[] {
  return findings.map(({ code, severity, field, message }) => ({
    code,
    severity,
    field,
    message: message[language],
  }))
}

/** Either language of a row that holds both. */
export function inLanguage(sv: string, en: string, language: Language): string
export function inLanguage(sv: string | null, en: string | null, language: Language): string | null
export function inLanguage(sv: string | null, en: string | null, language: Language): string | null {
  return language === 'en' ? (en ?? sv) : sv
}

export const showWords = (words: Words, language: Language): string => words[language]

/** Öre as SEK with at most two decimals. */
export const sek = (ore: number): number => ore / 100

export const deadline = z.object({
  kind: z.string(),
  rawDate: z.string().nullable(),
  lastDay: z.string().nullable(),
  safeDay: z.string().nullable(),
  notBefore: z.string().nullable(),
  notBeforeAlternative: z.string().nullable(),
  state: z.enum(['running', 'met', 'passed', 'stopped']),
  stateReason: z.string().nullable(),
  source: z.string(),
  explanation: z.string(),
  basis: z.enum(['known', 'earliest-possible']),
  periodVersion: z.string(),
  inputs: z.array(z.object({ name: z.string(), date: z.string(), note: z.string().nullable() })),
})

export const receipt = z.object({
  id: z.string(),
  number: z.string(),
  receivedAt: z.string(),
  verdict: z.enum(['complete', 'incomplete', 'doubtful']),
  findings: z.array(finding),
  possibleDuplicateOf: z.string().optional(),
})
