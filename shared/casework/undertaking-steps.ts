// The committee's undertaking step by step: asked for by one person, decided by another, sent to the landlord with proof.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { addWorkingDays } from '../domain/calendar.ts'
import { Refusal } from '../domain/refusal.ts'
import { dispatchedInTime, mayUndertake, type Dispatch } from '../domain/undertaking.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary, noSuch, touchCase, type LockedCase } from './open-case.ts'
import { addOwnTasks, finishOwnTask } from './own-tasks.ts'
import { readMunicipality } from './settings.ts'
import { answerTemplateTask } from './template-tasks.ts'
import { isOneOf } from './two-persons.ts'
import { writeTimeline } from './timeline.ts'
import { refuseObjections, undertakingMatter } from './undertakings.ts'

/** An undertaking as it stands. Amount in öre. */
export type Undertaking = {
  id: string
  caseId: string
  state: 'asked' | 'granted' | 'declined' | 'sent'
  periods: string[]
  amount: number
  reason: string
  lastDay: string | null
  askedBy: string
  askedByName: string
  decidedBy: string | null
  decidedByName: string | null
  decisionReason: string | null
  dispatchMethod: Dispatch['method'] | null
  dispatchedOn: string | null
  dispatchReference: string | null
  receivedOn: string | null
  countsOn: string | null
}

const shown = sql`u.id, u.case_id, u.state, u.periods, u.amount, u.reason, u.last_day, u.asked_by, a.name as asked_by_name, u.decided_by,
  d.name as decided_by_name, u.decision_reason, u.dispatch_method, u.dispatched_on, u.dispatch_reference, u.received_on, u.counts_on`
const sources = sql`undertaking u join person a on a.id = u.asked_by left join person d on d.id = u.decided_by`

/** The undertakings of one case, the latest first. */
export async function undertakingsOf(trx: Trx, caseId: string): Promise<Undertaking[]> {
  const { rows } = await sql<Undertaking>`select ${shown} from ${sources}
    where u.case_id = ${caseId} order by u.asked_at desc, u.id`.execute(trx)
  return rows
}

async function lockUndertaking(trx: Trx, id: string): Promise<Undertaking> {
  const { rows } =
    await sql<Undertaking>`select ${shown} from ${sources} where u.id = ${id} for update of u`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/** What is asked for. Amount in öre. */
export type UndertakingAsked = { caseId: string; periods: readonly string[]; amount: number; reason: string }

/**
 * Asks for an undertaking: a supervisor has the decision as a task. The same asked again answers with the one that
 * stands. Refuses a cooperative flat, another ground than unpaid rent, and after the last day.
 */
export async function askUndertaking(db: Db, actor: Actor, asked: UndertakingAsked): Promise<Undertaking> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, asked.caseId, null)
    const standing = (await undertakingsOf(trx, open.id)).find(
      ({ state }) => state === 'asked' || state === 'granted',
    )
    if (standing) return standing
    const lastDay = await demandPossible(trx, at, open.id, { periods: asked.periods })
    if (actor.personId === null) throw onlyPeople()
    const id = randomUUID()
    const { amount, reason } = asked
    await insertRows(trx, 'undertaking', [
      {
        id,
        caseId: open.id,
        periods: [...asked.periods],
        amount,
        reason,
        lastDay,
        askedBy: actor.personId,
        askedAt: at.now,
      },
    ])
    await addOwnTasks(trx, at, [{ kind: 'undertaking-asked', subjectId: id, dueOn: null, about: open }])
    await answerTemplateTask(trx, at, actor, { caseId: open.id, row: 'T2/9a', outcome: 'JA', note: null })
    await noted(trx, at, actor, { caseId: open.id, kind: 'undertaking.asked', id })
    return lockUndertaking(trx, id)
  })
}

const onlyPeople = () =>
  new Refusal('forbidden', 'undertaking.person', 'Ett åtagande görs av två personer. Logga in som en av dem.')

/** Refuses what could never bind, whoever decides it; answers with the legal last day. */
async function demandPossible(
  trx: Trx,
  at: Moment,
  caseId: string,
  people: { periods: readonly string[]; askedBy?: string; decidedBy?: string | null },
): Promise<string | null> {
  const matter = await undertakingMatter(trx, caseId)
  if (!matter) throw noSuch()
  const { askedBy = 'asked', decidedBy = 'decides', periods } = people
  const request = { ...matter, periods, checkedBy: askedBy, decidedBy }
  const fields: Record<string, string> = { 'periods-missing': '/periods', 'same-person': '/decision' }
  refuseObjections(mayUndertake(request, at.today), (code) => fields[code] ?? '')
  return matter.lastDay
}

/** A decision on what another has asked for. */
export type UndertakingDecision = { undertakingId: string; granted: boolean; reason: string }

