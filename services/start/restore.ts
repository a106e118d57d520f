// `npm run restore -- FILE`: makes the empty database of DATABASE_URL what it was, and checks that its keys are the right ones.
import { readEnvironment } from '../../config/env.ts'
import { demandKeys } from '../../shared/casework/key-fingerprints.ts'
import { restore } from '../../shared/db/backup.ts'
import { migrateToLatest } from '../../shared/db/migrate.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readKeys } from '../../shared/seal.ts'
import { runCommand } from './command.ts'

const help = `
npm run restore -- FILE

Puts the backup FILE into the empty database of DATABASE_URL, as a superuser and in one transaction, with the key file of
that time in BOKVAR_KEYS_FILE. Afterwards no mail leaves before npm run mail:release has been told what to do.
`
await runCommand({ help, options: {}, wants: 'FILE' }, async (_values, file) => {
  const { databaseUrl, keysFile } = readEnvironment(['databaseUrl', 'keysFile'])
  const keys = readKeys(keysFile)
  await migrateToLatest(databaseUrl)
  const { at } = await restore(databaseUrl, keys, file)
  const db = openDatabase({ url: databaseUrl, role: 'bokvar_worker', max: 1 })
  await demandKeys(db, keys).finally(() => db.destroy())
  process.stdout.write(
    `Restored as of ${at}. What was erased since is back: npm run retention. Rights are those of that time: end whoever has been ended since.\nStart web and workers: what was unfinished is rung again.\nNo mail leaves until you have said so: npm run mail:release. When the work is done: npm run invariants.\n`,
  )
})
