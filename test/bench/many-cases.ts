// A municipality's years of cases, made by a few statements: what pages and sweeps are measured on.
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'

/** How much there is: `open` of the `total` cases are open; the rest are the archive. */
export type Size = { total: number; open: number }

const PEOPLE = 40

/** Cases of two committees with tasks, dates, assignments, diary, alerts and watched stages, as planning leaves them. */
export async function makeManyCases(url: string, { total, open }: Size): Promise<void> {
  // Without a time limit: a million rows take their time.
  const owner = openDatabase({ url, role: 'owner', max: 1, statementTimeout: 0 })
  await owner.transaction().execute(async (trx) => {
    await sql`insert into person (subject, username, name, role, committee, unit)
      select 'bench' || n, 'bench' || n, 'Bänk ' || n, 'caseworker', case when n % 4 = 0 then 'SN' else 'GAN' end,
        case when n % 4 = 0 then 'SN-MOTT' when n % 3 = 0 then 'GAN-BETAL' else 'GAN-FS' end
      from generate_series(1, ${PEOPLE}) n`.execute(trx)
    await sql`create temp table crew on commit drop as
      select id, committee, unit, row_number() over () as place from person where subject like 'bench%'`.execute(
      trx,
    )
    await sql`insert into arrears_case (number, household_id, stage, notice_type, tenant_name, address, landlord_name,
        months_unpaid, amount_owed, notified_on, received_on, state, outcome, outcome_on, closed_at, recovery_last_day,
        recovery_safe_day, recovery_basis, eviction_day, committee, unit, assignee, routed_at, planned_at, first_attempt_at, opened_at)
      select 'B-' || n, gen_random_uuid(), case when n % 50 = 0 then 'date-set' else 'terminated' end, 'rent-termination',
        'Exempel Efternamn' || n, 'Storgatan ' || n % 97, 'Exempelfastigheter AB', 1 + n % 3, 845000, clock_today() - 20, clock_today() - 20,
        case when n <= ${open} then 'open' else 'closed' end, case when n > ${open} then 'KVAR' end, case when n > ${open} then clock_today() - 9 end,
        case when n > ${open} then clock_now() - interval '9 days' end, clock_today() + (n % 60) - 10, clock_today() + (n % 60) - 12, 'served',
        case when n % 50 = 0 then clock_today() + n % 30 end, c.committee, c.unit, case when n % 20 > 0 then c.id end, clock_now(), clock_now(),
        case when n % 5 > 0 then clock_now() - interval '5 days' end, clock_now() - make_interval(hours => n % 20000)
      from generate_series(1, ${total}) n join crew c on c.place = 1 + n % ${PEOPLE}`.execute(trx)
    await sql`insert into task (case_id, committee, unit, assignee, template, occurrence, title_sv, title_en, role, due_on, due_at, state, outcome,
        completed_at, alarm_at)
      select c.id, c.committee, c.unit, c.assignee, 'T2', 'T2/' || k || '#1', 'Ring hyresgästen', 'Call the tenant', 'caseworker',
        clock_today() + (hashtext(c.number) % 30) + k, clock_now() + make_interval(days => (hashtext(c.number) % 30) + k),
        case when c.state = 'open' and k < 3 then 'open' else 'done' end, case when c.state = 'open' and k < 3 then null else 'NÅDD' end,
        case when c.state = 'open' and k < 3 then null else clock_now() end,
        case when c.state = 'open' and k < 3 then clock_now() + interval '30 days' end
      from arrears_case c, generate_series(0, 4) k where c.number like 'B-%'`.execute(trx)
    await sql`insert into deadline (case_id, origin, kind, raw_date, last_day, safe_day, basis, inputs, period_version, source, explanation_sv, explanation_en)
      select id, gen_random_uuid(), 'recovery', recovery_last_day, recovery_last_day, recovery_safe_day, 'known', '[]', 'recovery@1', 'JB 12:44', 'x', 'x'
      from arrears_case where number like 'B-%'`.execute(trx)
    await sql`insert into assignment (case_id, committee, unit, person_id, kind, reason_sv, reason_en)
      select id, committee, unit, assignee, 'owner', 'Regel 70', 'Rule 70' from arrears_case where number like 'B-%'`.execute(
      trx,
    )
    await sql`insert into timeline (case_id, kind, actor) select id, k, 'system' from arrears_case,
      unnest(array['case.opened', 'case.routed', 'case.planned']) k where number like 'B-%'`.execute(trx)
    await sql`insert into stage (case_id, subject_id, trigger, step, due_at, recipient)
      select id, gen_random_uuid(), 'L1', 1, clock_now() + interval '3 days', 'assignee' from arrears_case where number like 'B-%' and state = 'open'`.execute(
      trx,
    )
    await sql`insert into alert (case_id, committee, subject_id, trigger, step, urgency, recipient, person_id, unit, text_sv, text_en, seen_at)
      select id, committee, gen_random_uuid(), 'L1', 1, 1, 'assignee', assignee, unit, 'Något att göra', 'Something to do',
        case when state = 'open' and hashtext(number) % 10 = 0 then null else clock_now() end
      from arrears_case where number like 'B-%'`.execute(trx)
    await sql`insert into notice (sender, source, type, raw, content, identity_key, content_key, verdict, findings, case_id, joined_at)
      select 'landlord:bench', 'api', 'rent-termination', '\\x00', '{}', decode(md5(number), 'hex'), decode(md5(number), 'hex'), 'complete', '[]', id, clock_now()
      from arrears_case where number like 'B-%'`.execute(trx)
    await sql`insert into contact (case_id, committee, channel, result, occurred_at)
      select id, committee, 'phone', 'EJ_NADD', clock_now() from arrears_case where number like 'B-%'`.execute(
      trx,
    )
    await sql`insert into case_identity (committee, key, case_id)
      select committee, decode(md5(number), 'hex'), id from arrears_case where number like 'B-%'`.execute(trx)
    await sql`insert into outbox (topic, subject_id, available_at, done_at) select k, id, clock_now(), clock_now()
      from arrears_case, unnest(array['case.changed', 'case.routed']) k where number like 'B-%'`.execute(trx)
  })
  // Outside the transaction: the planner's figures, as autovacuum keeps them.
  await sql`vacuum analyze`.execute(owner)
  await owner.destroy()
}
