// A year's past cases, closed and decided, made by one statement: what a rehearsal reads.
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'

/**
 * Cases of every age from 18 to 97 and up to three months' debt, decided by the first version, in two committees. A
 * tenth of them were routed on 26 August 2026, the rest in the ninety days from the 27th.
 */
export async function makePastCases(url: string, count: number): Promise<void> {
  // No time limit: a hundred thousand rows take their time on a busy machine.
  const owner = openDatabase({ url, role: 'owner', max: 1, statementTimeout: 0 })
  await sql`insert into arrears_case (number, household_id, stage, notice_type, tenant_name, address, landlord_name, notified_on, received_on,
      state, committee, unit, routing_version, routing_row, routing_facts, routed_at)
    select 'P-' || n, gen_random_uuid(), 'terminated', 'rent-termination', 'Exempel', 'Exempelgatan', 'Värd', '2026-08-26', '2026-08-26',
      'closed', case when n % 2 = 0 then 'GAN' else 'SN' end, null, (select id from rule_version where kind = 'routing' and version = 1), 70,
      ${JSON.stringify(ORDINARY_FACTS)}::jsonb || jsonb_build_object('age', 18 + n % 80, 'monthsUnpaid', n % 4, 'daysLeft', n % 21),
      case when n % 10 = 0 then '2026-08-26 12:00+02'::timestamptz else '2026-08-27 00:00+02'::timestamptz + make_interval(mins => n % 129600) end
    from generate_series(1, ${count}) n`.execute(owner)
  await sql`analyze arrears_case`.execute(owner)
  await owner.destroy()
}

/** The shipped table of 1880 with one row more: whoever is 90 or older and nobody's client goes to the care managers. */
export const withRowForTheOldest = (csv: string): string =>
  csv.replace(
    /(\r?\n)70;/,
    '$165;OWNER;;;;;;;;;;>=90;;;;;;ingen;;;;;VON;VON-BIST;;;2;;90 år eller äldre;90 or older;INF$170;',
  )
