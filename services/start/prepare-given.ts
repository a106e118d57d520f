// `npm run db:prepare`: makes the given database ready and ends. A release runs it once, before web and workers start.

import { readEnvironment } from '../../config/env.ts'
import { prepareDatabase } from './prepare.ts'

const settings = readEnvironment()
await prepareDatabase({
  settings,
  databaseUrl: settings.databaseUrl,
  redisUrl: settings.redisUrl ?? '',
  signIn: undefined,
  tell: (text) => process.stdout.write(`${text}\n`),
})
process.stdout.write('The database is ready.\n')
