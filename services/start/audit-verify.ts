// `npm run audit:verify`: holds every line of the audit log against its chain; `--write ends.json` keeps the ends elsewhere, `--against ends.json` holds the log to them.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readEnvironment } from '../../config/env.ts'
import { missingEnds, verifyAudit, type LaneEnd } from '../../shared/casework/audit.ts'
import { openDatabase } from '../../shared/db/open.ts'

/** Verifies the log at `databaseUrl` and says what was found; `sound` is whether every line and end fits. */
export async function verify(
  databaseUrl: string,
  given: { write?: string | undefined; against?: string | undefined },
): Promise<{ text: string; sound: boolean }> {
  const db = openDatabase({ url: databaseUrl, role: 'bokvar_auditor', max: 2, statementTimeout: 0 })
  try {
    const { faults, ends, lines } = await verifyAudit(db)
    const kept = given.against ? (JSON.parse(readFileSync(given.against, 'utf8')) as LaneEnd[]) : []
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

if (import.meta.main) {
  const options = { write: { type: 'string' }, against: { type: 'string' } } as const
  const { values } = parseArgs({ options })
  const { text, sound } = await verify(readEnvironment(['databaseUrl']).databaseUrl, values)
  process.stdout.write(text)
  process.exitCode = sound ? 0 : 1
}
