// The spine for tests: a fresh database with a municipality in it, and the work done by hand until nothing is left.
import { municipalityFiles, readDataFile } from '../../config/files.ts'
import type { Actor } from '../../shared/casework/act.ts'
import type { Mailer } from '../../shared/casework/mail.ts'
import { loadMunicipality } from '../../shared/casework/settings.ts'
import { sweepStages, sweepTasks } from '../../shared/casework/sweeps.ts'
import type { Tools } from '../../shared/casework/tools.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { readLaw } from '../../shared/domain/periods.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { sql } from 'kysely'
import { handlersOf } from '../../workers/handlers.ts'
import { answer, ringsOf, type Handlers } from '../../workers/worker.ts'
import { freshDatabase } from './cluster.ts'

/** Letters handed over, in order. */
export type Letter = { id: string; to: string; subject: string; text: string }

/** A database with one municipality, its worker's handlers, and a mailer that keeps what it is given. */
export type Spine = {
  url: string
  owner: Db
  web: Db
  worker: Db
  tools: Tools
  handlers: Handlers
  letters: Letter[]
  failures: { topic: string; code: string; dead: boolean }[]
  /** Works the outbox until nothing is due. */
  drain: () => Promise<void>
  /** Moves the database's clock to an instant (RFC 3339), then sweeps and works until nothing is due. */
  moveTo: (instant: string) => Promise<void>
  close: () => Promise<void>
}

const keys = {
  current: 'test',
  encryption: new Map([['test', Buffer.alloc(32, 7)]]),
  index: Buffer.alloc(32, 9),
}

/** The tools of a process under test: test keys and the law as it is committed. */
export function testTools(): Tools {
  const { law, problems } = readLaw(readDataFile('law/periods.csv'), readDataFile('law/holidays.csv'))
  if (!law) throw new Error(problems.join('\n'))
  return { keys, law }
}

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

/** Opens a spine on a migrated database. */
export async function spineOn(url: string, municipality: string, drop: () => Promise<void>): Promise<Spine> {
  const owner = openDatabase({ url, role: 'owner', max: 2 })
  await loadMunicipality(owner, municipalityFiles(municipality))
  const web = openDatabase({ url, role: 'bokvar_web', max: 4 })
  const worker = openDatabase({ url, role: 'bokvar_worker', max: 4 })
  const sweeper = openDatabase({ url, role: 'bokvar_sweeper', max: 2 })
  const letters: Letter[] = []
  const failures: Spine['failures'] = []
  const mailer: Mailer = { send: async (letter) => void letters.push(letter) }
  const tools = testTools()
  const handlers = handlersOf({ ...tools, db: worker, mailer, baseUrl: 'http://localhost:3000' })
  const onFailure = (failure: { topic: string; code: string; dead: boolean }) => void failures.push(failure)
  const work = async () => {
    for (;;) {
      const claimed = await claimOverdue(worker, 1_000, 0)
      if (claimed.length === 0) return
      for (const ring of ringsOf(claimed)) await answer(worker, handlers, ring, onFailure)
    }
  }
  const drain = async () => {
    do await work()
    while ((await sweepStages(sweeper)) + (await sweepTasks(sweeper)) > 0)
  }
  const moveTo = async (instant: string) => {
    await sql`insert into clock_shift (shift) values (${instant}::timestamptz - clock_timestamp())
      on conflict (only_row) do update set shift = excluded.shift`.execute(owner)
    await drain()
  }
  const close = async () => {
    await Promise.all([owner, web, worker, sweeper].map((db) => db.destroy()))
    await drop()
  }
  return { url, owner, web, worker, tools, handlers, letters, failures, drain, moveTo, close }
}
