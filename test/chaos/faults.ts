// All faults of the chaos run, which of them a house can suffer, and the choice among them.
import type { Chance } from './chance.ts'
import type { Fault } from './fault.ts'
import { databaseFaults } from './faults-database.ts'
import { instantFaults } from './faults-instants.ts'
import { mailFaults } from './faults-mail.ts'
import { processFaults } from './faults-processes.ts'
import { queueFaults } from './faults-queue.ts'
import type { House } from './house.ts'

export const faults: readonly Fault[] = [
  ...processFaults,
  ...instantFaults,
  ...queueFaults,
  ...databaseFaults,
  ...mailFaults,
]

/** The faults that this house can suffer; of the others, the reason why not. */
export function faultsFor(house: House): { possible: Fault[]; skipped: { name: string; reason: string }[] } {
  const fits = (fault: Fault) => fault.fits?.(house) ?? true
  return {
    possible: faults.filter(fits),
    skipped: faults.filter((fault) => !fits(fault)).map(({ name, reason = '' }) => ({ name, reason })),
  }
}

/** Chooses one by weight. */
export function chooseFault(from: readonly Fault[], chance: Chance): Fault {
  const total = from.reduce((sum, { weight }) => sum + weight, 0)
  let dice = chance.next() * total
  return from.find(({ weight }) => (dice -= weight) < 0) ?? (from[0] as Fault)
}
