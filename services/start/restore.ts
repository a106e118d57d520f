// `npm run restore -- FILE`: makes the empty database of DATABASE_URL what it was, and checks that its keys are the right ones.
import { readEnvironment } from '../../config/env.ts'
import { demandKeys } from '../../shared/casework/key-fingerprints.ts'
import { restore } from '../../shared/db/backup.ts'
import { migrateToLatest } from '../../shared/db/migrate.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readKeys } from '../../shared/seal.ts'

const file = process.argv[2]
if (!file) throw new Error('npm run restore -- FILE')
const { databaseUrl, keysFile } = readEnvironment(['databaseUrl', 'keysFile'])
const keys = readKeys(keysFile)
await migrateToLatest(databaseUrl)
const { at } = await restore(databaseUrl, keys, file)
const db = openDatabase({ url: databaseUrl, role: 'bokvar_worker', max: 1 })
await demandKeys(db, keys).finally(() => db.destroy())
process.stdout.write(
  `Restored as of ${at}. Start web and workers: what was unfinished is rung again.\nNo mail leaves until you have said so: npm run mail:release. When the work is done: npm run invariants.\n`,
)
