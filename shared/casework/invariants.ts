// What must hold of the database whenever its work is done, each as a query whose count must be 0; asked after faults and restores.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'

const undone = `done_at is null and dead_at is null`

/** Each rule with its number, what it says, and a query that counts the rows of the database that break it. */
export const INVARIANTS: readonly (readonly [rule: string, says: string, count: string])[] = [
  [
    'I1',
    'every case with a termination for unpaid rent has its dates',
    `select count(*) from arrears_case c where exists (select 1 from notice n where n.case_id = c.id and n.duplicate_of is null
      and n.type in ('rent-termination', 'cooperative-fee-termination')) and not exists (select 1 from deadline d where d.case_id = c.id)`,
  ],
  [
    'I2',
    'everything received has its outbox row',
    `select count(*) from (select id, 'notice.received' as topic from notice union all select id, 'notice.updated' from notice_update
      union all select id, 'eviction-notice.received' from eviction_notice) r where (select count(*) from outbox o where o.subject_id = r.id and o.topic = r.topic) <> 1`,
  ],
  [
    'I3a',
    'every notice is joined to a case',
    `select count(*) from notice where case_id is null and state <> 'wrong-municipality'`,
  ],
  [
    'I3b',
    'every event from Kronofogden is joined to a case',
    `select count(*) from eviction_notice where case_id is null`,
  ],
  ['I3c', 'every update is applied', `select count(*) from notice_update where applied_at is null`],
  [
    'I3d',
    'every case is routed, planned and has a task',
    `select count(*) from arrears_case c where c.state = 'open' and (routed_at is null or planned_at is null
      or not exists (select 1 from task t where t.case_id = c.id)) and not exists (select 1 from outbox o where o.subject_id = c.id and o.dead_at is not null)`,
  ],
  [
    'I3e',
    'every case has exactly one owner',
    `select count(*) from arrears_case c where c.state = 'open'
      and (select count(*) from assignment a where a.case_id = c.id and a.kind = 'owner' and a.state in ('active', 'accepted')) <> 1`,
  ],
  [
    'I3f',
    'one open case for each household',
    `select count(*) from (select household_id from arrears_case where state = 'open' group by 1 having count(*) > 1) h`,
  ],
  [
    'I3g',
    'of each notice repeated, one is the first',
    `select count(*) from (select identity_key from notice group by 1 having count(*) filter (where duplicate_of is null and corrects is null) <> 1) n`,
  ],
  ['I4', 'no outbox row is left undone', `select count(*) from outbox where ${undone}`],
  [
    'I5',
    'what died has a task for a person',
    `select count(*) from outbox o where dead_at is not null and not exists (select 1 from task t where t.subject_id = o.subject_id and t.occurrence like 'review/dead-work%')`,
  ],
  [
    'I6a',
    'every row done has exactly one effect',
    `select count(*) from outbox o where done_at is not null and (select count(*) from effect_log e where e.outbox_id = o.id) <> 1`,
  ],
  [
    'I6b',
    'no effect without its row',
    `select count(*) from effect_log e where not exists (select 1 from outbox o where o.id = e.outbox_id and o.done_at is not null)`,
  ],
  [
    'I6c',
    'each arrival stands once in the diary',
    `select count(*) from (select id from notice where case_id is not null union all select id from eviction_notice where case_id is not null) r
      where (select count(*) from timeline l where l.kind in ('notice.joined', 'eviction-notice.joined') and l.detail ->> 'id' = r.id::text) <> 1`,
  ],
  [
    'I6d',
    'each update stands once in the diary',
    `select count(*) from notice_update u join notice n on n.id = u.notice_id where n.case_id is not null and u.type <> 'corrected'
      and (select count(*) from timeline l where l.detail ->> 'updateId' = u.id::text) > 1`,
  ],
  [
    'I7a',
    'every due stage has fired',
    `select count(*) from stage where fired_at is null and stopped_at is null and due_at < clock_now() - interval '5 seconds'`,
  ],
  [
    'I7b',
    'every fired stage was told of once',
    `select count(*) from stage s where fired_at is not null and (select count(*) from outbox o where o.subject_id = s.id and o.topic = 'stage.due') <> 1`,
  ],
  [
    'I7c',
    'every fired stage was alerted or stopped with its reason',
    `select count(*) from stage s where fired_at is not null and trigger not in ('refer', 'look-again') and stopped_at is null
      and not exists (select 1 from alert a where a.stage_id = s.id)`,
  ],
  [
    'I7d',
    'every alarm of an overdue task has rung',
    `select count(*) from task where state = 'open' and alarm_at < clock_now() - interval '5 seconds'`,
  ],
  [
    'I7e',
    'what fired late is marked as late',
    `select count(*) from stage where fired_at - due_at > interval '60 seconds' and coalesce(late_seconds, 0) < 60`,
  ],
  [
    'I8',
    'every mail is sent, refused with a task, held after a restore, or made needless by one sent since with the same words to the same receiver',
    `select count(*) from mail m where state not in ('sent', 'dropped') and not (state = 'refused' and exists (select 1 from task t where t.subject_id = m.id))
      and not (state = 'held' and exists (select 1 from mail_hold where released_at is null))
      and not (state = 'covered' and exists (select 1 from mail k where k.state = 'sent' and k.sent_at > m.sending_at and k.template = m.template
        and (k.person_id, k.unit, k.landlord_id) is not distinct from (m.person_id, m.unit, m.landlord_id)))`,
  ],
  ['I9', 'nothing fired before its time', `select count(*) from stage where fired_at < due_at`],
  [
    'I10',
    'every intake key stands for what it says',
    `select count(*) from intake_key k where not exists (select 1 from notice where id = (k.response ->> 'id')::uuid)
      and not exists (select 1 from notice_update where id = (k.response ->> 'id')::uuid) and not exists (select 1 from eviction_notice where id = (k.response ->> 'id')::uuid) and not exists (select 1 from notice_file where id = (k.response ->> 'id')::uuid)`,
  ],
  [
    'I11',
    'every notice by the API has its one key',
    `select count(*) from notice n where source = 'api' and (select count(*) from intake_key k where k.response ->> 'id' = n.id::text) <> 1`,
  ],
  [
    'I20',
    'sweeps are alive, and their clocks agree with the database’s',
    `select (case when (select count(*) from heartbeat where kind = 'sweep' and at > clock_now() - interval '60 seconds') = 0 then 1 else 0 end)
      + (select count(*) from heartbeat where kind = 'sweep' and at > clock_now() - interval '60 seconds' and abs(app_clock_ahead_ms) > 2000)`,
  ],
  [
    'I22',
    'every file has been read to its end, each row of it a notice, a repeat or an error told',
    `select count(*) from notice_file f where state not in ('done', 'refused') or (state = 'done' and rows <> accepted + rejected + duplicates)`,
  ],
  [
    'I23',
    'work that was put off again and again is known to a person',
    `select count(*) from outbox o where postponed >= 20 and done_at is null and not exists (select 1 from task t where t.subject_id = o.subject_id and t.occurrence like 'review/slow-work%')`,
  ],
  [
    'I24',
    'no law older than the one in force was noted after it',
    `select count(*) from law_version l where exists (select 1 from law_version e where e.id < l.id and e.version > l.version)`,
  ],
  ['I15', 'the log of who saw what is whole', `select count(*) from audit_fault where fault is not null`],
  [
    'I17',
    'no identity number stands in queue, errors, mail keys, diary or log',
    `select count(*) from (select last_error as text from outbox union all select last_error from mail union all select once_key from mail
      union all select detail::text from timeline union all select purpose from audit_entry union all select text_sv from alert) t
      where text ~ '(^|[^0-9a-f-])(19|20)?[0-9]{6}[-+]?[0-9]{4}([^0-9a-f-]|$)'`,
  ],
  [
    'I25',
    'where a protected person lives stands sealed and nowhere plain',
    `select (select count(*) from arrears_case c where protected and state = 'open' and (address <> '' or postal_code is not null or sealed_address is null))
      + (select count(*) from notice n join arrears_case c on c.id = n.case_id and c.protected and c.state = 'open' where n.sealed_address is null)
      + (select count(*) from visit v join arrears_case c on c.id = v.case_id and c.protected and c.state = 'open' where v.address <> '')`,
  ],
]

/** One invariant that does not hold, and of how many rows. */
export type Broken = { rule: string; says: string; bad: number }

/** Counts every invariant on a database whose work is done; what comes back is broken. The role must see every row. */
export async function findBroken(db: Db): Promise<Broken[]> {
  const broken: Broken[] = []
  for (const [rule, says, count] of INVARIANTS) {
    const { rows } = await sql<Record<string, number>>`${sql.raw(count)}`.execute(db)
    const bad = Number(Object.values(rows[0] ?? { count: -1 })[0])
    if (bad !== 0) broken.push({ rule, says, bad })
  }
  return broken
}
