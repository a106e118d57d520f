// `npm run audit:verify`: holds every line of the audit log against its chain; `--write ends.json` keeps the ends elsewhere, `--against` holds the log to such a file, or to the watchdog's log.
import { readFileSync, writeFileSync } from 'node:fs'
import { missingEnds, readEnds, verifyAudit } from '../../shared/casework/audit.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

/** Verifies the log at `databaseUrl` and says what was found; `sound` is whether every line and end fits. */
export async function verify(
  databaseUrl: string,
  given: { write?: string | undefined; against?: string | undefined },
): Promise<{ text: string; sound: boolean }> {
  const db = openDatabase({ url: databaseUrl, role: 'bokvar_auditor', max: 2, statementTimeout: 0 })
  try {
    const { faults, ends, lines } = await verifyAudit(db)
    const kept = given.against ? readEnds(readFileSync(given.against, 'utf8')) : []
    const missing = await missingEnds(db, kept)
    if (given.write) writeFileSync(given.write, `${JSON.stringify(ends, null, 1)}\n`)
    const sound = faults.length === 0 && missing.length === 0
    const told = [
      ...faults.map(({ lane, seq, fault }) => `FAULT ${lane} ${seq} ${fault}`),
      ...missing.map(({ lane, seq }) => `FAULT ${lane} ${seq} was written down, and is not in the log`),
      ...ends.map(({ lane, seq, hash }) => `${lane} ${seq} ${hash}`),
      sound ? `Sound: ${lines} lines in ${ends.length} chains.` : 'The audit log has been tampered with.',
    ]
    return { text: `${told.join('\n')}\n`, sound }
  } finally {
    await db.destroy()
  }
}

const help = `
npm run audit:verify [-- --write ENDS] [-- --against ENDS]

Holds every line of the audit log of DATABASE_URL (or of the npm start that runs in BOKVAR_DATA) against its chain.
Exits with 1 when a line was changed, lost or slipped in.

  --write ENDS     keeps where each chain ends in the file ENDS, for another machine
  --against ENDS   says whether the end of a chain has been cut since
`
if (import.meta.main) {
  const options = { write: { type: 'string' }, against: { type: 'string' } } as const
  await runCommand({ help, options }, async (values) => {
    const { text, sound } = await verify(readHouse(['databaseUrl']).databaseUrl, values)
    process.stdout.write(text)
    return sound ? 0 : 1
  })
}
