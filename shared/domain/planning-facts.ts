// What the task templates may be asked about a case: the facts of planning, and the Swedish words for them in the table.
import { daysBetween } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Facts, Vocabulary } from './condition.ts'
import type { Choice } from './routing-facts.ts'
import { CHILDREN, LANDLORD_KINDS, NOTICE_TYPES, STAGES, TENANCY_KINDS } from './routing-facts.ts'

/** Why planned work is no longer needed. */
export const END_REASONS = ['paid', 'withdrawn', 'cancelled', 'moved', 'wrong-person', 'agreement'] as const
export type EndReason = (typeof END_REASONS)[number]

/** What people have recorded that changes the plan; codes in `flags`, the officer's words in the table. */
export const FLAGS: readonly Choice[] = [
  { code: 'violence', word: 'våld', en: 'signs of violence' },
  { code: 'protected', word: 'skyddad', en: 'protected identity' },
  { code: 'neglect', word: 'vanvård', en: 'neglected or insanitary dwelling' },
  { code: 'other-residents', word: 'andra boende', en: 'others than the contract holder live there' },
  { code: 'municipality-pays', word: 'kommunen betalar', en: 'the municipality pays the rent' },
  { code: 'not-reached', word: 'ej nådd', en: 'not reached in spite of attempts' },
  { code: 'moved-out', word: 'avflytt', en: 'move-out agreed or done' },
]

const ENDINGS: readonly Choice[] = [
  { code: 'paid', word: 'betald', en: 'paid' },
  { code: 'withdrawn', word: 'återkallad', en: 'withdrawn' },
  { code: 'cancelled', word: 'inställd', en: 'cancelled' },
  { code: 'moved', word: 'flyttad', en: 'moved' },
  { code: 'wrong-person', word: 'fel person', en: 'wrong person' },
  { code: 'agreement', word: 'överenskommen', en: 'agreement' },
]

export type PlanningFacts = {
  noticeType: string
  stage: string
  /** The governing notice's own date. */
  t0: IsoDate
  /** The day it reached the municipality. */
  receivedOn: IsoDate
  /** Safe last day of the recovery period; null when none runs or its start is not known. */
  recoveryEnds: IsoDate | null
  /** In words, what the recovery period is counted from; shown, never judged. */
  recoveryBasis: string | null
  /** The local date of the eviction. */
  evictionDay: IsoDate | null
  /** The day of the latest event (update, or message from the enforcement authority); null: the receipt. */
  eventOn?: IsoDate | null
  /** When the case was closed: from then on only follow-up is planned. */
  closedOn?: IsoDate | null
  /** Next rent that the municipality itself is to pay. */
  rentDueOn?: IsoDate | null
  /** The day the case was first planned; lateness is judged then and does not grow afterwards. Null: now. */
  firstPlannedOn?: IsoDate | null
  childrenInHousehold: 'yes' | 'no' | 'unknown'
  age: number | null
  monthsUnpaid: number
  /** Debt in öre. */
  debtOre?: number | null
  repeatWithin12Months: boolean
  knownClient: boolean
  landlordKind: string
  tenancyKind: string
  flags: readonly string[]
  /** Raised when a new notice, or a new eviction date after a cancelled one, needs the whole template afresh. */
  cycle?: { notice: number; eviction: number }
  ended?: EndReason | null
  /** Outcome code of a closed case. */
  finalOutcome?: string | null
}

/** The words a condition in the table of task templates may use. */
export const PLANNING_VOCABULARY: Vocabulary = {
  anmalan: { kind: 'choice', choices: NOTICE_TYPES },
  skede: { kind: 'choice', choices: STAGES },
  barn: { kind: 'choice', choices: CHILDREN },
  alder: { kind: 'number' },
  manader_obetalda: { kind: 'number' },
  belopp_kr: { kind: 'number' },
  upprepad: { kind: 'yes-no' },
  aktuell: { kind: 'yes-no' },
  hyresvardstyp: { kind: 'choice', choices: LANDLORD_KINDS },
  boendeform: { kind: 'choice', choices: TENANCY_KINDS },
  flagga: { kind: 'flags', choices: FLAGS },
  frist: { kind: 'yes-no' },
  avhysningsdag: { kind: 'yes-no' },
  dagar_till_frist: { kind: 'number' },
  dagar_till_avhysning: { kind: 'number' },
  sen: { kind: 'yes-no' },
  slut: { kind: 'choice', choices: ENDINGS },
  utfall: { kind: 'code' },
}

/** The facts as conditions read them. `late`: the notice was already old when the case was first planned. */
export function planningAnswers(facts: PlanningFacts, today: IsoDate, late: boolean): Facts {
  const daysTo = (day: IsoDate | null): number | null => (day ? daysBetween(today, day) : null)
  return {
    anmalan: facts.noticeType,
    skede: facts.stage,
    barn: facts.childrenInHousehold,
    alder: facts.age,
    manader_obetalda: facts.monthsUnpaid,
    belopp_kr: facts.debtOre === undefined || facts.debtOre === null ? null : facts.debtOre / 100,
    upprepad: facts.repeatWithin12Months,
    aktuell: facts.knownClient,
    hyresvardstyp: facts.landlordKind,
    boendeform: facts.tenancyKind,
    flagga: facts.flags,
    frist: facts.recoveryEnds !== null,
    avhysningsdag: facts.stage === 'date-set' && facts.evictionDay !== null,
    dagar_till_frist: daysTo(facts.recoveryEnds),
    dagar_till_avhysning: daysTo(facts.evictionDay),
    sen: late,
    slut: facts.ended ?? null,
    utfall: facts.finalOutcome ?? null,
  }
}

/** Why planned work ends now: what ended the notices, or the enforcement authority's cancelling; null while it stands. */
export function endingOf(facts: PlanningFacts): EndReason | null {
  return facts.ended ?? (facts.stage === 'stayed' ? 'cancelled' : null)
}
