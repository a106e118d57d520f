// A municipality's years of cases, made by a few statements: what pages and sweeps are measured on.
import { sql, type RawBuilder } from 'kysely'
import { openDatabase, type Db } from '../../shared/db/open.ts'

/** How much there is: `open` of the `total` cases are open; the rest are the archive. */
export type Size = { total: number; open: number }

const PEOPLE = 40
/** From here on it is quicker to make the indexes anew than to keep them while rows come in. */
const MANY = 50_000
const TABLES = 'task notice timeline alert outbox deadline assignment contact case_identity stage'.split(' ')

// The clock is asked once for each table: asked for each row, as a default does, it took most of the time.
const at = sql`with at as materialized (select clock_now() as now, clock_today() as today)`
const cases = sql`at cross join arrears_case c where c.number like 'B-%'`

const people = sql`insert into person (subject, username, name, role, committee, unit)
  select 'bench' || n, 'bench' || n, 'Bänk ' || n, 'caseworker', case when n % 4 = 0 then 'SN' else 'GAN' end,
    case when n % 4 = 0 then 'SN-MOTT' when n % 3 = 0 then 'GAN-BETAL' else 'GAN-FS' end
  from generate_series(1, ${PEOPLE}) n`

// Ten thousand come in a year, the newest first: the archive is old, as archives are.
const newCases = ({ total, open }: Size) => sql`${at},
  crew as materialized (select id, committee, unit, row_number() over (order by id) as place from person where subject like 'bench%')
  insert into arrears_case (number, household_id, stage, notice_type, tenant_name, address, landlord_name,
    months_unpaid, amount_owed, notified_on, received_on, state, outcome, outcome_on, closed_at, recovery_last_day,
    recovery_safe_day, recovery_basis, eviction_day, committee, unit, assignee, routed_at, planned_at, first_attempt_at, opened_at, updated_at)
  select 'B-' || n, gen_random_uuid(), case when n % 50 = 0 then 'date-set' else 'terminated' end, 'rent-termination',
    'Exempel Efternamn' || n, 'Storgatan ' || n % 97, 'Exempelfastigheter AB', 1 + n % 3, 845000, today - 20, today - 20,
    case when n <= ${open} then 'open' else 'closed' end, case when n > ${open} then 'KVAR' end, case when n > ${open} then today - 9 end,
    case when n > ${open} then now - make_interval(mins => n * 52 - 9000) end, today + (n % 60) - 10, today + (n % 60) - 12, 'served',
    case when n % 50 = 0 then today + n % 30 end, c.committee, c.unit, case when n % 20 > 0 then c.id end, now, now,
    case when n % 5 > 0 then now - interval '5 days' end, now - make_interval(mins => n * 52), now
  from at cross join generate_series(1, ${total}::int) n join crew c on c.place = 1 + n % ${PEOPLE}`

const tasks = sql`${at} insert into task (case_id, committee, unit, assignee, template, occurrence, title_sv, title_en, role, due_on, due_at, state, outcome,
    completed_at, alarm_at, created_at)
  select c.id, c.committee, c.unit, c.assignee, 'T2', 'T2/' || k || '#1', 'Ring hyresgästen', 'Call the tenant', 'caseworker',
    case when c.state = 'open' then today else c.opened_at::date end + (hashtext(c.number) % 30) + k,
    case when c.state = 'open' then now else c.opened_at end + make_interval(days => (hashtext(c.number) % 30) + k),
    case when c.state = 'open' and k < 3 then 'open' else 'done' end, case when c.state = 'open' and k < 3 then null else 'NÅDD' end,
    case when c.state = 'open' and k < 3 then null else least(now, c.opened_at + make_interval(days => k)) end,
    case when c.state = 'open' and k < 3 then now + interval '30 days' end, least(now, c.opened_at)
  from at cross join arrears_case c cross join generate_series(0, 4) k where c.number like 'B-%'`

