// `npm run invariants`: counts what must hold of the database when its work is done; after a restore it says what does not.
import { findBroken } from '../../shared/casework/invariants.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

const help = `
npm run invariants

Counts what must hold of the database of DATABASE_URL (or of the npm start that runs in BOKVAR_DATA) when its work is done,
and names what does not. Exits with 1 when something does not hold.
`
await runCommand({ help, options: {} }, async () => {
  const { databaseUrl: url } = readHouse(['databaseUrl'])
  const db = openDatabase({ url, role: 'owner', max: 1, statementTimeout: 0 })
  try {
    const broken = await findBroken(db)
    for (const { rule, says, bad } of broken)
      process.stdout.write(`${rule}: ${bad} rows break this: ${says}.\n`)
    if (broken.length === 0) process.stdout.write('Every invariant holds.\n')
    return broken.length > 0 ? 1 : 0
  } finally {
    await db.destroy()
  }
})
