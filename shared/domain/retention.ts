// Decides what is erased and when (SoL 16 kap.): five years after the last note of a person, never what must be kept.
import { addDays, addMonths, isIsoDate, partsOf, type IsoDate } from './days.ts'
import { readSheet } from './sheet.ts'

/** The rules as numbers and codes; each is a row of config/law/retention.csv, or of the municipality's own sheet. */
export type RetentionRules = {
  caseYears: number
  childInquiryAge: number
  keptBirthDays: readonly number[]
  keptCounties: readonly string[]
  keptMunicipalities: readonly string[]
  unknownBirthDay: 'ask' | 'erase'
  looseNoticeYears: number
  receiptDays: number
  draftDays: number
  /** Days after which what somebody wrote in a form about a case and never sent is forgotten. */
  formDraftDays: number
  /** Days after a registrar has set aside what was not for the municipality. */
  notOursDays: number
}

/** What is known of one case. Days are Swedish calendar days. */
export type RetentionCase = {
  id: string
  number: string
  committee: string
  householdId: string
  /** The household of the case that this one was merged into. */
  mergedHouseholdId: string | null
  open: boolean
  lastNoteOn: IsoDate
  bornOn: IsoDate | null
  /** Somebody has said that it must stay: a claim, a review, a person's request. */
  held: boolean
  /** Somebody has looked at it and said that no rule of birth days keeps it. */
  releasedBirthDay: boolean
  childInquiry: boolean
  childBornOn: IsoDate | null
}

/** Why something is kept, or that it is erased. */
export type RetentionReason =
  'due' | 'not-yet' | 'open' | 'held' | 'kept-county' | 'birth-day' | 'birth-day-unknown' | 'child-inquiry'

/** A decision about all cases of one household: what is known of one person goes together (SoL 16:1). */
export type RetentionDecision = {
  cases: readonly RetentionCase[]
  erase: boolean
  reason: RetentionReason
  lastNoteOn: IsoDate
  /** The first day on which it may be erased, and the day by which that must be done. */
  eraseFrom: IsoDate
  finishBy: IsoDate
}

const addYears = (day: IsoDate, years: number): IsoDate => addMonths(day, years * 12)

/** Reads the sheets: the law's, then the municipality's own, which may change only what the law leaves to it. */
export function readRetentionRules(
  law: string,
  own: string | null,
): { rules: RetentionRules | null; problems: string[] } {
  const rows = readSheet(law).rows.map(({ cells }) => cells)
  const problems: string[] = []
  const values = new Map(rows.map((cells) => [cells['rule'] ?? '', cells['value'] ?? '']))
  const free = new Set(
    rows.filter((cells) => cells['decided_by'] === 'municipality').map((cells) => cells['rule']),
  )
  for (const { cells, line } of own === null ? [] : readSheet(own).rows) {
    if (!free.has(cells['rule']))
      problems.push(`row ${line}: ${cells['rule'] ?? ''} is not for the municipality to decide`)
    else values.set(cells['rule'] ?? '', cells['value'] ?? '')
  }
  const number = (rule: string, least: number): number => {
    const value = Number(values.get(rule))
    if (!Number.isInteger(value) || value < least)
      problems.push(`${rule} must be a whole number, at least ${least}`)
    return value
  }
  const list = (rule: string): string[] => (values.get(rule) ?? '').split(' ').filter(Boolean)
  const keptBirthDays = list('kept-birth-days').map(Number)
  problems.push(...wordProblems(values, keptBirthDays))
  const rules: RetentionRules = {
    caseYears: number('case-years', 1),
    childInquiryAge: number('child-inquiry-age', 18),
    keptBirthDays,
    keptCounties: list('kept-counties'),
    keptMunicipalities: list('kept-municipalities'),
    unknownBirthDay: values.get('unknown-birth-day') === 'erase' ? 'erase' : 'ask',
    looseNoticeYears: number('loose-notice-years', 1),
    receiptDays: number('receipt-days', 400),
    draftDays: number('draft-days', 1),
    formDraftDays: number('form-draft-days', 1),
    notOursDays: number('not-ours-days', 1),
  }
  return { rules: problems.length > 0 ? null : rules, problems }
}

