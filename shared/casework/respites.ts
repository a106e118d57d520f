// Time that is asked for or given: the landlord's or Kronofogden's respite, and the guarantee rent that buys about a month.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { addWorkingDays, localDateOf } from '../domain/calendar.ts'
import { guaranteeRent } from '../domain/payment-plan.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary, noSuch, touchCase, type LockedCase } from './open-case.ts'
import { addOwnTasks, finishOwnTask } from './own-tasks.ts'
import { readMunicipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'

export const RESPITE_KINDS = ['landlord', 'enforcement', 'guarantee-rent'] as const
export type RespiteKind = (typeof RESPITE_KINDS)[number]

/** A respite as it stands. Amounts in öre. */
export type Respite = {
  id: string
  caseId: string
  kind: RespiteKind
  state: 'asked' | 'granted' | 'declined'
  askedOn: string
  amount: number | null
  monthlyRent: number | null
  decidedBy: string | null
  decidedByName: string | null
  landlordConfirmedOn: string | null
  newEvictionAt: string | null
  enforcementConfirmedOn: string | null
  note: string | null
}

const shown = sql`r.id, r.case_id, r.kind, r.state, r.asked_on, r.amount, r.monthly_rent, r.decided_by, p.name as decided_by_name,
  r.landlord_confirmed_on, r.new_eviction_at, r.enforcement_confirmed_on, r.note`

/** The respites of one case, the latest first. */
export async function respitesOf(trx: Trx, caseId: string): Promise<Respite[]> {
  const { rows } = await sql<Respite>`select ${shown} from respite r left join person p on p.id = r.decided_by
    where r.case_id = ${caseId} order by r.asked_on desc, r.id`.execute(trx)
  return rows
}

/** Working days until the answer is asked after. */
const ANSWER_WITHIN = 2

/** Records that a respite is asked for; the answer is a task. The same kind asked again answers with the one that stands. */
export async function askRespite(
  db: Db,
  actor: Actor,
  asked: { caseId: string; kind: RespiteKind; on: string; note: string | null },
): Promise<{ id: string }> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, asked.caseId, null)
    demandPast([['/on', asked.on]], at)
    const standing = (await respitesOf(trx, open.id)).find(
      (one) => one.kind === asked.kind && one.state === 'asked',
    )
    if (standing) return { id: standing.id }
    const id = randomUUID()
    const { kind, on, note } = asked
    await insertRows(trx, 'respite', [
      { id, caseId: open.id, kind, askedOn: on, askedBy: actor.personId, note },
    ])
    const { workingTime } = await readMunicipality(trx)
    const dueOn = addWorkingDays(at.today, ANSWER_WITHIN, workingTime)
    await addOwnTasks(trx, at, [{ kind: 'respite-asked', subjectId: id, dueOn, about: open }])
    await noted(trx, at, actor, { caseId: open.id, kind: 'respite.asked', id })
    return { id }
  })
}

/** The answer. A guarantee rent needs its amounts, who decided, and the landlord's word; a new time Kronofogden's. */
export type RespiteAnswer = {
  respiteId: string
  granted: boolean
  amount: number | null
  monthlyRent: number | null
  decidedBy: string | null
  landlordConfirmedOn: string | null
  newEvictionAt: string | null
  enforcementConfirmedOn: string | null
  note: string | null
}

/**
 * Records the answer. A new time of the eviction that Kronofogden has confirmed moves every date that hangs on it;
 * until then the old one stands. The same answer again changes nothing.
 */
export async function answerRespite(db: Db, actor: Actor, answer: RespiteAnswer): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockRespite(trx, answer.respiteId)
    const state = answer.granted ? 'granted' : 'declined'
    if (found.state === state && sameInstant(found.newEvictionAt, answer.newEvictionAt)) return
    if (found.state !== 'asked')
      throw new Refusal('conflict', 'respite.answered', 'Svaret är redan noterat. Läs ärendet igen.')
    const open = await lockCase(trx, found.caseId, null)
    const { followUpOn } = answer.granted ? demandAnswer(found.kind, answer, open, at) : { followUpOn: null }
    const said = answer.granted ? answer : { ...answer, ...NOTHING_GRANTED }
    await sql`update respite set state = ${state}, amount = ${said.amount}, monthly_rent = ${said.monthlyRent},
        decided_by = ${said.decidedBy}, landlord_confirmed_on = ${said.landlordConfirmedOn}, new_eviction_at = ${said.newEvictionAt},
        enforcement_confirmed_on = ${said.enforcementConfirmedOn}, note = coalesce(${said.note}, note),
        answered_at = ${at.now}, answered_by = ${actor.personId} where id = ${found.id}`.execute(trx)
    await finishOwnTask(trx, at, actor.personId, {
      caseId: open.id,
      kind: 'respite-asked',
      subjectId: found.id,
    })
    if (followUpOn)
      await addOwnTasks(trx, at, [
        { kind: 'guarantee-follow-up', subjectId: found.id, dueOn: followUpOn, about: open },
      ])
    await noted(trx, at, actor, { caseId: open.id, kind: `respite.${state}`, id: found.id })
    if (said.newEvictionAt) await emit(trx, 'dates.recorded', [open.id])
  })
}

