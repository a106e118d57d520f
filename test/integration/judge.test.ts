// The judge judged: on a sound database every rule holds, and for each rule there is a wrong that breaks it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { findBroken, INVARIANTS } from '../../shared/casework/invariants.ts'
import { recomputeCases } from '../../shared/casework/law.ts'
import { readMailHold, releaseMail } from '../../shared/casework/mail-hold.ts'
import { beat } from '../../shared/casework/sweeps.ts'
import { backUp, restore } from '../../shared/db/backup.ts'
import { openRehearsal } from '../../services/start/rehearsal.ts'
import { judgeDatabase, judgePost, judgeTold } from '../chaos/judge.ts'
import { measureLateness } from '../chaos/lateness.ts'
import type { Ledger } from '../chaos/sender.ts'
import { answerUnfenced } from '../chaos/defects/worker.ts'
import { loadPeople, noon, sendMonth } from '../support/month.ts'
import { aNotice } from '../support/api.ts'
import { freshDatabase } from '../support/cluster.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await loadPeople(spine)
  await spine.moveTo(noon)
  await sendMonth(spine, spine.drain)
  await sql`update clock_shift set shift = shift + interval '4 days'`.execute(spine.owner)
  await spine.drain()
  await beat(spine.owner, 'sweep 1', 'sweep', new Date())
}, 120_000)
afterAll(() => spine.close())

class Undo extends Error {}

/** What the judge says after a wrong that is taken back. */
async function after(wrong: string): Promise<string[]> {
  let broken: string[] = []
  const trying = spine.owner.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    for (const step of wrong.split(';')) await sql`${sql.raw(step)}`.execute(trx)
    broken = (await judgeDatabase(trx)).filter(({ bad }) => bad > 0).map(({ rule }) => rule)
    throw new Undo()
  })
  await expect(trying).rejects.toThrow(Undo)
  return broken
}

// The moved clock and the process' own differ in a rehearsal; a run keeps them apart by less.
const heart = `update heartbeat set at = clock_now(), app_clock_ahead_ms = 0`
const fired = `where id = (select id from stage where fired_at is not null limit 1)`
const diary = (which: string) =>
  `insert into timeline (case_id, kind, actor, detail) select case_id, kind, actor, detail from timeline where ${which} limit 1`