function wordProblems(values: ReadonlyMap<string, string>, keptBirthDays: readonly number[]): string[] {
  const sound = {
    'unknown-birth-day must be ask or erase': ['ask', 'erase'].includes(
      values.get('unknown-birth-day') ?? '',
    ),
    'finish must be: end of next year': values.get('finish') === 'end of next year',
    'kept-birth-days must be days of a month': keptBirthDays.every((day) => day >= 1 && day <= 31),
  }
  return Object.entries(sound).flatMap(([problem, holds]) => (holds ? [] : [problem]))
}

/** The first day on which what had its last note on `day` may go, and the last day of the next calendar year. */
export function erasureWindow(day: IsoDate, years: number): { eraseFrom: IsoDate; finishBy: IsoDate } {
  const eraseFrom = addDays(addYears(day, years), 1)
  return { eraseFrom, finishBy: `${partsOf(addYears(day, years)).year + 1}-12-31` }
}

/** Decides about every household among the cases. `municipality` is the four-digit code, `today` an ISO day. */
export function decideRetention(
  rules: RetentionRules,
  municipality: string,
  cases: readonly RetentionCase[],
  today: IsoDate,
): RetentionDecision[] {
  return households(cases).map((together) => decideOne(rules, municipality, together, today))
}

/** Cases of one household, and of households whose cases were merged, however long the chain. */
function households(cases: readonly RetentionCase[]): RetentionCase[][] {
  const root = new Map<string, string>()
  const find = (key: string): string => {
    const next = root.get(key) ?? key
    return next === key ? key : find(next)
  }
  for (const { householdId, mergedHouseholdId } of cases) {
    if (mergedHouseholdId) root.set(find(householdId), find(mergedHouseholdId))
  }
  return [...Map.groupBy(cases, ({ householdId }) => find(householdId)).values()]
}

function decideOne(
  rules: RetentionRules,
  municipality: string,
  cases: readonly RetentionCase[],
  today: IsoDate,
): RetentionDecision {
  const lastNoteOn =
    cases
      .map((one) => one.lastNoteOn)
      .toSorted()
      .at(-1) ?? today
  const window = windowOf(rules, cases, lastNoteOn)
  const reason = reasonOf(rules, municipality, cases, today >= window.eraseFrom)
  const kept = reason === 'not-yet' && cases.some((one) => one.childInquiry) ? 'child-inquiry' : reason
  return { cases, erase: reason === 'due', reason: kept, lastNoteOn, ...window }
}

/** A child-protection inquiry waits for the child's birthday; of an unknown child, for the latest it can be. */
function windowOf(rules: RetentionRules, cases: readonly RetentionCase[], lastNoteOn: IsoDate) {
  const usual = erasureWindow(lastNoteOn, rules.caseYears)
  const born = cases.filter((one) => one.childInquiry).map((one) => one.childBornOn ?? one.lastNoteOn)
  const adult = born
    .map((day) => addYears(day, rules.childInquiryAge))
    .toSorted()
    .at(-1)
  if (!adult || adult <= usual.eraseFrom) return usual
  return { eraseFrom: adult, finishBy: `${partsOf(adult).year + 1}-12-31` }
}

function reasonOf(
  rules: RetentionRules,
  municipality: string,
  cases: readonly RetentionCase[],
  passed: boolean,
): RetentionReason {
  if (cases.some((one) => one.open)) return 'open'
  if (cases.some((one) => one.held)) return 'held'
  const kept =
    rules.keptMunicipalities.includes(municipality) || rules.keptCounties.includes(municipality.slice(0, 2))
  if (kept) return 'kept-county'
  const days = cases.flatMap(({ bornOn }) => (isIsoDate(bornOn) ? [partsOf(bornOn).day] : []))
  if (days.some((day) => rules.keptBirthDays.includes(day))) return 'birth-day'
  if (!passed) return 'not-yet'
  const unknown =
    days.length === 0 && rules.unknownBirthDay === 'ask' && !cases.some((one) => one.releasedBirthDay)
  return unknown ? 'birth-day-unknown' : 'due'
}
