// A backup is drilled: put back into an empty database every row is the same, the audit chain holds and the work goes on.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { backUp, restore } from '../../shared/db/backup.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { openRehearsal, rehearsalTools, type Rehearsal } from '../../services/start/rehearsal.ts'
import { tablesOf } from '../support/any-row.ts'
import { freshDatabase, type FreshDatabase } from '../support/cluster.ts'
import { openWorld, type World } from '../support/secrecy-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'bokvar-backup-'))
const file = join(folder, 'b.bokvar')
const { keys } = rehearsalTools()
let world: World
let target: FreshDatabase
let restored: Rehearsal

beforeAll(async () => {
  world = await openWorld()
  // Something is left to do when the backup is taken.
  await sql`insert into outbox (topic, subject_id) select 'case.changed', id from arrears_case`.execute(
    world.owner,
  )
  await backUp(world.url, keys, file)
  target = await freshDatabase()
})
afterAll(async () => {
  await restored?.close()
  await target?.drop()
  await world?.stop()
  rmSync(folder, { recursive: true })
})

async function prints(of: Pick<World, 'owner'>): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  // The hold on mail is the restore's own.
  for (const { name } of (await tablesOf(of.owner)).filter((table) => table.name !== 'mail_hold')) {
    const { rows } = await sql<{
      print: string
    }>`select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as print
      from ${sql.table(name)} t`.execute(of.owner)
    found[name] = rows[0]?.print ?? ''
  }
  return found
}

test('the file shows nobody’s name, address or number', () => {
  const bytes = readFileSync(file, 'latin1')
  for (const { name, street, identity, caseNumber } of Object.values(world.marks))
    for (const mark of [name, street, identity, caseNumber]) expect(bytes).not.toContain(mark)
})

test('a file that was changed, cut off or sealed under another key leaves the database as it was', async () => {
  const bytes = readFileSync(file)
  const bad = join(folder, 'bad.bokvar')
  const changed = Buffer.from(bytes)
  changed[bytes.length - 40]! ^= 1
  for (const content of [changed, bytes.subarray(0, bytes.length - 100)]) {
    writeFileSync(bad, content)
    await expect(restore(target.url, keys, bad)).rejects.toThrow()
  }
  const other = { ...keys, encryption: new Map([[keys.current, Buffer.alloc(32, 1)]]) }
  await expect(restore(target.url, other, file)).rejects.toThrow()
  const owner = openDatabase({ url: target.url, role: 'owner', max: 1 })
  expect(await owner.selectFrom('arrearsCase').select('id').execute()).toEqual([])
  await owner.destroy()
})

test('restored, every row of every table is what it was, and the numbers go on from there', async () => {
  await restore(target.url, keys, file)
  restored = await openRehearsal(target.url, '1880')
  expect(await prints(restored)).toEqual(await prints(world))
  const next = async (of: Pick<World, 'owner'>) =>
    (await sql<{ number: string }>`select next_case_number() as number`.execute(of.owner)).rows[0]?.number
  expect(await next(restored)).toBe(await next(world))
})

test('the audit chain holds, what was unfinished is worked, and every household is still its committee’s own', async () => {
  const { rows } = await sql`select * from audit_fault`.execute(restored.owner)
  expect(rows).toEqual([])
  await restored.drain()
  expect(restored.failures).toEqual([])
  const left = await restored.owner.selectFrom('outbox').select('id').where('doneAt', 'is', null).execute()
  expect(left).toEqual([])
  expect((await restored.web.selectFrom('arrearsCase').select('id').execute()).length).toBe(0)
})

test('a database in use is never overwritten', async () => {
  await expect(restore(world.url, keys, file)).rejects.toThrow('holds notices')
  await expect(backUp(world.url, keys, file)).rejects.toThrow('EEXIST')
})
