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
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { actorIn, NOON, personIn } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const CASES = 100_000
const PERIOD = { from: '2026-08-27', to: '2026-11-25' }
const page = { limit: 100, page: 1 }

let spine: Spine
let anna: Actor
let draft: number

/** Past cases of every age and debt, a tenth of them beyond the period, by one statement. */
async function makePast(): Promise<void> {
  await sql`insert into arrears_case (household_id, stage, notice_type, tenant_name, address, landlord_name, notified_on, received_on,
      state, committee, unit, routing_version, routing_row, routing_facts, routed_at)
    select gen_random_uuid(), 'terminated', 'rent-termination', 'Exempel', 'Exempelgatan', 'Värd', '2026-09-01', '2026-09-01',
      'closed', case when n % 2 = 0 then 'GAN' else 'SN' end, null, (select id from rule_version where kind = 'routing' and version = 1), 70,
      ${JSON.stringify(ORDINARY_FACTS)}::jsonb || jsonb_build_object('age', 18 + n % 80, 'monthsUnpaid', n % 4, 'daysLeft', n % 21),
      case when n % 10 = 0 then '2026-08-26 12:00+02'::timestamptz else '2026-08-27 00:00+02'::timestamptz + make_interval(mins => n % 129600) end
    from generate_series(1, ${CASES}) n`.execute(spine.owner)
}

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  await makePast()
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
  const row = '65;OWNER;;;;;;;;;;>=90;;;;;;ingen;;;;;VON;VON-BIST;;;2;;90 år eller äldre;90 or older;INF'
  const made = await draftRules(spine.web, anna, {
    kind: 'routing',
    csv: csv.replace(/(\r?\n)70;/, `$1${row}$170;`),
  })
  draft = made.id
}, 120_000)
afterAll(() => spine.close())

const contents = async () => {
  const { rows } = await sql<{ sum: string; n: number }>`
    select count(*)::int as n, sum(hashtextextended(c::text, 0)) as sum from arrears_case c`.execute(
    spine.owner,
  )
  return rows[0]
}

test('100,000 past cases are decided by both tables in at most ten seconds, and not one of them is touched', async () => {
  const before = await contents()
  const asked = await askRehearsal(spine.web, anna, draft, { from: '2026-08-01', to: PERIOD.to })
  expect(asked).toMatchObject({ state: 'waiting', done: 0, result: null })
  const from = performance.now()
  await spine.drain()
  const seconds = (performance.now() - from) / 1000
  expect(spine.failures).toEqual([])
  const done = await readRehearsal(spine.web, anna, asked.id, page)
  expect(done).toMatchObject({ state: 'done', done: CASES, total: CASES, result: { cases: CASES } })
  // Eight of the eighty ages are 90 or more.
  expect(done.result).toMatchObject({ newOwner: CASES / 10, longerAnswer: 0 })
  const unit = (code: string) => done.result?.units.find((one) => one.unit === code)
  expect(unit('VON-BIST')).toMatchObject({ before: 0, after: CASES / 10 })
  expect(unit('GAN-FS')).toMatchObject({ before: CASES, after: (CASES * 9) / 10 })
  expect(await contents()).toEqual(before)
  expect(seconds).toBeLessThanOrEqual(10)
  process.stdout.write(`rehearsal of ${CASES} cases: ${seconds.toFixed(1)} s\n`)
}, 60_000)

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
}, 60_000)

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
}, 60_000)

test('while one process runs it another waits, and does not count it as a failure', async () => {
  const { id } = await askRehearsal(spine.web, anna, draft, { from: '2026-11-25', to: '2026-11-25' })
  const other = openDatabase({ url: spine.url, role: 'bokvar_worker', max: 1 })
  try {
    await other.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`rehearsal ${id}`}, 0))`.execute(trx)
      await expect(runRehearsals(spine.worker, [id])).rejects.toMatchObject({ code: '55P03' })
    })
    await spine.drain()
    expect(spine.failures).toEqual([])
    expect((await readRehearsal(spine.web, anna, id, page)).state).toBe('done')
  } finally {
    await other.destroy()
  }
}, 60_000)

test('a period that ends before it begins is refused', async () => {
  await expect(
    askRehearsal(spine.web, anna, draft, { from: '2026-11-25', to: '2026-11-24' }),
  ).rejects.toMatchObject({
    code: 'period.reversed',
  })
})
