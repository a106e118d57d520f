// The lists behind the board's numbers and a person's own day: cases by what is urgent about them, and what has been told.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { addDays } from '../domain/calendar.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { allShown, countOf } from './paging.ts'

/** A case in a list: what is urgent, whose it is, and no name of anybody in it (lag 2001:454 7 a §). */
export type ListedCase = {
  id: string
  number: string
  stage: string
  committee: string
  unit: string | null
  unitName: string | null
  assignee: string | null
  assigneeName: string | null
  recoverySafeDay: string | null
  recoveryBasis: string | null
  evictionDay: string | null
  openedAt: string
  firstAttemptAt: string | null
  version: number
}

/** `mine`: what one person has; the others as the board counts them. */
export const CASE_LISTS = ['open', 'clocks', 'unowned', 'untried', 'evictions'] as const
export type CaseList = (typeof CASE_LISTS)[number]

export type CaseWish = {
  list: CaseList
  unit: string | null
  assignee: string | null
  limit: number
  page: number
}

/** Days ahead in which the end of a recovery period or an eviction counts as a clock running out. */
const clockDays = 3

/** What puts a case on a list; the board counts by the same. */
export function caseCondition(list: CaseList, { today }: Moment) {
  const until = addDays(today, clockDays)
  const conditions = {
    open: sql`true`,
    clocks: sql`settled is null and (recovery_safe_day between ${today}::date and ${until}::date
      or eviction_day between ${today}::date and ${until}::date)`,
    unowned: sql`assignee is null`,
    untried: sql`settled is null and first_attempt_at is null`,
    evictions: sql`stage = 'date-set' and eviction_day >= ${today}::date`,
  } satisfies Record<CaseList, unknown>
  return conditions[list]
}

/** Open cases of the actor's committee, the nearest clock first. */
export async function listCases(
  db: Db,
  actor: Actor,
  wish: CaseWish,
): Promise<{ cases: ListedCase[]; total: number }> {
  return inContext(db, actor, async (trx, at) => {
    const where = sql`state = 'open' and committee = ${actor.committee} and ${caseCondition(wish.list, at)}
      and (${wish.unit}::text is null or unit = ${wish.unit})
      and (${wish.assignee}::uuid is null or assignee = ${wish.assignee}::uuid)`
    const { rows } = await sql<ListedCase>`
      select c.id, c.number, c.stage, c.committee, c.unit, u.name_sv as unit_name, c.assignee, p.name as assignee_name,
        c.recovery_safe_day, c.recovery_basis, c.eviction_day, c.opened_at, c.first_attempt_at, c.version
      from (select * from arrears_case where ${where}) c
      left join person p on p.id = c.assignee left join unit u on u.code = c.unit
      order by least(case when c.recovery_safe_day >= ${at.today}::date then c.recovery_safe_day end,
          case when c.eviction_day >= ${at.today}::date then c.eviction_day end) nulls last, c.opened_at, c.id
      limit ${wish.limit} offset ${(wish.page - 1) * wish.limit}`.execute(trx)
    const total = allShown(wish, rows.length) ?? (await countOf(trx, sql`arrears_case where ${where}`))
    return { cases: rows, total }
  })
}

/** Something told to somebody that nobody has looked at yet. */
export type Alert = {
  id: string
  caseId: string | null
  caseNumber: string | null
  /** The referral it is about, for a counsellor's unit, which may not see the case. */
  referralId: string | null
  trigger: string
  urgency: number
  textSv: string
  textEn: string
  unit: string | null
  unitName: string | null
  personId: string | null
  personName: string | null
  createdAt: string
}

/** What has been told and not been seen in the actor's committee: the gravest first, then the oldest. */
export async function listAlerts(
  db: Db,
  actor: Actor,
  wish: { unit: string | null; person: string | null; limit: number; page: number },
): Promise<{ alerts: Alert[]; total: number }> {
  return inContext(db, actor, async (trx) => {
    const where = sql`a.seen_at is null and a.committee = ${actor.committee} and (${wish.unit}::text is null or a.unit = ${wish.unit})
      and (${wish.person}::uuid is null or a.person_id = ${wish.person}::uuid)`
    const { rows } = await sql<Alert>`
      select a.id, c.id as case_id, coalesce(c.number, r.case_number) as case_number, r.id as referral_id, a.trigger, a.urgency, a.text_sv, a.text_en, a.unit, u.name_sv as unit_name,
        a.person_id, p.name as person_name, a.created_at
      from alert a left join arrears_case c on c.id = a.case_id left join referral r on r.id = a.subject_id
        left join person p on p.id = a.person_id left join unit u on u.code = a.unit
      where ${where} order by a.urgency desc, a.created_at, a.id limit ${wish.limit} offset ${(wish.page - 1) * wish.limit}`.execute(
      trx,
    )
    const total = allShown(wish, rows.length) ?? (await countOf(trx, sql`alert a where ${where}`))
    return { alerts: rows, total }
  })
}

/** Notes that these have been seen, by whom and when. Seen once stays seen. */
export async function seeAlerts(db: Db, actor: Actor, ids: readonly string[]): Promise<number> {
  return inContext(db, actor, async (trx, at) => {
    const { numAffectedRows } = await sql`update alert set seen_at = ${at.now}, seen_by = ${actor.personId}
      where id = any(${[...ids]}::uuid[]) and seen_at is null`.execute(trx)
    return Number(numAffectedRows ?? 0)
  })
}
