// A rehearsal: a job over past cases that shows its progress, changes nothing, and keeps to ten seconds for 100,000 cases.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import {
  askRehearsal,
  listRehearsals,
  readRehearsal,
  runRehearsals,
} from '../../shared/casework/rehearsals.ts'
import { draftRules, listRules, readRuleVersion } from '../../shared/casework/rules.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { makePastCases, withRowForTheOldest } from '../support/past-cases.ts'
import { actorIn, NOON, personIn } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const CASES = 100_000
const PERIOD = { from: '2026-08-27', to: '2026-11-25' }
const page = { limit: 100, page: 1 }

let spine: Spine
let anna: Actor
let draft: number

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  await makePastCases(spine.url, CASES)
  anna = actorIn(
    'GAN',
    'administrator',
    await personIn(spine.owner, {
      username: 'anna',
      role: 'administrator',
      committee: 'GAN',
      unit: 'GAN-FS',
    }),
  )
  const [first] = await listRules(spine.web, anna, 'routing')
  const { csv } = await readRuleVersion(spine.web, anna, first?.id ?? 0)
  const made = await draftRules(spine.web, anna, { kind: 'routing', csv: withRowForTheOldest(csv) })
  draft = made.id
})
afterAll(() => spine.close())

const contents = async () => {
  const { rows } = await sql<{ sum: string; n: number }>`
    select count(*)::int as n, sum(hashtextextended(c::text, 0)) as sum from arrears_case c`.execute(
    spine.owner,
  )
  return rows[0]
}

test('100,000 past cases are decided by both tables within ten seconds of work, and not one of them is touched', async () => {
  const before = await contents()
  const asked = await askRehearsal(spine.web, anna, draft, { from: '2026-08-01', to: PERIOD.to })
  expect(asked).toMatchObject({ state: 'waiting', done: 0, result: null })
  const from = process.cpuUsage()
  await spine.drain()
  const { user, system } = process.cpuUsage(from)
  expect(spine.failures).toEqual([])
  const done = await readRehearsal(spine.web, anna, asked.id, page)
  expect(done).toMatchObject({ state: 'done', done: CASES, total: CASES, result: { cases: CASES } })
  // Eight of the eighty ages are 90 or more.
  expect(done.result).toMatchObject({ newOwner: CASES / 10, longerAnswer: 0 })
  const unit = (code: string) => done.result?.units.find((one) => one.unit === code)
  expect(unit('VON-BIST')).toMatchObject({ before: 0, after: CASES / 10 })
  expect(unit('GAN-FS')).toMatchObject({ before: CASES, after: (CASES * 9) / 10 })
  expect(await contents()).toEqual(before)
  // Of this process, so that the verdict is the code's and not that of whatever else the machine is doing.
  expect((user + system) / 1e6).toBeLessThanOrEqual(10)
})

test('only the cases routed in the period are asked, both days included, and they are listed to whoever may see them', async () => {
  const { id } = await askRehearsal(spine.web, anna, draft, PERIOD)
  await spine.drain()
  const gan = await readRehearsal(spine.web, actorIn('GAN', 'supervisor'), id, page)
  expect(gan.result?.cases).toBe((CASES * 9) / 10)
  expect(gan.cases).toHaveLength(100)
  expect(gan.cases[0]).toMatchObject({
    beforeOwner: 'GAN/GAN-FS',
    beforeRow: 70,
    afterOwner: 'VON/VON-BIST',
    afterRow: 65,
  })
  const sn = await readRehearsal(spine.web, actorIn('SN', 'supervisor'), id, page)
  const seen = new Set(gan.cases.map((one) => one.id))
  expect(sn.cases.some((one) => seen.has(one.id))).toBe(false)
  expect((await readRehearsal(spine.web, actorIn('VON', 'supervisor'), id, page)).cases).toEqual([])
  expect((await listRehearsals(spine.web, anna, draft)).map((one) => one.id)).toContain(id)
  // What the rehearsal found stays with the draft: a unit that would get more than it manages is told before publishing.
  const { findings } = await readRuleVersion(spine.web, anna, draft)
  const beyond = findings.filter((one) => one.code === 'beyond-capacity')
  expect(beyond).toMatchObject([{ severity: 'warning' }, { severity: 'warning' }])
  for (const unit of ['GAN-FS', 'VON-BIST'])
    expect(beyond.some((one) => one.reason.en.startsWith(`Unit ${unit} `))).toBe(true)
})

test('asking and running twice gives one rehearsal and one result; a cut-short one begins anew', async () => {
  const period = { from: '2026-11-20', to: '2026-11-25' }
  const [one, two] = await Promise.all([1, 2].map(() => askRehearsal(spine.web, anna, draft, period)))
  expect(two?.id).toBe(one?.id)
  const id = one?.id ?? ''
  await sql`update rehearsal set state = 'running', done = 3 where id = ${id}`.execute(spine.owner)
  await sql`insert into rehearsal_case select ${id}, id, 'GAN', 1, 'SN', 2 from arrears_case limit 3`.execute(
    spine.owner,
  )
  await spine.drain()
  const first = await readRehearsal(spine.web, anna, id, page)
  expect(first.done).toBe(first.total)
  await runRehearsals(spine.worker, [id])
  expect(await readRehearsal(spine.web, anna, id, page)).toEqual(first)
  const { rows } = await sql<{
    n: number
  }>`select count(*)::int as n from rehearsal_case where rehearsal_id = ${id}`.execute(spine.owner)
  expect(rows[0]?.n).toBe(first.result?.newOwner)
})

test('while one process runs it another waits, and does not count it as a failure', async () => {
  const { rows } = await sql<{ day: string }>`
    select min((routed_at at time zone 'Europe/Stockholm')::date)::text as day from arrears_case`.execute(
    spine.owner,
  )
  const [from, to] = [rows[0]!.day, rows[0]!.day]
  const { id } = await askRehearsal(spine.web, anna, draft, { from, to })
  const other = openDatabase({ url: spine.url, role: 'bokvar_worker', max: 1 })
  try {
    await other.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`rehearsal ${id}`}, 0))`.execute(trx)
      await expect(runRehearsals(spine.worker, [id])).rejects.toMatchObject({ code: '55P03' })
    })
    await spine.drain()
    expect(spine.failures).toEqual([])
    const { state, total } = await readRehearsal(spine.web, anna, id, page)
    expect(state).toBe('done')
    // The same day asked again: a protected person is in no count, however a row is made to fit her.
    await sql`update arrears_case set protected = true where id in (select id from arrears_case
      where (routed_at at time zone 'Europe/Stockholm')::date = ${from}::date order by number limit 1)`.execute(
      spine.owner,
    )
    const again = await askRehearsal(spine.web, anna, draft, { from, to })
    await spine.drain()
    expect((await readRehearsal(spine.web, anna, again.id, page)).total).toBe(total - 1)
  } finally {
    await other.destroy()
  }
})

test('a period that ends before it begins is refused', async () => {
  await expect(
    askRehearsal(spine.web, anna, draft, { from: '2026-11-25', to: '2026-11-24' }),
  ).rejects.toMatchObject({
    code: 'period.reversed',
  })
})
