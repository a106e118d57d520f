// `npm run db:prepare`: makes the given database ready and ends. A release runs it once, before web and workers start.

import { readEnvironment } from '../../config/env.ts'
import { runCommand } from './command.ts'
import { prepareDatabase } from './prepare.ts'

const help = `
npm run db:prepare

Makes the database of DATABASE_URL ready: schema, the queue's tables, the municipality's own tables. A second run changes
nothing.
`
await runCommand({ help, options: {} }, async () => {
  const settings = readEnvironment()
  await prepareDatabase({
    settings,
    databaseUrl: settings.databaseUrl,
    redisUrl: settings.redisUrl ?? '',
    signIn: undefined,
    tell: (text) => process.stdout.write(`${text}\n`),
  })
  process.stdout.write('The database is ready.\n')
})
