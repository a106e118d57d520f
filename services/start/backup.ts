// `npm run backup -- FILE`: every row of this instant in one file, sealed; it opens with the key file and nothing else.
import { readEnvironment } from '../../config/env.ts'
import { demandKeys } from '../../shared/casework/key-fingerprints.ts'
import { backUp } from '../../shared/db/backup.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readKeys } from '../../shared/seal.ts'

const file = process.argv[2]
if (!file) throw new Error('npm run backup -- FILE')
const { databaseUrl, keysFile } = readEnvironment(['databaseUrl', 'keysFile'])
const keys = readKeys(keysFile)
const db = openDatabase({ url: databaseUrl, role: 'bokvar_worker', max: 1 })
await demandKeys(db, keys).finally(() => db.destroy())
const { at, schema, keyId } = await backUp(databaseUrl, keys, file)
process.stdout.write(
  `${file}: as of ${at}, schema ${schema}, key ${keyId}. Keep the key file apart from it.\n`,
)
