// The database's types in the code are those of the migrations: generated from an empty database, they differ in nothing.
import { expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freshDatabase } from '../support/cluster.ts'

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
