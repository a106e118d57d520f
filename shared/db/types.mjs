// Writes shared/db/schema.ts from the database named by DATABASE_URL; with --verify only says whether it is up to date.
import { spawnSync } from 'node:child_process'

const mapping = {
  date: 'string',
  timestamptz: 'string',
  int8: 'number',
  numeric: 'number',
  jsonb: 'unknown',
  interval: 'string',
}
const result = spawnSync(
  'kysely-codegen',
  [
    '--dialect',
    'postgres',
    '--camel-case',
    '--out-file',
    'shared/db/schema.ts',
    '--exclude-pattern',
    'kysely_*',
    '--type-mapping',
    JSON.stringify(mapping),
    '--log-level',
    'error',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
process.exit(result.status ?? 1)