/** Decides. Refuses the one who asked, and a yes after the last day; the same decision again changes nothing. */
export async function decideUndertaking(
  db: Db,
  actor: Actor,
  decision: UndertakingDecision,
): Promise<Undertaking> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockUndertaking(trx, decision.undertakingId)
    const state = decision.granted ? 'granted' : 'declined'
    if (found.state === state && found.decidedBy === actor.personId) return found
    if (found.state !== 'asked') throw decidedAlready()
    const open = await lockCase(trx, found.caseId, null)
    if (actor.personId === null) throw onlyPeople()
    if (decision.granted) {
      const { periods, askedBy } = found
      // Another account of whoever asked decides as the one who asked: that is, not at all.
      const decidedBy = (await isOneOf(trx, actor, [askedBy])) ? askedBy : actor.personId
      await demandPossible(trx, at, open.id, { periods, askedBy, decidedBy })
    }
    await sql`update undertaking set state = ${state}, decided_by = ${actor.personId}, decided_at = ${at.now},
      decision_reason = ${decision.reason} where id = ${found.id}`.execute(trx)
    await finishOwnTask(trx, at, actor.personId, {
      caseId: open.id,
      kind: 'undertaking-asked',
      subjectId: found.id,
    })
    if (decision.granted) await askToSend(trx, at, open, found.id)
    await noted(trx, at, actor, { caseId: open.id, kind: `undertaking.${state}`, id: found.id })
    return lockUndertaking(trx, found.id)
  })
}

/** The template's own task asks for the letter where it stands; else one of ours, due as early. */
async function askToSend(trx: Trx, at: Moment, open: LockedCase, id: string): Promise<void> {
  const { rows } =
    await sql`select 1 from task where case_id = ${open.id} and occurrence like 'T2/9#%' and state = 'open'`.execute(
      trx,
    )
  if (rows.length > 0) return
  await addOwnTasks(trx, at, [{ kind: 'undertaking-granted', subjectId: id, dueOn: null, about: open }])
}

const decidedAlready = () =>
  new Refusal(
    'conflict',
    'undertaking.decided',
    'Någon har redan beslutat om åtagandet. Läs ärendet igen, eller begär ett nytt.',
  )

/** How the letter went to the landlord: the proof, and when it arrived if it was not registered. */
export type UndertakingDispatch = { undertakingId: string } & Dispatch

/**
 * Records the dispatch with its proof, held against the legal last day (JB 12:63); the dates of the case are then
 * computed again. The same again changes nothing. Refuses what nobody has granted, lacks proof, or came too late.
 */
export async function dispatchUndertaking(
  db: Db,
  actor: Actor,
  sent: UndertakingDispatch,
): Promise<Undertaking> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockUndertaking(trx, sent.undertakingId)
    if (found.state === 'sent' && found.dispatchReference === sent.proof) return found
    if (found.state !== 'granted') throw notGranted(found.state)
    const open = await lockCase(trx, found.caseId, null)
    demandDispatch(sent, found.lastDay ?? at.today, at)
    const countsOn = sent.method === 'registered-letter' ? sent.on : sent.receivedOn
    await sql`update undertaking set state = 'sent', dispatch_method = ${sent.method}, dispatched_on = ${sent.on},
      dispatch_reference = ${sent.proof}, received_on = ${sent.receivedOn}, counts_on = ${countsOn}, dispatched_by = ${actor.personId}
      where id = ${found.id}`.execute(trx)
    await finishOwnTask(trx, at, actor.personId, {
      caseId: open.id,
      kind: 'undertaking-granted',
      subjectId: found.id,
    })
    await answerTemplateTask(trx, at, actor, {
      caseId: open.id,
      row: 'T2/9',
      outcome: 'SKICKAT',
      note: sent.proof,
    })
    const { workingTime } = await readMunicipality(trx)
    const dueOn = addWorkingDays(at.today, PAY_WITHIN, workingTime)
    await addOwnTasks(trx, at, [{ kind: 'undertaking-pay', subjectId: found.id, dueOn, about: open }])
    await noted(trx, at, actor, { caseId: open.id, kind: 'undertaking.sent', id: found.id })
    await emit(trx, 'dates.recorded', [open.id])
    return lockUndertaking(trx, found.id)
  })
}

/** Working days within which what was undertaken should be paid. */
const PAY_WITHIN = 5

function notGranted(state: Undertaking['state']): Refusal {
  return state === 'sent'
    ? new Refusal('conflict', 'undertaking.sent', 'Åtagandet är redan skickat. Läs ärendet igen.')
    : new Refusal(
        'unprocessable',
        'undertaking.not-granted',
        'Åtagandet är inte beslutat. Be någon annan än den som begärde det att besluta först.',
      )
}

function demandDispatch(sent: Dispatch, lastDay: string, at: Moment): void {
  const ahead = [sent.on, sent.receivedOn].some((day) => day !== null && day > at.today)
  if (ahead) {
    const detail = 'Datumet ligger framåt i tiden. Ange dagen då det hände.'
    throw new Refusal('invalid', 'undertaking.date-ahead', detail, [
      { pointer: '/on', code: 'undertaking.date-ahead', detail },
    ])
  }
  const fields: Record<string, string> = { 'proof-missing': '/proof', 'receipt-unknown': '/receivedOn' }
  refuseObjections(dispatchedInTime(sent, lastDay), (code) => fields[code] ?? '/on')
}

async function noted(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { caseId, kind, id }: { caseId: string; kind: string; id: string },
): Promise<void> {
  const detail = { undertakingId: id }
  await writeTimeline(trx, at, [{ caseId, kind, actor: nameInDiary(actor), detail }])
  await touchCase(trx, caseId)
  await emit(trx, 'case.changed', [caseId])
}
