// One embedded PostgreSQL for one run of the tests, with the migrated template database in it.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { ownerOf } from '../../services/start/owner.ts'
import { startPostgres } from '../../services/start/postgres.ts'

const PREFIX = 'bokvar-test-'

/** Removes the folders of earlier runs that were killed; a run that still lives keeps its own. */
const sweep = () => {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name)
    // A run that is just starting has no owner yet: an empty folder is left alone.
    if (!existsSync(join(folder, 'owner.json')) || ownerOf(folder) !== undefined) continue
    rmSync(folder, { recursive: true, force: true })
  }
}

const makeTemplate = async (url) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('create database bokvar_template template template0')
  await client.end()
  const template = new URL(url)
  template.pathname = '/bokvar_template'
  const { migrateToLatest } = await import('../../shared/db/migrate.ts')
  await migrateToLatest(template.href)
}

/** Starts the run's server; the answer's `stop` ends it and removes its files. */
export const startCluster = async () => {
  sweep()
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  const server = await startPostgres({ dataDir: folder, durable: false })
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
  return { url: server.url, stop }
}
