// The server of our own: real PostgreSQL that starts anywhere, keeps its data and leaves nothing running.
import { test, expect } from '@jest/globals'
import { Client } from 'pg'
import { freshDatabase } from '../support/cluster.ts'

test('a test gets a database of its own, made from the migrated template', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
  const client = new Client({ connectionString: one.url })
  await client.connect()
  await client.query('create table mine (id int)')
  await client.end()
  expect(one.url).not.toBe(two.url)
  await one.drop()
  await two.drop()
})
