// What the logged contacts say of a case: when somebody first tried, and when the household was first reached.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'

/**
 * Brings the first attempt and the first contact of these cases up to date with what is logged. The landlord's own
 * attempts are information and never count. Only cases that the acting role may see are touched.
 */
export async function noteContacts(trx: Trx, caseIds: readonly string[]): Promise<void> {
  await sql`update arrears_case c set first_attempt_at = k.attempt, first_contact_at = k.reached
    from (select case_id, min(occurred_at) as attempt, min(occurred_at) filter (where reached) as reached
      from contact where case_id = any(${[...caseIds]}::uuid[]) and not by_landlord group by case_id) k
    where c.id = k.case_id
      and (c.first_attempt_at is distinct from k.attempt or c.first_contact_at is distinct from k.reached)`.execute(
    trx,
  )
}
