// Breaks the glass: opens a case one has nothing to do with, for half an hour, with a reason, told and reviewed afterwards.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { breakGlassWords } from '../text/audit.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { stateAccess } from './audit.ts'
import { tell } from './escalation.ts'
import { lockCase, nameInDiary, noSuch } from './open-case.ts'
import { readDirectory, toldIn } from './recipients.ts'
import { writeTimeline } from './timeline.ts'

/** An opening: which case, and until when (the database's clock). */
export type Opening = { id: string; openedCase: string; until: string }

const LEAST_WORDS = 10

/**
 * Opens the case of `number` for the one who asks. Asked again while it is open, it is the same opening. Refuses
 * `not-found` for another committee's case and for one that is not there alike, and a reason that says nothing.
 */
export async function breakGlass(
  db: Db,
  actor: Actor,
  { number, reason }: { number: string; reason: string },
): Promise<Opening> {
  const why = reason.trim().slice(0, 500)
  if (why.length < LEAST_WORDS) throw tooShort()
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{ id: string | null }>`select breakable_case(${number.trim()}) as id`.execute(
      trx,
    )
    const openedCase = rows[0]?.id
    if (!openedCase || !actor.personId) throw noSuch()
    stateAccess(trx, { action: 'break-glass', purpose: why, found: 1, caseIds: [openedCase] })
    return (await openNow(trx, at, actor, openedCase)) ?? (await open(trx, at, actor, { openedCase, why }))
  })
}

function tooShort(): Refusal {
  const detail = 'Skriv varför du måste öppna ärendet, med minst tio tecken.'
  return new Refusal('invalid', 'reason.short', detail, [
    { pointer: '/reason', code: 'reason.short', detail },
  ])
}

async function openNow(trx: Trx, at: Moment, actor: Actor, openedCase: string): Promise<Opening | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`glass ${actor.personId ?? ''} ${openedCase}`}, 0))`.execute(
    trx,
  )
  const { rows } = await sql<Opening>`select id, opened_case, until from break_glass
    where person_id = ${actor.personId} and opened_case = ${openedCase} and until > ${at.now} limit 1`.execute(
    trx,
  )
  return rows[0] ?? null
}

async function open(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { openedCase, why }: { openedCase: string; why: string },
): Promise<Opening> {
  const [made] = await insertRows<'breakGlass', Opening>(
    trx,
    'breakGlass',
    [{ openedCase, committee: actor.committee ?? '', personId: actor.personId ?? '', reason: why }],
    sql`returning id, opened_case, until`,
  )
  await writeTimeline(trx, at, [{ caseId: openedCase, kind: 'case.glass-broken', actor: nameInDiary(actor) }])
  await emit(trx, 'break-glass.opened', [(made as Opening).id])
  return made as Opening
}

/** Tells the supervisor of each opening, at once and by mail: that it was done, not whose case it is. */
export async function tellOpenings(trx: Trx, at: Moment, ids: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; caseId: string; committee: string; unit: string | null }>`
    select b.id, b.opened_case as case_id, b.committee, c.unit from break_glass b join arrears_case c on c.id = b.opened_case
    where b.id = any(${[...ids]}::uuid[])
      and not exists (select 1 from alert a where a.subject_id = b.id and a.trigger = 'break-glass') order by b.id`.execute(
    trx,
  )
  const directory = await readDirectory(trx, at.today)
  const alerts = rows.map(({ id, caseId, committee, unit }) => {
    const about = { committee, unit, assignee: null, counsellor: null, counsellorCommittee: null }
    const told = toldIn('unit-supervisor', about, directory)
    const title = breakGlassWords
    return {
      stageId: null,
      caseId,
      subjectId: id,
      trigger: 'break-glass',
      step: 1,
      urgency: 4,
      lateSeconds: 0,
      title,
      told,
    }
  })
  await tell(trx, at, alerts)
}

/** Closes a case to all but those who work in it, or opens it again to the committee. Doing it twice changes nothing. */
export async function restrictCase(
  db: Db,
  actor: Actor,
  wish: { caseId: string; restricted: boolean; reason: string },
): Promise<void> {
  if (wish.reason.trim() === '') throw tooShort()
  await inContext(db, actor, async (trx, at) => {
    const found = await lockCase(trx, wish.caseId, null)
    stateAccess(trx, { purpose: wish.reason })
    const { numAffectedRows } =
      await sql`update arrears_case set restricted = ${wish.restricted}, version = version + 1
      where id = ${found.id} and restricted <> ${wish.restricted}`.execute(trx)
    if (!numAffectedRows) return
    const kind = wish.restricted ? 'case.restricted' : 'case.unrestricted'
    await writeTimeline(trx, at, [{ caseId: found.id, kind, actor: nameInDiary(actor) }])
  })
}