const NOTHING_GRANTED = {
  amount: null,
  monthlyRent: null,
  decidedBy: null,
  landlordConfirmedOn: null,
  newEvictionAt: null,
  enforcementConfirmedOn: null,
}

const sameInstant = (one: string | null, other: string | null) =>
  one === other || (one !== null && other !== null && Date.parse(one) === Date.parse(other))

async function lockRespite(trx: Trx, id: string): Promise<Respite> {
  const { rows } = await sql<Respite>`select ${shown} from respite r left join person p on p.id = r.decided_by
    where r.id = ${id} for update of r`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/** Every objection at once, at the field it is about. */
function demandAnswer(
  kind: RespiteKind,
  answer: RespiteAnswer,
  open: LockedCase,
  at: Moment,
): { followUpOn: string | null } {
  demandPast(
    [
      ['/landlordConfirmedOn', answer.landlordConfirmedOn],
      ['/enforcementConfirmedOn', answer.enforcementConfirmedOn],
    ],
    at,
  )
  const ahead = open.stage === 'date-set' ? open.evictionDay : null
  const newDay = answer.newEvictionAt ? localDateOf(answer.newEvictionAt) : null
  const wanted = {
    amountOre: answer.amount ?? 0,
    monthlyRentOre: answer.monthlyRent ?? -1,
    decidedBy: answer.decidedBy,
    landlordConfirmedOn: answer.landlordConfirmedOn,
    newEvictionDay: newDay,
  }
  const bought = kind === 'guarantee-rent' ? guaranteeRent(wanted, ahead, at.today) : null
  const problems = [
    ...(bought?.objections ?? []).map(({ code, sentence }) => ({
      ...problemOf(`respite.${code}`, FIELDS[code] ?? '', sentence.sv),
      en: sentence.en,
    })),
    ...(bought ? [] : dateProblems(ahead, newDay)),
    ...confirmationProblems(answer),
  ]
  const [first] = problems
  if (first) throw new Refusal('unprocessable', first.code, first.detail, problems)
  return { followUpOn: bought?.followUpOn ?? null }
}

const FIELDS: Readonly<Record<string, string>> = {
  'one-month': '/amount',
  'decision-missing': '/decidedBy',
  'not-confirmed': '/landlordConfirmedOn',
  'new-date-missing': '/newEvictionAt',
}

const problemOf = (code: string, pointer: string, detail: string): Problem => ({ code, pointer, detail })

function dateProblems(ahead: string | null, newDay: string | null): Problem[] {
  if (ahead === null || (newDay !== null && newDay > ahead)) return []
  const detail = `Ange den nya tiden, efter ${ahead}. Den gamla gäller tills Kronofogden har flyttat den.`
  return [problemOf('respite.new-date-missing', '/newEvictionAt', detail)]
}

/** An approaching eviction is never silenced by hearsay: the landlord's word alone moves nothing. */
function confirmationProblems({ newEvictionAt, enforcementConfirmedOn }: RespiteAnswer): Problem[] {
  if (newEvictionAt === null || enforcementConfirmedOn !== null) return []
  const detail = 'Ring Kronofogden och ange vilken dag de bekräftade den nya tiden. Annars gäller den gamla.'
  return [problemOf('respite.enforcement-unconfirmed', '/enforcementConfirmedOn', detail)]
}

function demandPast(days: readonly (readonly [string, string | null])[], { today }: Moment): void {
  const ahead = days.filter(([, day]) => day !== null && day > today)
  const detail = 'Dagen ligger framåt i tiden. Ange dagen då det hände.'
  const problems = ahead.map(([pointer]) => problemOf('respite.date-ahead', pointer, detail))
  if (problems.length > 0) throw new Refusal('invalid', 'respite.date-ahead', detail, problems)
}

async function noted(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { caseId, kind, id }: { caseId: string; kind: string; id: string },
): Promise<void> {
  const detail = { respiteId: id }
  await writeTimeline(trx, at, [{ caseId, kind, actor: nameInDiary(actor), detail }])
  await touchCase(trx, caseId)
}
