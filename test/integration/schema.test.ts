// The database's types in the code are those of the migrations; and migrations killed half-way leave nothing behind.
import { expect, it } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { emptyDatabase, freshDatabase } from '../support/cluster.ts'

const bin = join(import.meta.dirname, '../../node_modules/.bin')

it('shared/db/schema.ts is what the migrations make (npm run db:types writes it)', async () => {
  const database = await freshDatabase()
  try {
    const env = { ...process.env, DATABASE_URL: database.url, PATH: `${bin}:${process.env['PATH']}` }
    const verify = promisify(execFile)(process.execPath, ['shared/db/types.mjs', '--verify'], { env })
    await expect(verify).resolves.toBeDefined()
  } finally {
    await database.drop()
  }
}, 60_000)

it('killed in the middle, migrations leave an empty database, and the next start makes it whole', async () => {
  const database = await emptyDatabase()
  const asking = new Client({ connectionString: database.url })
  try {
    await asking.connect()
    const count = async (what: string) =>
      Number((await asking.query<{ n: string }>(`select count(*) as n from ${what}`)).rows[0]?.n)
    const env = { ...process.env, DATABASE_URL: database.url }
    const child = spawn(process.execPath, ['shared/db/migrate.ts'], { env, stdio: 'ignore' })
    const ended = once(child, 'exit')
    // The lock on what it makes is seen before anything else of it is.
    const making = `pg_locks where mode = 'AccessExclusiveLock' and relation > 16384 and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())`
    while ((await count(making)) < 20);
    child.kill('SIGKILL')
    await ended
    while ((await count(making)) > 0);
    expect(
      await count(
        `information_schema.tables where table_schema = 'public' and table_name not like 'kysely%'`,
      ),
    ).toBe(0)
    await promisify(execFile)(process.execPath, ['shared/db/migrate.ts'], { env })
    expect(await count('kysely_migration')).toBeGreaterThan(20)
  } finally {
    await asking.end()
    await database.drop()
  }
}, 60_000)
