// Lets the demo's last nine days pass before the doors open: notices come in, nobody acts, tasks grow late as in life.
import { DateTime } from 'luxon'
import { readDataFile } from '../../config/files.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { noticeBody } from '../../shared/domain/notice-body.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { openMailer } from '../../shared/mailer.ts'
import { readKeys } from '../../shared/seal.ts'
import { shiftBetween, shiftValues } from './demo-dates.ts'
import { openRehearsal, rehearsalTools, restoreClock, type Rehearsal } from './rehearsal.ts'

/** Where the demo runs, and the day (ISO) that is today in Sweden. */
export type Earlier = {
  databaseUrl: string
  municipality: string
  keysFile: string
  smtpUrl: string
  mailFrom: string
  today: string
}

type Line = { daysAgo: number; at: string; body: unknown }

/**
 * Sends config/demo/earlier.jsonl through the real deeds on a moved database clock, each notice at its own day and hour.
 * Cut short, it goes on at the next start: every notice has its key. Leaves the clock as it was.
 */
export async function letEarlierDaysPass(earlier: Earlier): Promise<void> {
  const mailer = openMailer(earlier.smtpUrl, earlier.mailFrom)
  const tools = { ...rehearsalTools(), keys: readKeys(earlier.keysFile) }
  const rehearsal = await openRehearsal(earlier.databaseUrl, earlier.municipality, { tools, mailer })
  try {
    const actor = await landlordOf(rehearsal, '5599990107')
    if (!actor) return
    for (const [place, line] of linesFor(earlier.today).entries()) {
      const day = DateTime.fromISO(earlier.today).minus({ days: line.daysAgo }).toISODate() ?? earlier.today
      await rehearsal.passTo(instantAt(day, line.at))
      const raw = Buffer.from(JSON.stringify(line.body))
      const body = noticeBody.parse(line.body)
      await receiveNotice(rehearsal.web, tools, actor, { key: `demo earlier ${place}`, raw, body })
      await rehearsal.drain()
    }
    await rehearsal.passTo(new Date().toISOString())
  } finally {
    await restoreClock(rehearsal.owner)
    mailer.close()
    await rehearsal.close()
  }
}

/** A start that was cut short while the clock was moved must not leave the service in last week. */
export async function endEarlierDays(databaseUrl: string): Promise<void> {
  const owner = openDatabase({ url: databaseUrl, role: 'owner', max: 1 })
  await restoreClock(owner)
  await owner.destroy()
}

function linesFor(today: string): Line[] {
  const { baseDay } = JSON.parse(readDataFile('demo/demo.json')) as { baseDay: string }
  const lines = readDataFile('demo/earlier.jsonl').trim().split('\n')
  return lines.map((line) => shiftValues(JSON.parse(line), shiftBetween(baseDay, today)) as Line)
}

async function landlordOf({ owner }: Rehearsal, organisationNumber: string): Promise<Actor | null> {
  const row = await owner
    .selectFrom('landlord')
    .select(['id', 'name'])
    .where('organisationNumber', '=', organisationNumber)
    .executeTakeFirst()
  if (!row) return null
  const nobody = { personId: null, committee: null, unit: null }
  return { ...nobody, role: 'landlord', sender: `landlord:${row.id}`, landlordId: row.id, name: row.name }
}
