// `npm run mail:release`: what waits since a restore; `-- --send` lets it leave, `-- --drop` never, and mail goes on as usual.
import { readEnvironment } from '../../config/env.ts'
import { readMailHold, releaseMail } from '../../shared/casework/mail-hold.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

async function show(db: Db): Promise<void> {
  const hold = await readMailHold(db)
  if (!hold) {
    say('Mail leaves as usual.')
    return
  }
  say(`No mail has left since ${hold.heldAt}, when the database was put back to ${hold.asOf}.`)
  for (const { template, count, oldest } of hold.waiting)
    say(`  ${template}: ${count}, the oldest of ${oldest}`)
  say('What was written shortly before that instant may have left already. They are neutral reminders:')
  say('  npm run mail:release -- --send   lets all of it leave, some perhaps for the second time')
  say('  npm run mail:release -- --drop   lets none of it leave; tasks and alerts stand on the pages anyway')
}

const { databaseUrl: url } = readEnvironment(['databaseUrl'])
const wish = process.argv[2]
if (wish !== undefined && wish !== '--send' && wish !== '--drop')
  throw new Error('npm run mail:release [-- --send | -- --drop]')
const db = openDatabase({ url, role: 'bokvar_worker', max: 1 })
try {
  if (wish === undefined) await show(db)
  else if (wish === '--send') say(`${await releaseMail(db, 'send')} mails leave.`)
  else say(`${await releaseMail(db, 'drop')} mails are dropped.`)
} finally {
  await db.destroy()
}
