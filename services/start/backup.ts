// `npm run backup -- FILE`: every row of this instant in one file, sealed; it opens with the key file and nothing else.
import { demandKeys } from '../../shared/casework/key-fingerprints.ts'
import { backUp } from '../../shared/db/backup.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readKeys } from '../../shared/seal.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

const help = `
npm run backup -- FILE

Writes every row of this instant to FILE, sealed with the key of BOKVAR_KEYS_FILE. DATABASE_URL says of which database;
without it, of the npm start that runs in BOKVAR_DATA. It needs a role that sees every row.
`
await runCommand({ help, options: {}, wants: 'FILE' }, async (_values, file) => {
  const { databaseUrl, keysFile } = readHouse(['databaseUrl', 'keysFile'])
  const keys = readKeys(keysFile)
  const db = openDatabase({ url: databaseUrl, role: 'bokvar_worker', max: 1 })
  await demandKeys(db, keys).finally(() => db.destroy())
  const { at, schema, keyId } = await backUp(databaseUrl, keys, file)
  process.stdout.write(
    `${file}: as of ${at}, schema ${schema}, key ${keyId}. Keep the key file apart from it.\n`,
  )
})
