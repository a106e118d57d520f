// The spine for tests: a rehearsal on a fresh database of the run's cluster.
import type { Actor } from '../../shared/casework/act.ts'
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

/** Opens a spine of its own for one test file. */
export async function openSpine(municipality = '1880'): Promise<Spine> {
  const { url, drop } = await freshDatabase()
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
