// What a fault of the chaos run is, and what faults of every kind are made of.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { again } from '../../shared/db/again.ts'
import type { Db } from '../../shared/db/open.ts'
import type { Chance } from './chance.ts'
import type { House } from './house.ts'

/** One fault of the table; `weight` is how often it is chosen. It resolves when what it broke is whole again. */
export type Fault = {
  name: string
  weight: number
  /** Two faults of one server at once would only hide each other. */
  on?: 'queue' | 'database' | 'mail' | 'clock'
  /** Whether this house can suffer it; `reason` says in words why another cannot. */
  fits?: (house: House) => boolean
  reason?: string
  run: (house: House, chance: Chance) => Promise<string>
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, name)
  } catch {
    // It ended just now: somebody else was quicker.
  }
}

export const partsOf = (house: House, what: RegExp) => house.parts.filter(({ name }) => what.test(name))

/** Lets it be broken for some seconds, as the seed will have it. */
export async function hold(chance: Chance, least: number, most: number): Promise<string> {
  const seconds = chance.whole(least, most)
  await pause(seconds * 1000)
  return `${seconds} s`
}

/** Holds a process still for some seconds. */
export async function freeze(pid: number, chance: Chance, most: number): Promise<string> {
  signal(pid, 'SIGSTOP')
  try {
    return await hold(chance, 2, most)
  } finally {
    signal(pid, 'SIGCONT')
  }
}

/** Ends what the database's sessions `where` are doing, so many times. */
export async function terminate(house: House, times: number, where: string): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${sql.raw(where)}`.execute(
      house.owner,
    )
    await pause(150)
  }
}

/** How far the database's clock was moved (forward is positive), and what the old clock showed when all saw the new. */
export type Leap = { at: string; seconds: number }

/** How far the clock is moved in all, and what it would show had the last move not been. */
async function readShift(db: Db, seconds: number): Promise<{ shift: number; at: string }> {
  const { rows } = await sql<{ shift: number; at: string }>`select
    coalesce((select extract(epoch from shift) from clock_shift), 0)::float as shift,
    clock_now() - make_interval(secs => ${seconds}) as at`.execute(db)
  return rows[0] as { shift: number; at: string }
}

async function move({ owner, leaps }: House, seconds: number): Promise<Leap> {
  const before = await readShift(owner, 0)
  const tried = await sql`insert into clock_shift (shift) values (make_interval(secs => ${seconds}))
    on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`
    .execute(owner)
    .catch((error: unknown) => error)
  // Asked afterwards: whatever was written by the old clock bears an instant before this one. And asked until it is
  // known: a session that ended in COMMIT may have moved it, and a leap that nobody knows of would look like lateness.
  const { shift, at } = await again(60_000, () => readShift(owner, seconds))
  if (shift === before.shift) throw tried
  const leap = { at, seconds }
  leaps.push(leap)
  return leap
}

/** Moves the database's clock by a row that only the owner may write; one move after the other. */
export async function moveDatabaseClock(house: House, seconds: number): Promise<Leap> {
  house.moving += 1
  const moved = house.moved.then(() => move(house, seconds))
  house.moved = moved.catch(() => undefined)
  return moved.finally(() => (house.moving -= 1))
}
