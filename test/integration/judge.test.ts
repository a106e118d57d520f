// The judge judged: on a sound database every rule holds, and for each rule there is a wrong that breaks it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
import type { Db } from '../../shared/db/open.ts'
import type { Memory } from '../../shared/domain/watch.ts'
import { writeMemory } from '../../workers/watch-file.ts'
import { openRehearsal } from '../../services/start/rehearsal.ts'
import {
  judgeAudit,
  judgeDates,
  judgeSecrecyOfCommittees,
  judgeStop,
  judgeWatchdog,
} from '../chaos/inspect.ts'
import { judgeDatabase, judgePost, judgeSecrecy, judgeTold, type Verdict } from '../chaos/judge.ts'
import { measureLateness } from '../chaos/lateness.ts'
import type { Ledger } from '../chaos/sender.ts'
import { answerUnfenced } from '../chaos/defects/worker.ts'
import { loadPeople, noon, sendMonth } from '../support/month.ts'
import { aNotice } from '../support/api.ts'
import { freshDatabase } from '../support/cluster.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'
import { heart, ledgerOf, told, wrongs } from '../support/wrongs.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await loadPeople(spine)
  await spine.moveTo(noon)
  await sendMonth(spine, spine.drain)
  await sql`update clock_shift set shift = shift + interval '4 days'`.execute(spine.owner)
  await spine.drain()
  await beat(spine.owner, 'sweep 1', 'sweep', new Date())
})
afterAll(() => spine.close())

class Undo extends Error {}

