// The database's types in the code are those of the migrations; and migrations killed half-way leave nothing behind.
import { expect, it } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
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
})

it('killed in the middle, migrations leave an empty database, and the next start makes it whole', async () => {
  const database = await emptyDatabase()
  const asking = new Client({ connectionString: database.url })
  try {
    await asking.connect()
    const count = async (what: string) =>
      Number((await asking.query<{ n: string }>(`select count(*) as n from ${what}`)).rows[0]?.n)
    const env = { ...process.env, DATABASE_URL: database.url }
    // Held when twenty tables are made, and killed there: how fast the machine is decides nothing.
    await asking.query(`create schema held;
      create function held.hold() returns event_trigger language plpgsql as $$ begin
        if (select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r') > 20
        then perform pg_advisory_xact_lock(1); end if; end $$;
      create event trigger held on ddl_command_end when tag in ('CREATE TABLE') execute function held.hold();
      select pg_advisory_lock(1)`)
    const child = spawn(process.execPath, ['shared/db/migrate.ts'], { env, stdio: 'ignore' })
    const ended = once(child, 'exit')
    const itsLocks = `pg_locks where pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())`
    while ((await count(`${itsLocks} and locktype = 'advisory' and not granted`)) < 1);
    child.kill('SIGKILL')
    await ended
    await asking.query('select pg_advisory_unlock(1)')
    while ((await count(itsLocks)) > 0);
    await asking.query('drop event trigger held; drop schema held cascade')
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
})

it('on a server that another municipality shares, an owner of its own makes it, and the other’s logins stay out', async () => {
  const database = await emptyDatabase()
  const superuser = new Client({ connectionString: database.url })
  const name = new URL(database.url).pathname.slice(1)
  const as = (username: string) => Object.assign(new URL(database.url), { username, password: 'own' }).href
  const grants = /grant (bokvar_[\w, ]+) to owner_0880/.exec(readFileSync('docs/running.md', 'utf8'))?.[1]
  try {
    await superuser.connect()
    await superuser.query(`create role own_${name} login createrole password 'own'`)
    await superuser.query(`create role other_${name} login password 'own' in role bokvar_web`)
    await superuser.query(`alter database ${name} owner to own_${name}`)
    await superuser.query(`grant ${grants} to own_${name}`)
    await superuser.query(`revoke connect on database ${name} from public`)
    const env = { ...process.env, DATABASE_URL: as(`own_${name}`) }
    await promisify(execFile)(process.execPath, ['shared/db/migrate.ts'], { env })
    const { rows } = await superuser.query<{ owner: string }>(
      `select distinct tableowner as owner from pg_tables where schemaname = 'public' order by 1`,
    )
    expect(rows).toEqual([{ owner: `own_${name}` }])
    const other = new Client({ connectionString: as(`other_${name}`) })
    await expect(other.connect()).rejects.toMatchObject({ code: '42501' })
  } finally {
    await superuser.end()
    await database.drop()
    const after = new Client({ connectionString: process.env['BOKVAR_TEST_CLUSTER'] })
    await after.connect()
    await after.query(`drop role if exists own_${name}, other_${name}`)
    await after.end()
  }
})