const wrongs: [rule: string, wrong: string][] = [
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

test('on a month worked as it should be, every rule holds', async () => {
  expect(await after(heart)).toEqual([])
})

test('a backup with work left to do, put back: every rule holds, nothing tells twice, and mail waits for a person', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-drill-'))
  const file = join(folder, 'b.bokvar')
  const before = new Set(spine.letters.map(({ id }) => id))
  const body = aNotice({ reference: 'DRILL', tenant: { name: 'Dora Driller' } })
  const sent = { key: 'drill', raw: Buffer.from(JSON.stringify(body)), body: body as never }
  await receiveNotice(spine.web, spine.tools, landlordActor('Drillhus'), sent)
  // One mail of which nobody knows whether it left: the process that was sending it is gone with the machine.
  await sql`insert into mail (once_key, template, person_id, state, sending_at)
    select 'drill', 'new-cases', id, 'sending', clock_now() from person where username like 'siv%' or role = 'supervisor' limit 1`.execute(
    spine.owner,
  )
  await sql`insert into outbox (topic, subject_id) select 'mail.queued', id from mail where once_key = 'drill'`.execute(
    spine.owner,
  )
  await backUp(spine.url, spine.tools.keys, file)
  const target = await freshDatabase()
  await restore(target.url, spine.tools.keys, file)
  const restored = await openRehearsal(target.url, '1880')
  try {
    await restored.drain()
    expect(restored.failures).toEqual([])
    expect(restored.letters).toEqual([])
    const hold = await readMailHold(restored.worker)
    expect(hold?.waiting.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0)
    await sql`${sql.raw(heart)}`.execute(restored.owner)
    expect(await findBroken(restored.owner)).toEqual([])
    // What was told before the backup is told no second time, and dates computed anew are the dates that stand.
    const told = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from alert`.execute(restored.owner)).rows[0]?.n
    const dates = async () =>
      (
        await sql`select case_id, kind, origin, raw_date, last_day, safe_day, state from deadline
        where superseded_at is null order by 1, 2, 3`.execute(restored.owner)
      ).rows
    const [alerts, stood] = [await told(), await dates()]
    const { rows } = await sql<{ id: string }>`select id from arrears_case where state = 'open'`.execute(
      restored.owner,
    )
    await restored.worker.transaction().execute(async (trx) =>
      recomputeCases(
        trx,
        await moment(trx),
        restored.tools,
        rows.map(({ id }) => id),
      ),
    )
    await restored.drain()
    expect(await told()).toBe(alerts)
    expect(await dates()).toEqual(stood)
    // Released once, each mail leaves once; what had left before the backup does not leave again.
    const waited = await releaseMail(restored.worker, 'send')
    expect(await releaseMail(restored.worker, 'send')).toBe(0)
    await restored.drain()
    expect(restored.letters.length).toBe(waited)
    expect(new Set(restored.letters.map(({ id }) => id)).size).toBe(waited)
    expect(restored.letters.filter(({ id }) => before.has(id))).toEqual([])
    expect(await findBroken(restored.owner)).toEqual([])
  } finally {
    await restored.close()
    await target.drop()
    rmSync(folder, { recursive: true })
    await spine.drain()
  }
})

test.each(wrongs)('%s breaks when %s', async (rule, wrong) => {
  expect(await after(`${heart};${wrong}`)).toContain(rule)
})

test('I20 breaks when the sweep has stopped, and when its clock is wrong', async () => {
  expect(await after(`update heartbeat set at = clock_now() - interval '2 minutes'`)).toContain('I20')
  expect(await after(`update heartbeat set at = clock_now(), app_clock_ahead_ms = 3000`)).toContain('I20')
})

test('there is a wrong for every rule', () => {
  expect([...wrongs.map(([rule]) => rule), 'I20'].toSorted()).toEqual(
    INVARIANTS.map(([rule]) => rule).toSorted(),
  )
})

test('work without the fence, rung for twice, is seen as a double effect', async () => {
  const { rows } = await sql<{
    id: number
  }>`select id from outbox where topic = 'case.changed' limit 3`.execute(spine.owner)
  await answerUnfenced(spine.worker, spine.handlers, { topic: 'case.changed', ids: rows.map(({ id }) => id) })
  const seen = (await judgeDatabase(spine.owner)).find(({ rule }) => rule === 'I6a')
  expect(seen?.bad).toBe(3)
  await sql`delete from effect_log e where ctid <> (select min(ctid) from effect_log f where f.outbox_id = e.outbox_id)`.execute(
    spine.owner,
  )
  await spine.drain()
})

test('what a sender was told and the database lost, told otherwise, or split, is seen', async () => {
  const { rows } = await sql<{
    id: string
    caseId: string
  }>`select id, case_id from notice n where exists (select 1 from arrears_case c where c.id = n.case_id and c.state = 'open') order by case_id, id`.execute(
    spine.owner,
  )
  const [first, last] = [rows[0]?.id ?? '', rows.at(-1)?.id ?? '']
  const told = (id: string, household: number, contradicted = false) => ({
    key: id,
    kind: 'notice' as const,
    household,
    id,
    contradicted,
  })
  const ledgerOf = (...some: ReturnType<typeof told>[]): Ledger => ({
    told: new Map(some.map((one) => [one.key, one])),
    unknown: new Set(),
    refused: [],
    seen: [],
    answers: { ok: 0, busy: 0, broken: 0, unexpected: {} },
  })
  const broken = async (ledger: Ledger) =>
    (await judgeTold(spine.owner, ledger)).filter(({ bad }) => bad > 0).map(({ rule }) => rule)
  expect(await broken(ledgerOf(told(first, 1), told(last, 2)))).toEqual([])
  expect(await broken(ledgerOf(told('00000000-0000-4000-8000-000000000000', 1)))).toEqual(['I12a'])
  expect(await broken(ledgerOf(told(first, 1, true)))).toEqual(['I12b'])
  expect(await broken(ledgerOf(told(first, 1), told(last, 1)))).toEqual(['I12c'])
})

test('a letter that never arrived, a stranger and a repeat are seen', async () => {
  const { rows } = await sql<{ id: string }>`select id from mail where state = 'sent'`.execute(spine.owner)
  const post = rows.map(({ id }) => ({ messageId: `<${id}@localhost>`, to: [], text: '' }))
  const stranger = { messageId: '<00000000-0000-4000-8000-000000000000@localhost>', to: [], text: '' }
  const bad = async (letters: typeof post) => {
    const { verdicts, repeats } = await judgePost(spine.owner, letters)
    return [...verdicts.map((verdict) => verdict.bad), repeats]
  }
  expect(post.length).toBeGreaterThan(1)
  expect(await bad(post)).toEqual([0, 0, 0])
  expect(await bad(post.slice(1))).toEqual([1, 0, 0])
  expect(await bad([...post, stranger])).toEqual([0, 1, 0])
  expect(await bad([...post, post[0] ?? stranger])).toEqual([0, 0, 1])
})

test('lateness counts what was due, also what is not done yet, and takes a leap of the clock out', async () => {
  const subject = `select gen_random_uuid()`
  await spine.owner
    .transaction()
    .execute(async (trx) => {
      await sql`delete from outbox`.execute(trx)
      await sql
        .raw(
          `insert into outbox (topic, subject_id, created_at, done_at) values
      ('case.changed', (${subject}), clock_now() - interval '2 hours', clock_now() - interval '1 hour'),
      ('case.changed', (${subject}), clock_now() - interval '90 seconds', null)`,
        )
        .execute(trx)
      const { rows } = await sql<{ at: string }>`select clock_now() - interval '100 minutes' as at`.execute(
        trx,
      )
      const [work] = await measureLateness(trx, [{ at: rows[0]?.at ?? '', seconds: 3_590 }])
      expect(work?.count).toBe(2)
      expect(work?.p50).toBeGreaterThan(80_000)
      expect(work?.max).toBeLessThan(95_000)
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
})
