// Keeps what outsiders are shown of a case beside it: a neutral contact and participants of meetings see these items and no case.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { localDateOf } from '../domain/calendar.ts'
import { runsOn } from '../domain/consent.ts'
import { longDate } from '../domain/date-words.ts'
import type { Moment } from './act.ts'

/** One item with its text and the last day it may be shown; null: until the consent is withdrawn. */
export type ShownItem = { item: string; sv: string; en: string; from: string; to: string | null }

type Facts = {
  id: string
  protected: boolean
  tenantName: string
  address: string
  monthsUnpaid: number
  amountOwed: number
  children: 'yes' | 'no' | 'unknown'
  recoveryLastDay: string | null
  evictionDay: string | null
  planState: string | null
  visitAt: string | null
}

type Given = {
  caseId: string
  recipient: string
  items: string[]
  from: string
  to: string | null
  withdrawnOn: string | null
}

/** Where each kind of outsider's copy lies. */
const COPIES = [
  ['neutral_contact', 'neutral-person', sql`ended_on is null`],
  ['meeting_case', 'other-committee', sql`removed_on is null and decided_at is null`],
] as const

/**
 * Brings every copy of these cases in line with consent and other basis as they stand today. A protected person's
 * copies are emptied whatever is consented to.
 */
export async function refreshShown(trx: Trx, at: Moment, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return
  const { rows: copied } = await sql<{ caseId: string }>`
    select case_id from neutral_contact where case_id = any(${[...caseIds]}::uuid[]) and ended_on is null
    union select case_id from meeting_case where case_id = any(${[...caseIds]}::uuid[]) and removed_on is null and decided_at is null`.execute(
    trx,
  )
  const ids = copied.map(({ caseId }) => caseId)
  if (ids.length === 0) return
  const facts = await factsOf(trx, ids)
  const given = await givenIn(trx, ids)
  for (const [table, recipient, standing] of COPIES) {
    const shown = facts.map((one) => ({ id: one.id, shown: itemsFor(one, recipient, given, at.today) }))
    const column = table === 'neutral_contact' ? sql`shown` : sql`shared`
    await sql`update ${sql.table(table)} t set ${column} = n.shown
      from json_to_recordset(${JSON.stringify(shown)}::json) as n(id uuid, shown jsonb)
      where t.case_id = n.id and ${standing} and t.${column} is distinct from n.shown`.execute(trx)
  }
}

async function factsOf(trx: Trx, ids: readonly string[]): Promise<Facts[]> {
  const { rows } = await sql<Facts>`
    select c.id, c.protected, c.tenant_name, concat_ws(', ', nullif(c.address, ''), c.apartment, c.city) as address, c.months_unpaid, c.amount_owed,
      c.children, c.recovery_last_day, case when c.stage = 'date-set' then c.eviction_day end as eviction_day,
      (select p.state from payment_plan p where p.case_id = c.id and p.state in ('active', 'broken')) as plan_state,
      (select min(v.starts_at) from visit v where v.case_id = c.id and v.state = 'booked') as visit_at
    from arrears_case c where c.id = any(${[...ids]}::uuid[])`.execute(trx)
  return rows
}

async function givenIn(trx: Trx, ids: readonly string[]): Promise<Given[]> {
  const { rows } = await sql<Given>`
    select case_id, recipient, items, from_day as from, to_day as to, withdrawn_on from consent where case_id = any(${[...ids]}::uuid[])
    union all select case_id, recipient, items, noted_on, null, null from sharing_basis where case_id = any(${[...ids]}::uuid[])`.execute(
    trx,
  )
  return rows
}

function itemsFor(facts: Facts, recipient: string, given: readonly Given[], today: string): ShownItem[] {
  if (facts.protected) return []
  const own = given.filter(
    (one) => one.caseId === facts.id && one.recipient === recipient && isComing(one, today),
  )
  const items = own.flatMap(({ items: some, from, to }) => some.map((item) => ({ item, from, to })))
  return items.flatMap(({ item, from, to }) => {
    const words = textOf(item, facts)
    return words ? [{ item, ...words, from, to }] : []
  })
}

/** A consent that begins tomorrow is copied today and shown tomorrow: the reader's day decides. */
function isComing({ from, to, withdrawnOn }: Given, today: string): boolean {
  return withdrawnOn === null && (from > today || runsOn({ from, to, withdrawnOn }, today))
}

const day = (iso: string, language: 'sv' | 'en') => longDate(iso)[language]

/** What an item says of this case, in both languages; null when there is nothing to say. */
function textOf(item: string, facts: Facts): { sv: string; en: string } | null {
  const kronor = Math.round(facts.amountOwed / 100)
  const stop = facts.evictionDay ?? facts.recoveryLastDay
  const texts: Record<string, { sv: string; en: string } | null> = {
    KONTAKTVAG: same(`${facts.tenantName}, ${facts.address}`),
    KONTAKT: { sv: 'Vi har kontakt med hushållet.', en: 'We are in contact with the household.' },
    SKULD: {
      sv: `${facts.monthsUnpaid} obetalda hyror, ${kronor} kr.`,
      en: `${facts.monthsUnpaid} unpaid rents, SEK ${kronor}.`,
    },
    DATUM: stop ? { sv: `Närmaste dag: ${day(stop, 'sv')}.`, en: `Nearest day: ${day(stop, 'en')}.` } : null,
    PLAN:
      facts.planState === null
        ? null
        : facts.planState === 'broken'
          ? { sv: 'Betalningsplanen är bruten.', en: 'The payment plan is broken.' }
          : { sv: 'Betalningsplanen följs.', en: 'The payment plan is kept.' },
    BARN:
      facts.children === 'yes'
        ? { sv: 'Det finns barn i hushållet.', en: 'There are children in the household.' }
        : null,
    BESOK: facts.visitAt
      ? {
          sv: `Nästa hembesök: ${day(localDateOf(facts.visitAt), 'sv')}.`,
          en: `Next home visit: ${day(localDateOf(facts.visitAt), 'en')}.`,
        }
      : null,
  }
  return texts[item] ?? null
}

const same = (text: string) => ({ sv: text, en: text })

/** Takes cases away from everybody outside: closed, or protected from now on. */
export async function withdrawShown(trx: Trx, at: Moment, caseIds: readonly string[]): Promise<void> {
  await sql`update neutral_contact set shown = '[]', ended_on = ${at.today}
    where case_id = any(${[...caseIds]}::uuid[]) and ended_on is null`.execute(trx)
  await sql`update meeting_case set shared = '[]', removed_on = ${at.today}
    where case_id = any(${[...caseIds]}::uuid[]) and removed_on is null and decided_at is null`.execute(trx)
}

/** The items that may be shown on that day. */
export function itemsOn(shown: readonly ShownItem[], today: string): ShownItem[] {
  return shown.filter(({ from, to }) => from <= today && (to === null || today <= to))
}
