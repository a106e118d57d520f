// `npm run invariants`: counts what must hold of the database when its work is done; after a restore it says what does not.
import { readEnvironment } from '../../config/env.ts'
import { findBroken } from '../../shared/casework/invariants.ts'
import { openDatabase } from '../../shared/db/open.ts'

const { databaseUrl: url } = readEnvironment(['databaseUrl'])
const db = openDatabase({ url, role: 'owner', max: 1, statementTimeout: 0 })
try {
  const broken = await findBroken(db)
  for (const { rule, says, bad } of broken)
    process.stdout.write(`${rule}: ${bad} rows break this: ${says}.\n`)
  if (broken.length === 0) process.stdout.write('Every invariant holds.\n')
  process.exitCode = broken.length > 0 ? 1 : 0
} finally {
  await db.destroy()
}
