// `npm run simulate`: replays JO 1683-2017 on a database of its own with a moved clock, and prints the log.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from '../../config/env.ts'
import { readDataFile } from '../../config/files.ts'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { migrateToLatest } from '../../shared/db/migrate.ts'
import { runCommand } from './command.ts'
import { demoPeople } from './demo-staff.ts'
import { replayJo } from './jo-replay.ts'
import { startPostgres } from './postgres.ts'
import { openRehearsal } from './rehearsal.ts'

const help = `
npm run simulate

Lives through the course of events of JO 1683-2017 on a database of its own with a moved clock and nobody acting, and prints
who was told what and when. BOKVAR_MUNICIPALITY says by whose tables.
`
const say = (text: string) => process.stdout.write(`${text}\n`)

await runCommand({ help, options: {} }, async () => {
  const { municipality } = readEnvironment([])
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-simulate-'))
  const postgres = await startPostgres({ dataDir: folder, durable: false })
  try {
    await migrateToLatest(postgres.url)
    const rehearsal = await openRehearsal(postgres.url, municipality)
    await loadDemoPeople(rehearsal.owner, demoPeople(readDataFile('demo/people.csv')))
    const { evictionDay, alerts, tasks } = await replayJo(rehearsal)
    say(`JO 1683-2017 replayed with nobody acting. The eviction is on ${evictionDay}.\n`)
    for (const alert of alerts) {
      const told = alert.person ?? alert.unit ?? '-'
      say(
        `${alert.at.slice(0, 16).replace('T', ' ')}  ${'!'.repeat(alert.urgency).padEnd(4)}  ${alert.recipient.padEnd(16)} ${told.padEnd(22)} ${alert.text}`,
      )
    }
    const before = alerts.filter((alert) => alert.at.slice(0, 10) < evictionDay)
    say(
      `\n${before.length} alerts before the eviction; ${tasks.filter((task) => task.state === 'open').length} tasks still open.`,
    )
    await rehearsal.close()
  } finally {
    await postgres.stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  }
})
