// `npm run retention`: erases what the rules of retention say, with proof; `-- --dry-run` lists every household with its reason and erases nothing.
import { planRetention, runRetention } from '../../shared/casework/retention.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { retentionRulesOf } from '../retention-rules.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

/** Lists or erases on the database at `databaseUrl`; returns what to print. Numbers and days only: no name is read. */
export async function retain(
  given: { databaseUrl: string; municipality: string },
  { dryRun }: { dryRun: boolean },
): Promise<string> {
  const rules = retentionRulesOf(given.municipality)
  const db = openDatabase({ url: given.databaseUrl, role: 'bokvar_eraser', max: 2, statementTimeout: 0 })
  try {
    if (!dryRun) return `${JSON.stringify(await runRetention(db, rules), null, 1)}\n`
    const lines = (await planRetention(db, rules)).map(
      ({ cases, erase, reason, lastNoteOn, eraseFrom, finishBy }) =>
        [
          erase ? 'erase' : 'keep',
          reason,
          cases.map((one) => one.number).join(' '),
          lastNoteOn,
          eraseFrom,
          finishBy,
        ].join(';'),
    )
    return ['decision;reason;cases;last_note;erase_from;finish_by', ...lines.toSorted(), ''].join('\n')
  } finally {
    await db.destroy()
  }
}

const help = `
npm run retention [-- --dry-run]

Erases from the database of DATABASE_URL (or of the npm start that runs in BOKVAR_DATA) what the rules of retention say is
due, each batch in one transaction with its proof.

  --dry-run   lists every household with what the rules say of it, and erases nothing
`
if (import.meta.main) {
  const options = { 'dry-run': { type: 'boolean', default: false } } as const
  await runCommand({ help, options }, async (values) => {
    process.stdout.write(await retain(readHouse(['databaseUrl']), { dryRun: values['dry-run'] }))
  })
}
