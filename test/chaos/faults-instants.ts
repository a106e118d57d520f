// Faults at a narrow instant of our own processes, and of what a process lives on: between effect and answer, memory, files.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { hold, partsOf, signal, type Fault } from './fault.ts'
import type { House } from './house.ts'
import { giveOrder, type Order } from './orders.ts'

const waitMs = 12_000

const noLimits = {
  fits: () => spawnSync('prlimit', ['--version']).status === 0,
  reason: 'this machine has no prlimit',
}
const limit = (pid: number, what: string) => spawnSync('prlimit', ['--pid', String(pid), what]).status

/** Counts processes of a kind that ended since, until there were `deaths` or too long has passed. */
async function seeDie(house: House, what: RegExp, deaths: number): Promise<number> {
  const giveUpAt = performance.now() + waitMs
  const pids = new Map(partsOf(house, what).map((part) => [part.name, part.pid()]))
  let seen = 0
  while (seen < deaths && performance.now() < giveUpAt) {
    for (const part of partsOf(house, what)) {
      const [before, now] = [pids.get(part.name) ?? 0, part.pid()]
      if (before !== 0 && now !== before) seen += 1
      pids.set(part.name, now)
    }
    await pause(20)
  }
  return seen
}

const dieAt =
  (what: Order['what'], kind: 'work' | 'web', deaths: number): Fault['run'] =>
  async (house) => {
    giveOrder(house.folder, kind, { what })
    try {
      return `${await seeDie(house, new RegExp(kind), deaths)} times`
    } finally {
      giveOrder(house.folder, kind, undefined)
    }
  }

const loseCommits: Fault['run'] = async (house, chance) => {
  const kind = chance.pick(['work', 'web'])
  giveOrder(house.folder, kind, { what: 'lose-commit' })
  try {
    return `${kind}, ${await hold(chance, 1, 2)}`
  } finally {
    giveOrder(house.folder, kind, undefined)
  }
}

const standStill: Fault['run'] = async (house, chance) => {
  const part = chance.pick(partsOf(house, /^work/))
  const seconds = chance.whole(4, Math.max(5, house.longest))
  giveOrder(house.folder, 'work', { what: 'block', pid: part.pid(), ms: seconds * 1000 })
  try {
    await pause(seconds * 1000 + 200)
    return `${part.name}, ${seconds} s`
  } finally {
    giveOrder(house.folder, 'work', undefined)
  }
}

/** No more memory than it has now, and it asks for ever more: the runtime ends it in the middle of whatever it did. */
const runOutOfMemory: Fault['run'] = async (house, chance) => {
  const part = chance.pick(partsOf(house, /^work/))
  const pid = part.pid()
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[0])
  limit(pid, `--as=${pages * 4096 + 30_000_000}`)
  giveOrder(house.folder, 'work', { what: 'eat-memory', pid })
  try {
    return `${part.name}, ended ${await seeDie(house, new RegExp(part.name), 1)} times`
  } finally {
    giveOrder(house.folder, 'work', undefined)
  }
}

/** Longer than a lease: another worker has done its work when it wakes, and its own must not count. */
const sleepPastLease: Fault['run'] = async (house, chance) => {
  const part = chance.pick(partsOf(house, /^work/))
  signal(part.pid(), 'SIGSTOP')
  try {
    return `${part.name}, ${await hold(chance, 22, 24)}`
  } finally {
    signal(part.pid(), 'SIGCONT')
  }
}

/** No file, no connection can be opened any more by a process that lives. */
const runOutOfFiles: Fault['run'] = async (house, chance) => {
  const part = chance.pick(partsOf(house, /web|work/))
  const pid = part.pid()
  const before = spawnSync('prlimit', ['--pid', String(pid), '--nofile', '--noheadings', '--output', 'SOFT'])
  limit(pid, '--nofile=24:')
  try {
    return `${part.name}, ${await hold(chance, 2, house.longest)}`
  } finally {
    limit(pid, `--nofile=${before.stdout.toString().trim()}:`)
  }
}

/** Nobody looks for what falls due, and nothing starts the sweeps again. */
const noSweeps: Fault['run'] = async (house, chance) => {
  const sweeps = partsOf(house, /sweep/)
  await Promise.all(sweeps.map((part) => part.hold()))
  try {
    return await hold(chance, 3, house.longest + 4)
  } finally {
    for (const part of sweeps) part.release()
  }
}

export const instantFaults: Fault[] = [
  {
    name: 'web killed after COMMIT, before its answer',
    weight: 2,
    run: dieAt('die-before-answer', 'web', 1),
  },
  { name: 'workers killed before COMMIT', weight: 1, run: dieAt('die-before-commit', 'work', 1) },
  { name: 'workers killed after COMMIT', weight: 2, run: dieAt('die-after-commit', 'work', 1) },
  {
    name: 'workers killed again and again at the same work',
    weight: 1,
    run: dieAt('die-before-commit', 'work', 6),
  },
  { name: 'line lost with COMMIT sent', weight: 2, run: loseCommits },
  { name: 'event loop of a worker stands still', weight: 1, run: standStill },
  { name: 'SIGSTOP worker for longer than its lease', weight: 1, run: sleepPastLease },
  { name: 'worker out of memory', weight: 1, ...noLimits, run: runOutOfMemory },
  { name: 'web or worker out of files', weight: 1, ...noLimits, run: runOutOfFiles },
  {
    name: 'a burst: a hundred things and a file at once',
    weight: 1,
    run: async (house, chance) => {
      house.burst(100, 150)
      return hold(chance, 1, 2)
    },
  },
  { name: 'both sweeps away', weight: 1, run: noSweeps },
]
