// The case in the terms of the rules table: what has come in, what people have recorded, and nothing that is guessed.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { ageAt } from '../domain/age.ts'
import { daysBetween, localDateOf, nextWorkingInstant } from '../domain/calendar.ts'
import type { ClientAt, RoutingFacts } from '../domain/routing-facts.ts'
import type { Decision } from '../domain/routing.ts'
import type { Moment } from './act.ts'
import type { Municipality } from './settings.ts'

/** What people have recorded in a case (`arrears_case.facts`), as far as routing reads it. */
export type Recorded = {
  needs?: string[]
  violence?: boolean
  tenancyKind?: string
  flags?: string[]
}

/** An open case as routing reads it. `identities`: its household's keyed hashes, hexadecimal. */
export type RoutedCase = {
  id: string
  stage: string
  noticeType: string
  postalCode: string | null
  bornOn: string | null
  children: 'yes' | 'no' | 'unknown'
  protected: boolean
  sealedAddress: Buffer | null
  landlordName: string
  landlordKind: string
  landlordNumber: string | null
  monthsUnpaid: number
  amountOwed: number
  repeated: boolean
  recoverySafeDay: string | null
  evictionAt: string | null
  committee: string
  unit: string | null
  assignee: string | null
  /** The version that decides the case: the one that spoke, or the one it has been moved to since (`moved`). */
  routingVersion: number | null
  moved: boolean
  routedAt: string | null
  facts: Recorded
  attempts: number
  reached: boolean
  declined: boolean
  identities: string[] | null
}

/** A case with what the table says of it. `version`: the rule version that was asked. */
export type Decided = { row: RoutedCase; facts: RoutingFacts; decision: Decision; version: number }

/** The open cases among these, locked in id order. */
export async function lockForRouting(trx: Trx, caseIds: readonly string[]): Promise<RoutedCase[]> {
  const { rows } = await sql<RoutedCase>`
    select c.id, c.stage, c.notice_type, c.postal_code, c.born_on, c.children, c.protected, c.sealed_address, c.landlord_name, c.landlord_kind,
      l.organisation_number as landlord_number, c.months_unpaid, c.amount_owed, c.repeated, c.recovery_safe_day, c.eviction_at,
      c.committee, c.unit, c.assignee, coalesce(c.moved_to_version, c.routing_version) as routing_version, c.moved_to_version is not null as moved, c.routed_at, c.facts,
      (select count(*)::int from contact k where k.case_id = c.id and not k.by_landlord) as attempts,
      exists (select 1 from contact k where k.case_id = c.id and k.reached and not k.by_landlord) as reached,
      (select k.result = 'NADD_TACKAR_NEJ' from contact k where k.case_id = c.id and k.reached and not k.by_landlord
         order by k.occurred_at desc, k.id limit 1) as declined,
      (select array_agg(encode(h.key, 'hex') order by h.key) from household_key h
        where h.household_id = c.household_id and h.kind = 'identity') as identities
    from arrears_case c left join landlord l on l.id = c.landlord_id
    where c.id = any(${[...caseIds]}::uuid[]) and c.state = 'open' order by c.id for update of c`.execute(trx)
  return rows
}

/** How far somebody has come in reaching the household. The municipality says how many attempts make "not reached". */
function contactState({ reached, declined, attempts, facts }: RoutedCase, enough: number): string {
  if (declined) return 'declined'
  if (reached) return 'reached'
  if (attempts >= enough || facts.flags?.includes('not-reached')) return 'not-reached'
  return attempts > 0 ? 'trying' : 'not-tried'
}

// A batch is routed at one moment: whether anybody is at work then is the same for all of its cases.
const closedAt = new WeakMap<Moment, boolean>()

function isOutOfHours(at: Moment, { workingTime }: Municipality): boolean {
  const known = closedAt.get(at) ?? nextWorkingInstant(at.now, workingTime).slice(0, 19) > at.now.slice(0, 19)
  closedAt.set(at, known)
  return known
}

/** The facts that the rules are asked on; what nobody has recorded is unknown. `clientOf`: what the registers said. */
export function routingFacts(
  row: RoutedCase,
  at: Moment,
  municipality: Municipality,
  clientOf: readonly ClientAt[],
): RoutingFacts {
  const evictionDay = row.evictionAt ? localDateOf(row.evictionAt) : null
  const days = [row.recoverySafeDay, evictionDay].flatMap((day) => (day ? [daysBetween(at.today, day)] : []))
  const running = days.filter((left) => left >= 0)
  const cooperative = row.noticeType.startsWith('cooperative')
  return {
    noticeType: row.noticeType,
    stage: row.stage,
    daysLeft: running.length > 0 ? Math.min(...running) : null,
    daysToEviction: evictionDay ? daysBetween(at.today, evictionDay) : null,
    monthsUnpaid: row.monthsUnpaid,
    amount: row.amountOwed,
    landlord: { organisationNumber: row.landlordNumber, name: row.landlordName },
    landlordKind: row.landlordKind,
    postalCode: row.postalCode,
    age: row.bornOn ? ageAt(row.bornOn, at.today) : null,
    childrenInHousehold: row.children,
    repeatWithin12Months: row.repeated,
    contactState: contactState(row, municipality.thresholds.contactAttemptsBeforeMeeting),
    contactAttempts: row.attempts,
    tenancyKind: row.facts.tenancyKind ?? (cooperative ? 'cooperative' : 'unknown'),
    clientOf,
    outOfHours: isOutOfHours(at, municipality),
    protectedIdentity: row.protected,
    violence: row.facts.violence ?? false,
    needs: row.facts.needs ?? [],
  }
}
