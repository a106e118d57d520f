// A service rehearsed on a database whose clock is moved: the same deeds as in production, worked until nothing is due.
import { sql } from 'kysely'
import { municipalityFiles, readDataFile } from '../../config/files.ts'
import type { Mailer } from '../../shared/casework/mail.ts'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import {
  sweepDeadlines,
  sweepPlans,
  sweepStages,
  sweepTasks,
  sweepVisits,
} from '../../shared/casework/sweeps.ts'
import type { Tools } from '../../shared/casework/tools.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { readLaw } from '../../shared/domain/periods.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { handlersOf } from '../../workers/handlers.ts'
import { answer, ringsOf, type Handlers, type OnFailure } from '../../workers/worker.ts'

/** A letter handed over to the mail server that a rehearsal does not have. */
export type Letter = Parameters<Mailer['send']>[0]

/** What is rehearsed on: every process' pool on one database, the handlers, and what they sent and failed at. */
export type Rehearsal = {
  url: string
  owner: Db
  web: Db
  worker: Db
  tools: Tools
  handlers: Handlers
  letters: Letter[]
  failures: Parameters<OnFailure>[0][]
  /** Works the outbox and sweeps until nothing is due at the database's present instant. */
  drain: () => Promise<void>
  /** Sets the database's clock to an instant (RFC 3339) and works what is due then. */
  moveTo: (instant: string) => Promise<void>
  /** Lets time pass: stops at every instant at which a stage or an alarm falls due on the way. */
  passTo: (instant: string) => Promise<void>
  close: () => Promise<void>
}

// Keys of a rehearsal protect nobody: its database is thrown away.
const keys = {
  current: 'rehearsal',
  encryption: new Map([['rehearsal', Buffer.alloc(32, 7)]]),
  index: Buffer.alloc(32, 9),
}

/** Rehearsal keys and the law as it is committed. Throws with the first fault of the law's tables. */
export function rehearsalTools(): Tools {
  const { law, problems } = readLaw(readDataFile('law/periods.csv'), readDataFile('law/holidays.csv'))
  if (!law) throw new Error(problems[0])
  return { keys, law }
}

/** With which keys and law, and to which mail server; a rehearsal's own keys and a list of letters when left out. */
export type RehearsalParts = { tools?: Tools; mailer?: Mailer }

/** Opens a rehearsal on a migrated database and loads the municipality into it, unless it is there. */
export async function openRehearsal(
  url: string,
  municipality: string,
  parts: RehearsalParts = {},
): Promise<Rehearsal> {
  const open = (role: 'owner' | 'bokvar_web' | 'bokvar_worker' | 'bokvar_sweeper') =>
    openDatabase({ url, role, max: 4 })
  const [owner, web, worker, sweeper] = [
    open('owner'),
    open('bokvar_web'),
    open('bokvar_worker'),
    open('bokvar_sweeper'),
  ]
  await loadMunicipality(owner, municipalityFiles(municipality))
  const [letters, failures]: [Letter[], Rehearsal['failures']] = [[], []]
  const { tools = rehearsalTools() } = parts
  const mailer: Mailer = parts.mailer ?? { send: async (letter) => void letters.push(letter) }
  const handlers = handlersOf({ ...tools, db: worker, mailer, baseUrl: 'http://localhost:3000' })
  const drain = () => drainOf({ worker, sweeper, handlers, failures })
  const moveTo = async (instant: string) => {
    await moveClock(owner, instant)
    await drain()
  }
  const passTo = async (instant: string) => {
    for (let next = await nextDue(owner, instant); next; next = await nextDue(owner, instant))
      await moveTo(next)
    await moveTo(instant)
  }
  const close = async () => {
    await Promise.all([owner, web, worker, sweeper].map((db) => db.destroy()))
  }
  return { url, owner, web, worker, tools, handlers, letters, failures, drain, moveTo, passTo, close }
}

async function drainOf(on: {
  worker: Db
  sweeper: Db
  handlers: Handlers
  failures: Rehearsal['failures']
}): Promise<void> {
  const onFailure: OnFailure = (failure) => void on.failures.push(failure)
  do {
    for (;;) {
      const claimed = await claimOverdue(on.worker, 1_000, 0)
      if (claimed.length === 0) break
      for (const ring of ringsOf(claimed)) await answer(on.worker, on.handlers, ring, onFailure)
    }
  } while (
    (await sweepStages(on.sweeper)) +
      (await sweepTasks(on.sweeper)) +
      (await sweepDeadlines(on.sweeper)) +
      (await sweepVisits(on.sweeper)) +
      (await sweepPlans(on.sweeper)) >
    0
  )
}

/** Gives the database its own clock back; a rehearsal that was cut short may have left it moved. */
export async function restoreClock(owner: Db): Promise<void> {
  await sql`delete from clock_shift`.execute(owner)
}

/** Only the owner of the database may move its clock, and only a rehearsal does. */
async function moveClock(owner: Db, instant: string): Promise<void> {
  await sql`insert into clock_shift (shift) values (${instant}::timestamptz - clock_timestamp())
    on conflict (only_row) do update set shift = excluded.shift`.execute(owner)
}

async function nextDue(owner: Db, until: string): Promise<string | null> {
  const { rows } = await sql<{ next: string | null }>`select min(due) as next from (
      select due_at as due from stage where fired_at is null and stopped_at is null
      union all select alarm_at from task where state = 'open' and alarm_at is not null
      union all select available_at from outbox where done_at is null and dead_at is null) d
    where due > clock_now() and due < ${until}::timestamptz`.execute(owner)
  return rows[0]?.next ?? null
}
