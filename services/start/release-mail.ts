// `npm run mail:release`: what waits since a restore; `-- --send` lets it leave, `-- --drop` never, and mail goes on as usual.
import { readMailHold, releaseMail } from '../../shared/casework/mail-hold.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

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

const help = `
npm run mail:release [-- --send | -- --drop]

Shows the mail that a restore holds back in the database of DATABASE_URL (or of the npm start that runs in BOKVAR_DATA).

  --send   lets all of it leave
  --drop   lets none of it leave
`
const options = { send: { type: 'boolean' }, drop: { type: 'boolean' } } as const
await runCommand({ help, options }, async ({ send, drop }) => {
  if (send && drop) throw new Error('--send or --drop, not both.')
  const { databaseUrl: url } = readHouse(['databaseUrl'])
  const db = openDatabase({ url, role: 'bokvar_worker', max: 1 })
  try {
    if (send) say(`${await releaseMail(db, 'send')} mails leave.`)
    else if (drop) say(`${await releaseMail(db, 'drop')} mails are dropped.`)
    else await show(db)
  } finally {
    await db.destroy()
  }
})
