// Wrongs done by hand to a sound database, one for each rule of the judge: what the judge cannot see it does not hold.

import type { Ledger } from '../chaos/sender.ts'

/** The moved clock and the process' own differ in a rehearsal; a run keeps them apart by less. */
export const heart = `update heartbeat set at = clock_now(), app_clock_ahead_ms = 0`
const fired = `where id = (select id from stage where fired_at is not null limit 1)`
const diary = (which: string) =>
  `insert into timeline (case_id, kind, actor, detail) select case_id, kind, actor, detail from timeline where ${which} limit 1`

/** For each rule that the database alone answers, a wrong that must break it. */
export const wrongs: [rule: string, wrong: string][] = [
  ['I1', `delete from deadline`],
  ['I2', `delete from outbox where topic = 'notice.received'`],
  ['I3a', `update notice set case_id = null`],
  ['I3b', `update eviction_notice set case_id = null`],
  ['I3c', `update notice_update set applied_at = null`],
  ['I3d', `update arrears_case set planned_at = null`],
  ['I3e', `delete from assignment`],
  [
    'I3f',
    `drop index arrears_case_one_open;update arrears_case set household_id = '00000000-0000-4000-8000-000000000000'`,
  ],
  ['I3g', `update notice set duplicate_of = id`],
  ['I4', `update outbox set done_at = null where id = (select max(id) from outbox)`],
  ['I5', `update outbox set done_at = null, dead_at = clock_now() where id = (select max(id) from outbox)`],
  ['I6a', `insert into effect_log select * from effect_log limit 1`],
  ['I6b', `insert into effect_log (outbox_id, topic) values (-1, 'nothing')`],
  ['I6c', diary(`kind = 'notice.joined'`)],
  ['I6d', diary(`detail ->> 'updateId' is not null and kind <> 'notice.corrected'`)],
  [
    'I7a',
    `update stage set due_at = clock_now() - interval '1 hour' where fired_at is null and stopped_at is null`,
  ],
  ['I7b', `insert into outbox (topic, subject_id) select 'stage.due', id from stage ${fired}`],
  ['I7c', `delete from alert;update stage set stopped_at = null where fired_at is not null`],
  ['I7d', `update task set alarm_at = clock_now() - interval '1 hour' where state = 'open'`],
  ['I7e', `update stage set due_at = fired_at - interval '1 hour', late_seconds = 0 ${fired}`],
  ['I8', `update mail set state = 'sending'`],
  ['I9', `update stage set due_at = fired_at + interval '1 hour' ${fired}`],
  ['I10', `update intake_key set response = jsonb_build_object('id', gen_random_uuid())`],
  ['I11', `delete from intake_key`],
  ['I22', `insert into notice_file (sender, sha256, raw, state) values ('x', '', '', 'reading')`],
  ['I23', `update outbox set done_at = null, postponed = 20 where id = (select max(id) from outbox)`],
  ['I15', `update audit_entry set purpose = 'annat'`],
  ['I17', `update outbox set last_error = 'fel för 19900101-2385' where id = (select max(id) from outbox)`],
  ['I25', `update arrears_case set protected = true`],
  [
    'I24',
    `insert into law_version (version, fingerprint, cases) values (2, 'new', 0);insert into law_version (version, fingerprint, cases) values (1, 'old', 0)`,
  ],
]

/** One thing that a sender was told, as the chaos run's ledger has it. */
export const told = (id: string, household: number, contradicted = false) => ({
  key: id,
  kind: 'notice' as const,
  household,
  id,
  contradicted,
})

/** A ledger of such things, in which nothing else went wrong. */
export const ledgerOf = (...some: ReturnType<typeof told>[]): Ledger => ({
  told: new Map(some.map((one) => [one.key, one])),
  unknown: new Set(),
  refused: [],
  seen: [],
  answers: { ok: 0, busy: 0, broken: 0, unexpected: {} },
})
