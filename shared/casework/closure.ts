// Closes a case with exactly one outcome, when nothing is left undone; else it says what to do instead.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { codesOf, findCode } from '../domain/codes.ts'
import { isReached, ladderExhausted } from '../domain/contact-ladder.ts'
import type { Objection } from '../domain/objection.ts'
import { mayClose, type ClosingState } from '../domain/outcomes.ts'
import { planningAnswers } from '../domain/planning-facts.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { attemptsOf } from './contact-facts.ts'
import { demandVersion, findCase, nameInDiary, noSuch, type LockedCase } from './open-case.ts'
import { lockForPlanning, planningFacts } from './planning.ts'
import { readMunicipality, rulesInForce, type Rules } from './settings.ts'
import { withdrawShown } from './shown-items.ts'
import { writeTimeline } from './timeline.ts'

/** A closing as it is asked for. `on` null: today. `cause` and `housingAfter` may have been recorded before. */
export type Closing = {
  caseId: string
  ifMatch: number
  outcome: string
  on: string | null
  source: string
  cause: string | null
  housingAfter: string | null
}

export type Closed = {
  id: string
  number: string
  state: string
  outcome: string | null
  outcomeOn: string | null
  version: number
}

/**
 * Closes a case. Closing again with the same outcome changes nothing. Refuses `unprocessable` with every objection:
 * open tasks, an eviction ahead, no contact in spite of steps left to try.
 */
export async function closeCase(db: Db, actor: Actor, closing: Closing): Promise<Closed> {
  return inContext(db, actor, async (trx, at) => {
    const found = await findCase(trx, closing.caseId)
    if (!found) throw noSuch()
    if (found.state !== 'open' && found.outcome === closing.outcome) return closedOf(found)
    if (found.state === 'open') demandVersion(found, closing.ifMatch)
    const rules = await rulesInForce(trx, 'codes', at.today)
    demandCodes(closing, rules)
    const facts = { ...found.facts, ...recordedIn(closing) }
    const on = closing.on ?? at.today
    const requestedBy = nameInDiary(actor)
    const request = { outcome: closing.outcome, on, source: closing.source, requestedBy }
    const state = await closingState(trx, at, { ...found, facts })
    const objections = mayClose(state, request, rules.table.codes, at.today)
    if (objections.length > 0) throw refusalOf(objections)
    await write(trx, at, actor, { found, closing: { ...closing, on }, facts })
    return closedOf((await findCase(trx, closing.caseId)) ?? found)
  })
}

const closedOf = ({ id, number, state, outcome, outcomeOn, version }: LockedCase): Closed => ({
  id,
  number,
  state,
  outcome,
  outcomeOn,
  version,
})

function recordedIn({ cause, housingAfter }: Closing): object {
  return { ...(cause && { cause }), ...(housingAfter && { housingAfter }) }
}

function demandCodes({ cause, housingAfter }: Closing, rules: Rules<'codes'>): void {
  const { codes } = rules.table
  const unknown = [
    ...(cause && !findCode(codes, 'cause', cause) ? [{ pointer: '/cause', list: 'cause' as const }] : []),
    ...(housingAfter && !findCode(codes, 'housing-after', housingAfter)
      ? [{ pointer: '/housingAfter', list: 'housing-after' as const }]
      : []),
  ]
  if (unknown.length === 0) return
  const problems = unknown.map(({ pointer, list }) => {
    const detail = `Välj ett värde i kommunens lista: ${codesOf(codes, list)}.`
    const en = `Choose one in the municipality's list: ${codesOf(codes, list)}.`
    return { pointer, code: 'code.unknown', detail, en }
  })
  throw new Refusal('invalid', 'code.unknown', problems[0]?.detail ?? '', problems)
}

/** Where in the request each objection is answered; the others are answered by something else than the request. */
const FIELDS: Readonly<Record<string, string>> = {
  'unknown-outcome': '/outcome',
  'cause-missing': '/cause',
  'housing-missing': '/housingAfter',
  'source-missing': '/source',
  'date-ahead': '/on',
}

/** All objections at once: nobody should have to try five times to learn five things. */
function refusalOf(objections: readonly Objection[]): Refusal {
  const problems = objections.map(({ code, sentence }) => ({
    pointer: FIELDS[code] ?? '',
    code: `closing.${code}`,
    detail: sentence.sv,
    en: sentence.en,
  }))
  const [first] = problems
  return new Refusal('unprocessable', first?.code ?? 'closing', first?.detail ?? '', problems)
}

async function closingState(trx: Trx, at: Moment, found: LockedCase): Promise<ClosingState> {
  // The task that asks for the closing itself is done by closing.
  const open = await sql<{ left: number }>`select count(*)::int as left from task
    where case_id = ${found.id} and state = 'open' and occurrence not like 'review/close#%'`.execute(trx)
  const [row] = await lockForPlanning(trx, [found.id])
  const municipality = await readMunicipality(trx)
  const attempts = (await attemptsOf(trx, [found.id], municipality.workingTime)).get(found.id) ?? []
  const rules = await rulesInForce(trx, 'tasks', at.today)
  const ladder = row && {
    answers: planningAnswers(planningFacts(row, at.today), at.today, false),
    recoveryEnds: row.recoverySafeDay,
    evictionDay: row.evictionDay,
  }
  const approved = found.facts['closingApprovedBy']
  return {
    closedWith: found.state === 'open' ? null : (found.outcome ?? 'closed'),
    openTasks: open.rows[0]?.left ?? 0,
    causeRecorded: typeof found.facts['cause'] === 'string',
    reached: isReached(attempts),
    ladderLeft: ladder ? ladderExhausted(attempts, ladder, rules.table.templates).left : [],
    approvedBy: typeof approved === 'string' ? approved : null,
    evictionAhead: found.stage === 'date-set' ? found.evictionDay : null,
    housingAfterRecorded: typeof found.facts['housingAfter'] === 'string',
  }
}

async function write(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { found, closing, facts }: { found: LockedCase; closing: Closing; facts: object },
): Promise<void> {
  const { id } = found
  await sql`update task set state = 'ended', ended_reason = 'closed', completed_at = ${at.now}, alarm_at = null
    where case_id = ${id} and state = 'open'`.execute(trx)
  await sql`update stage set stopped_at = ${at.now}, stop_reason = 'case-ended'
    where case_id = ${id} and fired_at is null and stopped_at is null`.execute(trx)
  const ended = await sql<{
    id: string
  }>`update referral set state = 'ended', ended_at = ${at.now}, ended_reason = 'closed', version = version + 1
    where case_id = ${id} and state in ('assigned', 'accepted') returning id`.execute(trx)
  // The worker frees the counsellor's time: whoever closes the case does not see it.
  await emit(
    trx,
    'counselling.changed',
    ended.rows.map((row) => row.id),
  )
  await sql`update assignment set state = 'ended', ended_at = ${at.now}, ended_reason = 'closed'
    where case_id = ${id} and state in ('proposed', 'active', 'accepted')`.execute(trx)
  await sql`update arrears_case set state = 'closed', outcome = ${closing.outcome}, outcome_on = ${closing.on}, closed_at = ${at.now},
      closed_by = ${actor.personId}, facts = ${JSON.stringify(facts)}::jsonb, version = version + 1, updated_at = ${at.now}
    where id = ${id} and state = 'open'`.execute(trx)
  await withdrawShown(trx, at, [id])
  const { outcome, on } = closing
  const detail = { outcome, on }
  await writeTimeline(trx, at, [{ caseId: id, kind: 'case.closed', actor: nameInDiary(actor), detail }])
  await emit(trx, 'case.closed', [id])
}
