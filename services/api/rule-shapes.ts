// How the API shows versions of the municipality's tables, what is wrong with them, and what they say of a case.
import { z } from 'zod'
import type { Finding } from '../../shared/casework/rule-checks.ts'
import type { RuleVersion, RuleVersionInFull } from '../../shared/casework/rules.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { Explanation } from '../../shared/domain/routing-explanation.ts'
import type { Language } from '../../shared/text/say.ts'

export const kind = z.enum([
  'routing',
  'tasks',
  'escalation',
  'codes',
  'checklist',
  'committees',
  'units',
  'settings',
  'letters',
  'visit-teams',
  'meetings',
])

/** A version's number in the address. What cannot be one belongs to nothing: the same 404 as for what is not there. */
export function versionOf({ id }: { id: string }): number {
  if (/^\d{1,9}$/.test(id)) return Number(id)
  throw new Refusal(
    'not-found',
    'not-found',
    'Det du söker finns inte, eller så har du inte tillgång till det.',
  )
}

export const version = z.object({
  id: z.number(),
  kind,
  version: z.number(),
  state: z.enum(['draft', 'reviewed', 'published', 'withdrawn']),
  validFrom: z.string().nullable(),
  inForce: z.boolean(),
  note: z.string().nullable(),
  basedOn: z.number().nullable(),
  createdBy: z.string().nullable(),
  reviewedBy: z.string().nullable(),
  publishedBy: z.string().nullable(),
  createdAt: z.string(),
  reviewedAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
})

const finding = z.object({
  sheet: z.enum(['rules', 'examples']),
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  row: z.number().nullable(),
  line: z.number(),
  column: z.string().nullable(),
  message: z.string(),
})

export const inFull = version.extend({ findings: z.array(finding) })

export function showVersion(one: RuleVersion): z.infer<typeof version> {
  const { id, kind, state, validFrom, inForce, note, basedOn } = one
  const { createdBy, reviewedBy, publishedBy, createdAt, reviewedAt, publishedAt } = one
  const people = { createdBy, reviewedBy, publishedBy }
  const times = { createdAt, reviewedAt, publishedAt }
  return { id, kind, version: one.version, state, validFrom, inForce, note, basedOn, ...people, ...times }
}

const showFinding = (one: Finding, language: Language): z.infer<typeof finding> => {
  const { sheet, severity, code, row, line, column, reason } = one
  return { sheet, severity, code, row, line, column, message: reason[language] }
}

export const showInFull = (one: RuleVersionInFull, language: Language): z.infer<typeof inFull> => ({
  ...showVersion(one),
  findings: one.findings.map((found) => showFinding(found, language)),
})

const spoken = z.object({ column: z.string(), label: z.string(), condition: z.string(), value: z.string() })
const notMatched = z.object({ row: z.number(), column: z.string(), why: z.string() })
export const grounds = z.object({ values: z.array(spoken), notMatched: z.array(notMatched) })

/** The values that a row spoke on, and why the rows before it did not. */
export function showGrounds(
  { values, notMatched }: Pick<Explanation, 'values' | 'notMatched'>,
  language: Language,
): z.infer<typeof grounds> {
  return {
    values: values.map(({ column, label, condition, value }) => ({
      column,
      label: label[language],
      condition,
      value,
    })),
    notMatched: notMatched.map(({ row, column, why }) => ({ row, column, why: why[language] })),
  }
}
