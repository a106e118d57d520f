// One embedded PostgreSQL for one run of the tests, with the migrated template database in it.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { ownerOf } from '../../services/start/owner.ts'
import { startPostgres } from '../../services/start/postgres.ts'
import { migrateToLatest } from '../../shared/db/migrate.ts'

const PREFIX = 'bokvar-test-'

/** Removes the folders of earlier runs that were killed; a run that still lives keeps its own. */
const sweep = (): void => {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name)
    // Another user's folder is not ours to remove, and a run that is just starting has no owner yet.
    if (
      statSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.() ||
      !existsSync(join(folder, 'owner.json'))
    )
      continue
    if (ownerOf(folder) !== undefined) continue
    rmSync(folder, { recursive: true, force: true })
  }
}

const makeTemplate = async (url: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('create database bokvar_template template template0')
  await client.end()
  const template = new URL(url)
  template.pathname = '/bokvar_template'
  await migrateToLatest(template.href)
}

/**
 * Starts the run's server; the answer's `stop` ends it and removes its files. `settings`: of PostgreSQL, besides those
 * that make tests fast.
 */
export const startCluster = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<{
  url: string
  folder: string
  stop: () => Promise<void>
}> => {
  sweep()
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  const server = await startPostgres({ dataDir: folder, durable: false, settings })
  const stop = async () => {
    await server.stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await makeTemplate(server.url)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: server.url, folder, stop }
}