/** What a judge says after a wrong that is taken back. */
async function after(
  wrong: string,
  judge: (db: Db) => Promise<Verdict[]> = judgeDatabase,
): Promise<string[]> {
  let broken: string[] = []
  const trying = spine.owner.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    for (const step of wrong.split(';')) await sql`${sql.raw(step)}`.execute(trx)
    broken = (await judge(trx)).filter(({ bad }) => bad > 0).map(({ rule }) => rule)
    throw new Undo()
  })
  await expect(trying).rejects.toThrow(Undo)
  return broken
}

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
    select 'drill', 'new-cases', id, 'sending', clock_now() from person where role = 'supervisor' order by username limit 1`.execute(
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
  }>`select id from outbox where topic = 'case.changed' order by id limit 3`.execute(spine.owner)
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
  const broken = async (ledger: Ledger) =>
    (await judgeTold(spine.owner, ledger)).filter(({ bad }) => bad > 0).map(({ rule }) => rule)
  expect(await broken(ledgerOf(told(first, 1), told(last, 2)))).toEqual([])
  expect(await broken(ledgerOf(told('00000000-0000-4000-8000-000000000000', 1)))).toEqual(['I12a'])
  expect(await broken(ledgerOf(told(first, 1, true)))).toEqual(['I12b'])
  expect(await broken(ledgerOf(told(first, 1), told(last, 1)))).toEqual(['I12c'])
  const nothing = ledgerOf()
  expect(await broken({ ...nothing, refused: [{ key: 'a', status: 400 }] })).toEqual(['I12d'])
  expect(await broken({ ...nothing, unknown: new Set(['a']) })).toEqual(['I12e'])
  const answers = { ...nothing.answers, unexpected: { 404: 1, 500: 2 } }
  expect(await broken({ ...nothing, answers })).toEqual(['I12f'])
})

test('a date counted wrongly, none at all, a look without its line and a broken chain are seen', async () => {
  expect(await after(`select 1`, judgeDates)).toEqual([])
  expect(await after(`update deadline set last_day = last_day + 1`, judgeDates)).toEqual(['I18'])
  expect(await after(`delete from deadline`, judgeDates)).toEqual(['I18b'])
  const seen = [{ door: 'GET /v1/cases/:id', caseId: '00000000-0000-4000-8000-000000000000' }]
  expect(await after(`select 1`, (db) => judgeAudit(db, { seen: [] }))).toEqual([])
  expect(await after(`select 1`, (db) => judgeAudit(db, { seen }))).toEqual(['I15b'])
  const forged = `update audit_entry set purpose = 'annat'`
  expect(await after(forged, (db) => judgeAudit(db, { seen: [] }))).toEqual(['I15a'])
})

test('a stage missed in a stop and told of late, unmarked, or after a less urgent one, is seen', async () => {
  const { rows } = await sql<{ at: string }>`select clock_now() - interval '1 hour' as at`.execute(
    spine.owner,
  )
  const stop = { at: rows[0]?.at ?? '', seconds: 1_800 }
  const missed = `update stage set created_at = clock_now() - interval '2 hours', due_at = clock_now() - interval '50 minutes',
    fired_at = clock_now() - interval '29.9 minutes', late_seconds = 1206, urgency = 1 where fired_at is not null`
  const broken = (wrong: string) => after(`${missed};${wrong}`, (db) => judgeStop(db, stop))
  const half = `where id in (select id from stage where fired_at is not null order by id limit 1)`
  expect(await broken(`select 1`)).toEqual([])
  expect(await broken(`update stage set fired_at = clock_now() - interval '20 minutes' ${half}`)).toContain(
    'I14a',
  )
  expect(await broken(`update stage set late_seconds = 0 ${half}`)).toEqual(['I14b'])
  expect(
    await broken(`update stage set urgency = 2, fired_at = fired_at + interval '3 seconds' ${half}`),
  ).toEqual(['I14c'])
})

test('a committee that sees another’s cases, and a watchdog that is not there or not content, are seen', async () => {
  const bad = async () =>
    (await judgeSecrecyOfCommittees(spine.owner, spine.url)).map((verdict) => verdict.bad)
  expect(await bad()).toEqual([0])
  await sql`alter table arrears_case disable row level security`.execute(spine.owner)
  try {
    expect((await bad())[0]).toBeGreaterThan(0)
  } finally {
    await sql`alter table arrears_case enable row level security`.execute(spine.owner)
  }
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-watch-'))
  const says = async (memory: Memory | undefined, at: Date) => {
    if (memory) writeMemory(join(folder, 'watchdog.json'), memory, at.toISOString())
    return (await judgeWatchdog(folder, 0)).map((verdict) => verdict.bad)
  }
  const alarm = { code: 'database-away' as const, about: '', count: 1, seconds: 9, since: 0, toldAt: 0 }
  try {
    expect(await says(undefined, new Date())).toEqual([1])
    expect(await says({ standing: [], tested: null, ends: [] }, new Date())).toEqual([0])
    expect(await says({ standing: [alarm], tested: null, ends: [] }, new Date())).toEqual([1])
    expect(await says({ standing: [], tested: null, ends: [] }, new Date(Date.now() - 120_000))).toEqual([1])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a name in the log, in an error code or in a letter is seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-secret-'))
  const letter = { at: '', messageId: '', to: [], text: 'Om Sångtrast Efternamn4' }
  const broken = (wrong: string, post = [{ ...letter, text: 'Logga in' }]) =>
    after(wrong, (db) => judgeSecrecy(db, folder, post, ['Sångtrast']))
  try {
    mkdirSync(join(folder, 'log'))
    mkdirSync(join(folder, 'postgres'))
    writeFileSync(join(folder, 'postgres/postgres.log'), 'LOG: started')
    expect(await broken(`select 1`)).toEqual([])
    expect(await broken(`update outbox set last_error = 'Sångtrast'`)).toEqual(['I17b'])
    expect(await broken(`select 1`, [letter])).toEqual(['I17c'])
    writeFileSync(join(folder, 'log/web.log'), '{"msg":"Sångtrast"}')
    expect(await broken(`select 1`)).toEqual(['I17a'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a letter that never arrived, a stranger and a repeat are seen', async () => {
  const { rows } = await sql<{ id: string }>`select id from mail where state = 'sent'`.execute(spine.owner)
  const post = rows.map(({ id }) => ({ at: '', messageId: `<${id}@localhost>`, to: [], text: '' }))
  const stranger = { at: '', messageId: '<00000000-0000-4000-8000-000000000000@localhost>', to: [], text: '' }
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
      const { rows } = await sql<{
        at: string
      }>`select clock_now() - interval '119 minutes 55 seconds' as at`.execute(trx)
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
