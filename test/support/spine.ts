// The spine for tests: a rehearsal on a fresh database of the run's cluster.
import type { Actor } from '../../shared/casework/act.ts'
import { Client } from 'pg'
import { openRehearsal, rehearsalTools, type Letter, type Rehearsal } from '../../services/start/rehearsal.ts'
import { freshDatabase } from './cluster.ts'
import { leave } from './left-behind.ts'

export type { Letter }
export type Spine = Rehearsal

/** The tools of a process under test: test keys and the law as it is committed. */
export const testTools = rehearsalTools

/** A landlord who sends; `sender` is made of the name. */
export function landlordActor(name: string, landlordId: string | null = null): Actor {
  return {
    role: 'landlord',
    personId: null,
    committee: null,
    unit: null,
    sender: `landlord:${name}`,
    landlordId,
    name,
  }
}

/**
 * The instant at which every spine begins, a Sunday's noon in Sweden: what a test says of days must not depend on the
 * day, the hour or the weekday on which somebody runs it.
 */
export const NOW = '2026-11-22T11:00:00.000Z'

/** The instant so many days after the beginning, before it when below nought. */
export const inDays = (days: number): string => new Date(Date.parse(NOW) + days * 86_400_000).toISOString()

async function beginAt(url: string, instant: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('insert into clock_shift (shift) values ($1::timestamptz - clock_timestamp())', [
      instant,
    ])
  } finally {
    await client.end()
  }
}

/** Opens a spine of its own for one test file. `real`: with the time of day, for tests that start processes beside it. */
export async function openSpine(municipality = '1880', clock: 'real' | 'fixed' = 'fixed'): Promise<Spine> {
  const { url, drop } = await freshDatabase()
  if (clock === 'fixed') await beginAt(url, NOW)
  return spineOn(url, municipality, drop)
}

/** Opens a spine on a migrated database; closing it drops the database too. */
export async function spineOn(url: string, municipality: string, drop: () => Promise<void>): Promise<Spine> {
  const rehearsal = await openRehearsal(url, municipality)
  const close = async () => {
    await rehearsal.close()
    for (const letter of rehearsal.letters) leave('letters', JSON.stringify(letter))
    await drop()
  }
  return { ...rehearsal, close }
}