const rest: RawBuilder<unknown>[] = [
  sql`insert into deadline (case_id, origin, kind, raw_date, last_day, safe_day, basis, inputs, period_version, source, explanation_sv, explanation_en, computed_at)
    select c.id, gen_random_uuid(), 'recovery', recovery_last_day, recovery_last_day, recovery_safe_day, 'known', '[]', 'recovery@1', 'JB 12:44', 'x', 'x', now
    from ${cases}`,
  sql`insert into assignment (case_id, committee, unit, person_id, kind, reason_sv, reason_en, created_at)
    select c.id, committee, unit, assignee, 'owner', 'Regel 70', 'Rule 70', c.opened_at from ${cases}`,
  sql`insert into timeline (case_id, kind, actor, at) select c.id, k, 'system', c.opened_at
    from at cross join arrears_case c cross join unnest(array['case.opened', 'case.routed', 'case.planned']) k where c.number like 'B-%'`,
  sql`insert into stage (case_id, subject_id, trigger, step, due_at, recipient, created_at)
    select c.id, gen_random_uuid(), 'L1', 1, now + interval '3 days', 'assignee', now from ${cases} and state = 'open'`,
  sql`insert into alert (case_id, committee, subject_id, trigger, step, urgency, recipient, person_id, unit, text_sv, text_en, seen_at, created_at)
    select c.id, committee, gen_random_uuid(), 'L1', 1, 1, 'assignee', assignee, unit, 'Något att göra', 'Something to do',
      case when state = 'open' and hashtext(number) % 10 = 0 then null else now end, c.opened_at from ${cases}`,
  sql`insert into notice (sender, source, type, raw, content, identity_key, content_key, verdict, findings, case_id, joined_at, received_at, received_on, entered_at)
    select 'landlord:bench', 'api', 'rent-termination', '\\x00', '{}', decode(md5(number), 'hex'), decode(md5(number), 'hex'), 'complete', '[]', c.id, now,
      c.opened_at, c.opened_at::date, c.opened_at from ${cases}`,
  sql`insert into contact (case_id, committee, channel, result, occurred_at, recorded_at)
    select c.id, committee, 'phone', 'EJ_NADD', c.opened_at, c.opened_at from ${cases}`,
  sql`insert into case_identity (committee, key, case_id) select committee, decode(md5(number), 'hex'), c.id from ${cases}`,
  sql`insert into outbox (topic, subject_id, available_at, created_at, done_at) select k, c.id, now, now, now
    from at cross join arrears_case c cross join unnest(array['case.changed', 'case.routed']) k where c.number like 'B-%'`,
].map((statement) => sql`${at} ${statement}`)

/** Works through them on two connections, as many as the machine that this is meant for has cores. */
async function twoAtOnce<T>(things: readonly T[], deed: (thing: T) => Promise<unknown>): Promise<void> {
  const left = [...things]
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await deed(next)
  }
  await Promise.all([work(), work()])
}

/** The indexes stand still while rows come in and are made anew at the end: a hundredth of the reading and writing. */
async function withoutIndexes(
  owner: Db,
  tables: readonly string[],
  deed: () => Promise<void>,
): Promise<void> {
  await sql`update pg_index set indisready = false, indisvalid = false where indrelid = any (${tables}::regclass[])`.execute(
    owner,
  )
  await deed()
  await twoAtOnce(tables, (table) => sql`reindex table ${sql.table(table)}`.execute(owner))
}

async function fill(owner: Db, size: Size): Promise<void> {
  const many = size.total >= MANY
  const held = many
    ? withoutIndexes
    : (_owner: Db, _tables: readonly string[], deed: () => Promise<void>) => deed()
  await held(owner, ['arrears_case'], async () => void (await newCases(size).execute(owner)))
  const others = [tasks, ...rest]
  await held(owner, TABLES, () => twoAtOnce(others, (statement) => statement.execute(owner)))
}

/** Cases of two committees with tasks, dates, assignments, diary, alerts and watched stages, as planning leaves them. */
export async function makeManyCases(url: string, size: Size): Promise<void> {
  const own = new URL(url)
  // What the rows point at was made by these very statements: asking for each of millions whether it is there is in vain.
  own.searchParams.set('options', '-c session_replication_role=replica -c maintenance_work_mem=512MB')
  const owner = openDatabase({ url: own.href, role: 'owner', max: 2, statementTimeout: 0 })
  await people.execute(owner)
  await fill(owner, size)
  // The planner's figures, as autovacuum keeps them, and nothing of this left for others to write to the disk.
  await sql`vacuum analyze`.execute(owner)
  await sql`checkpoint`.execute(owner)
  await owner.destroy()
}
