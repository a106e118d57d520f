// Runs the numbered SQL migrations, each once and in order; exits non-zero when one fails.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { openPool } from './open.ts'

const folder = new URL('./migrations/', import.meta.url)

/** The names of all migrations in order: what the schema must be for this code. */
export function migrationNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => name.replace('.sql', ''))
}

function migrationOf(name: string): Migration {
  const text = readFileSync(new URL(`${name}.sql`, folder), 'utf8')
  return {
    up: (db) =>
      sql
        .raw(text)
        .execute(db)
        .then(() => undefined),
  }
}

/**
 * Brings the database at `url` to the newest schema, in one transaction under Kysely's migration lock.
 * Throws the first error; the database is then as it was before.
 */
export async function migrateToLatest(url: string): Promise<void> {
  const pool = openPool({ url, role: 'owner', max: 2, statementTimeout: 0 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({
      db,
      provider: {
        getMigrations: async () =>
          Object.fromEntries(migrationNames().map((name) => [name, migrationOf(name)])),
      },
    })
    const { error } = await migrator.migrateToLatest()
    if (error) throw error
  } finally {
    await db.destroy()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [asked] = process.argv.slice(2)
  if (asked === undefined) {
    const { readEnvironment } = await import('../../config/env.ts')
    await migrateToLatest(readEnvironment().databaseUrl)
    process.stdout.write('The database has the newest schema.\n')
  } else {
    process.stdout.write('npm run db:migrate gives the database of DATABASE_URL the newest schema.\n')
    process.exitCode = asked === '--help' ? 0 : 2
  }
}
