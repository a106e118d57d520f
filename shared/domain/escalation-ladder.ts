// Reads the escalation table (escalation.csv): when a case is referred, who is alerted at which step, what raises urgency.
import { parseCondition } from './condition.ts'
import type { Condition, Vocabulary } from './condition.ts'
import type { Words } from './routing-facts.ts'
import { CHILDREN, STAGES } from './routing-facts.ts'
import { readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

/** Real handling, in the words that tell why an alert was stopped. Seeing an alert is not handling. */
export const HANDLINGS = {
  'first-answer': { sv: 'Hänvisningen är besvarad.', en: 'The referral is answered.' },
  'referral-rejected': {
    sv: 'Hänvisningen är avvisad med skäl.',
    en: 'The referral is rejected with a reason.',
  },
  'referral-ended': { sv: 'Hänvisningen är avslutad.', en: 'The referral is ended.' },
  'meeting-offered': { sv: 'Ett möte är erbjudet.', en: 'A meeting is offered.' },
  'alternative-offered': {
    sv: 'Annan rådgivning är erbjuden.',
    en: 'Other counselling is offered.',
  },
  'task-done': { sv: 'Uppgiften är gjord.', en: 'The task is done.' },
  'task-ended': { sv: 'Uppgiften behövs inte längre.', en: 'The task is no longer needed.' },
  'assignment-accepted': { sv: 'Ärendet är mottaget.', en: 'The case is accepted.' },
  'assignment-rejected': {
    sv: 'Ärendet är lämnat vidare med skäl.',
    en: 'The case is passed on with a reason.',
  },
  'owner-accepted': { sv: 'Ärendet har en ansvarig.', en: 'The case has an owner.' },
  'contact-attempted': { sv: 'Ett försök till kontakt är gjort.', en: 'An attempt at contact is made.' },
  'contact-made': { sv: 'Hyresgästen är nådd.', en: 'The tenant is reached.' },
  'inquiry-decided': {
    sv: 'Det är beslutat om utredning ska inledas.',
    en: 'It is decided whether to open an inquiry.',
  },
  'payment-confirmed': {
    sv: 'Hyresvärden har bekräftat betalningen.',
    en: 'The landlord has confirmed the payment.',
  },
  'undertaking-sent': {
    sv: 'Nämndens åtagande är skickat till hyresvärden.',
    en: "The committee's undertaking is sent.",
  },
  'plan-agreed': { sv: 'En betalningsplan är överenskommen.', en: 'A payment plan is agreed.' },
  'eviction-cancelled': { sv: 'Kronofogden har ställt in avhysningen.', en: 'The eviction is cancelled.' },
  'eviction-executed': { sv: 'Avhysningen är verkställd.', en: 'The eviction is executed.' },
  'conference-held': {
    sv: 'En plan är beslutad på ärendekonferens.',
    en: 'A plan is decided at a case conference.',
  },
  'confirmation-sent': {
    sv: 'Bekräftelsen till Kronofogden är skickad.',
    en: 'The confirmation to Kronofogden is sent.',
  },
  'outcome-recorded': { sv: 'Utfallet är antecknat.', en: 'The outcome is recorded.' },
  'checked-out': { sv: 'Besöket är avslutat.', en: 'The visit is checked out.' },
  'visit-cancelled': { sv: 'Besöket är avbokat.', en: 'The visit is cancelled.' },
  'case-ended': {
    sv: 'Ärendet är avslutat eller risken är borta.',
    en: 'The case is closed or the risk is gone.',
  },
} as const satisfies Record<string, Words>
export type Handling = keyof typeof HANDLINGS
const HANDLING_CODES = new Set<string>(Object.keys(HANDLINGS))
const isHandling = (word: string): word is Handling => HANDLING_CODES.has(word)

export const SUBJECTS = ['case', 'task', 'referral', 'assignment', 'eviction', 'visit'] as const
export type SubjectKind = (typeof SUBJECTS)[number]
export const RECIPIENTS = ['assignee', 'counsellor', 'unit-supervisor', 'coordinator', 'duty-list'] as const
export type Recipient = (typeof RECIPIENTS)[number]

/** `min` and `h` pass also at night; `ad` is working days, `d` calendar days; `day-end` counts back from midnight. */
export type Delay = { amount: number; unit: 'min' | 'h' | 'd' | 'ad' | 'day-end' }

/** One step of the ladder. Urgency 1 note · 2 important · 3 urgent · 4 acute. */
export type LadderStep = {
  subject: SubjectKind
  trigger: string
  step: number
  anchor: 'start' | 'due' | 'R' | 'D'
  delay: Delay
  /** After the last step the alert comes again this often, until it is handled. */
  repeat: Delay | null
  hours: 'working' | 'always'
  recipient: Recipient
  urgency: number
  title: Words
  handledBy: readonly Handling[]
  condition: Condition
}

export type Rule = { code: string; condition: Condition; title: Words; urgency: number }
/** What the municipality promises a referred tenant, counted from the referral. */
export const PROMISES = ['answer-warning', 'answer', 'meeting'] as const
export type Promises = Readonly<Record<(typeof PROMISES)[number], Delay>>
export type EscalationTable = {
  promises: Promises
  refer: readonly Rule[]
  /** What brings a case to the coordination meeting by itself. */
  nominate: readonly Rule[]
  raise: readonly Rule[]
  steps: readonly LadderStep[]
}

/** The words a condition in the escalation table may use. */
export const ESCALATION_VOCABULARY: Vocabulary = {
  dagar_till_frist: { kind: 'number' },
  dagar_till_avhysning: { kind: 'number' },
  manader_obetalda: { kind: 'number' },
  upprepad: { kind: 'yes-no' },
  avhysningsdag: { kind: 'yes-no' },
  vill_ha_radgivning: { kind: 'yes-no' },
  barn: { kind: 'choice', choices: CHILDREN },
  skede: { kind: 'choice', choices: STAGES },
  tid_saknas: { kind: 'yes-no' },
  alder: { kind: 'number' },
  ej_nadd: { kind: 'yes-no' },
  storning: { kind: 'yes-no' },
  psykisk_ohalsa: { kind: 'yes-no' },
}

const COLUMNS =
  'kind;subject;trigger;step;condition;anchor;delay;repeat;hours;recipient;urgency;title_sv;title_en;handled_by'.split(
    ';',
  )
const cell = (row: SheetRow, column: string): string => row.cells[column] ?? ''

/** Reads escalation.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseEscalation(csv: string): { table: EscalationTable; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  for (const column of COLUMNS.filter((name) => !sheet.columns.includes(name))) {
    problems.push(
      sheetProblem(
        'missing-column',
        { line: 1, column },
        `Kolumnen ${column} saknas.`,
        `Column ${column} is missing.`,
      ),
    )
  }
  const of = (kind: string): SheetRow[] => sheet.rows.filter((row) => cell(row, 'kind') === kind)
  const unknown = sheet.rows.filter(
    (row) => !['promise', 'refer', 'nominate', 'raise', 'step'].includes(cell(row, 'kind')),
  )
  unknown.forEach((row) => report(problems, row, 'kind'))
  const table = {
    promises: readPromises(of('promise'), problems),
    refer: of('refer').flatMap((row) => readRule(row, problems)),
    nominate: of('nominate').flatMap((row) => readRule(row, problems)),
    raise: of('raise').flatMap((row) => readRule(row, problems)),
    steps: of('step').flatMap((row) => readStep(row, problems)),
  }
  return { table, problems: [...problems, ...ladderProblems(table.steps)] }
}

function report(problems: SheetProblem[], row: SheetRow, column: string): void {
  const value = cell(row, column)
  problems.push(
    sheetProblem(
      `bad-${column}`,
      { line: row.line, column },
      `"${value}" går inte att läsa.`,
      `"${value}" cannot be read.`,
    ),
  )
}

function conditionOf(row: SheetRow, problems: SheetProblem[]): Condition {
  const { condition, problems: found } = parseCondition(cell(row, 'condition'), ESCALATION_VOCABULARY)
  found.forEach((words) =>
    problems.push(sheetProblem('bad-condition', { line: row.line, column: 'condition' }, words.sv, words.en)),
  )
  return condition
}

const titleOf = (row: SheetRow): Words => ({ sv: cell(row, 'title_sv'), en: cell(row, 'title_en') })

function readRule(row: SheetRow, problems: SheetProblem[]): Rule[] {
  const before = problems.length
  const condition = conditionOf(row, problems)
  // A rule without a condition would refer, or raise, every case there is.
  if (condition.length === 0) report(problems, row, 'condition')
  if (problems.length > before) return []
  return [
    { code: cell(row, 'trigger'), condition, title: titleOf(row), urgency: Number(cell(row, 'urgency')) },
  ]
}

/** Reads a delay cell: `36h`, `30min`, `7d`, `-12d`, `+2ad`, `day-end-4h`; null when it cannot be read. */
export function parseDelay(text: string): Delay | null {
  const beforeMidnight = /^day-end-(\d{1,2})h$/.exec(text)
  if (beforeMidnight) return { amount: Number(beforeMidnight[1]), unit: 'day-end' }
  const parts = /^([+-]?\d{1,3})(min|h|ad|d)$/.exec(text)
  const unit = (['min', 'h', 'd', 'ad'] as const).find((known) => known === parts?.[2])
  return parts && unit ? { amount: Number(parts[1]), unit } : null
}

/** A promise that is missing from the table reads as at once, and is a problem: no tenant waits for ever by mistake. */
function readPromises(rows: readonly SheetRow[], problems: SheetProblem[]): Promises {
  const read = (code: string): Delay => {
    const row = rows.find((one) => cell(one, 'trigger') === code)
    const delay = row ? parseDelay(cell(row, 'delay')) : null
    if (delay) return delay
    problems.push(
      sheetProblem(
        'missing-promise',
        { line: row?.line ?? 0, column: 'trigger' },
        `Löftet ${code} saknas eller går inte att läsa.`,
        `The promise ${code} is missing or cannot be read.`,
      ),
    )
    return { amount: 0, unit: 'h' }
  }
  return { 'answer-warning': read('answer-warning'), answer: read('answer'), meeting: read('meeting') }
}

function readStep(row: SheetRow, problems: SheetProblem[]): LadderStep[] {
  const before = problems.length
  const subject = oneOf(SUBJECTS, row, 'subject', problems)
  const anchor = oneOf(['start', 'due', 'R', 'D'] as const, row, 'anchor', problems)
  const hours = oneOf(['working', 'always'] as const, row, 'hours', problems)
  const recipient = oneOf(RECIPIENTS, row, 'recipient', problems)
  const urgency = oneOf(['1', '2', '3', '4'] as const, row, 'urgency', problems)
  const delay = parseDelay(cell(row, 'delay'))
  if (!delay) report(problems, row, 'delay')
  const repeat = repeatIn(row, problems)
  const step = Number(cell(row, 'step'))
  const handledBy = handlingsIn(row, problems)
  const condition = conditionOf(row, problems)
  if (!subject || !anchor || !delay || !hours || !recipient || problems.length > before) return []
  const who = {
    subject,
    recipient,
    trigger: cell(row, 'trigger'),
    title: titleOf(row),
    urgency: Number(urgency),
  }
  return [{ ...who, step, handledBy, condition, anchor, delay, repeat, hours }]
}

function oneOf<T extends string>(
  words: readonly T[],
  row: SheetRow,
  column: string,
  problems: SheetProblem[],
): T | undefined {
  const found = words.find((word) => word === cell(row, column))
  if (found === undefined) report(problems, row, column)
  return found
}

function repeatIn(row: SheetRow, problems: SheetProblem[]): Delay | null {
  if (cell(row, 'repeat') === '') return null
  const repeat = parseDelay(cell(row, 'repeat'))
  // A repetition that does not move forward would alert for ever at one instant.
  const forward = repeat !== null && repeat.amount > 0 && repeat.unit !== 'day-end'
  if (!forward) report(problems, row, 'repeat')
  return repeat
}

function handlingsIn(row: SheetRow, problems: SheetProblem[]): readonly Handling[] {
  const words = cell(row, 'handled_by').split('|')
  const known = words.filter(isHandling)
  if (known.length !== words.length) report(problems, row, 'handled_by')
  return known
}

/** A ladder that skips a step, falls in urgency, or repeats in the middle would let an alert die or sink. */
function ladderProblems(steps: readonly LadderStep[]): SheetProblem[] {
  return [...new Set(steps.map((step) => step.trigger))].flatMap((trigger) => {
    const ladder = steps.filter((step) => step.trigger === trigger)
    const right = ladder.every(
      (step, at) =>
        step.step === at + 1 &&
        step.urgency >= (ladder[at - 1]?.urgency ?? 0) &&
        (step.repeat === null || at === ladder.length - 1),
    )
    if (right) return []
    return [
      sheetProblem(
        'broken-ladder',
        { column: 'step' },
        `Trappan ${trigger} ska räknas 1, 2, 3 … med stigande brådska, och bara sista steget får upprepas.`,
        `The ladder ${trigger} must count 1, 2, 3 … with rising urgency, and only its last step may repeat.`,
      ),
    ]
  })
}
