// A line to the database that goes dead without a word: what is under way fails in time, and the next try works.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { openBell, openEars, prepareQueues } from '../../shared/queues.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { openLine, type Line } from '../chaos/line.ts'
import { freshDatabase, type FreshDatabase } from '../support/cluster.ts'

let fresh: FreshDatabase
let line: Line
let url = ''
let db: Db
beforeAll(async () => {
  fresh = await freshDatabase()
  const address = new URL(fresh.url)
  line = await openLine(Number(address.port))
  address.port = String(line.port)
  url = address.href
  db = openDatabase({ url, role: 'bokvar_relay', max: 1, statementTimeout: 500 })
})
afterAll(async () => {
  await db.destroy()
  await line.close()
  await fresh.drop()
})

const ask = () => sql`select count(*) from outbox`.execute(db)

test('a statement on a silent line ends with an error instead of waiting for ever', async () => {
  await ask()
  expect(line.silence()).toBe(1)
  await expect(ask()).rejects.toThrow('Connection terminated')
  await ask()
})

test('the bell on PostgreSQL rings and is heard again after its lines went silent', async () => {
  await prepareQueues({ kind: 'postgres', url: fresh.url })
  const backend = { kind: 'postgres' as const, url }
  const heard: number[] = []
  const bell = openBell(backend, () => undefined)
  const ears = openEars(
    backend,
    async ({ ids }) => void heard.push(...ids),
    () => undefined,
  )
  await bell.ring([{ topic: 'notice.received', ids: [1] }])
  while (!heard.includes(1)) await pause(20)
  line.silence()
  const giveUpAt = performance.now() + 120_000
  while (!heard.includes(2) && performance.now() < giveUpAt) {
    await bell.ring([{ topic: 'notice.received', ids: [2] }]).catch(() => undefined)
    await pause(200)
  }
  expect(heard).toContain(2)
  await Promise.all([bell.close(), ears.close()])
})
