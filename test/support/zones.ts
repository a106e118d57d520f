// Runs a script (print-dates.ts unless another is named) as a child process under a given TZ, since a time zone cannot be changed in a running process.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const printDates = fileURLToPath(new URL('./print-dates.ts', import.meta.url))

/** What the child `script` printed, given `words`; rejects when it failed. */
export async function runInZone(zone: string, script = printDates, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...words], {
    env: { ...process.env, TZ: zone, NODE_OPTIONS: '' },
    maxBuffer: 16_000_000,
  })
  return stdout
}
