// Faults of our own processes: killed, frozen, told to stop, with a wrong clock, a full disk for their logs, an old release beside them.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from '../../services/start/child.ts'
import { readMemory } from '../../workers/watch-file.ts'
import { setClock } from './clock.ts'
import { freeze, hold, partsOf, signal, type Fault } from './fault.ts'
import { onDuty, type House } from './house.ts'

const killOne =
  (what: RegExp): Fault['run'] =>
  async (house, chance) => {
    const part = chance.pick(partsOf(house, what))
    signal(part.pid(), 'SIGKILL')
    return part.name
  }

const freezeOne =
  (what: RegExp): Fault['run'] =>
  async (house, chance) => {
    const part = chance.pick(partsOf(house, what))
    return `${part.name}, ${await freeze(part.pid(), chance, house.longest)}`
  }

const stopOne =
  (what: RegExp): Fault['run'] =>
  async (house, chance) => {
    const part = chance.pick(partsOf(house, what))
    const pid = part.pid()
    const from = performance.now()
    signal(pid, 'SIGTERM')
    while (pid !== 0 && part.pid() === pid) await pause(20)
    return `${part.name}, ended in ${((performance.now() - from) / 1000).toFixed(1)} s`
  }

/** Several processes and the queue at once: what single faults hide. */
const killMany: Fault['run'] = async (house, chance) => {
  for (const part of partsOf(house, /work|relay/)) if (chance.next() < 0.6) signal(part.pid(), 'SIGKILL')
  await house.queue.tell('FLUSHALL')
  return 'workers and relays killed, queue emptied'
}

const hours = [-24, -2, 2, 24]

const wrongClock: Fault['run'] = async (house, chance) => {
  const kind = chance.pick(['work', 'relay', 'sweep', 'web'])
  const ahead = chance.pick(hours)
  setClock(house.folder, kind, ahead * 3_600_000)
  try {
    return `${kind} ${ahead} h, ${await hold(chance, 2, house.longest)}`
  } finally {
    setClock(house.folder, kind, 0)
  }
}

/** A release is rolled out: the old worker and the new work side by side, on one queue and one database. */
const oldBeside: Fault['run'] = async (house, chance) => {
  const old = await startChild(house.another('old-work', 'test/chaos/parts/old-work.ts'))
  try {
    return await hold(chance, 3, house.longest)
  } finally {
    await old.stop()
  }
}

/** Whether the watchdog has told of the web's silence, and a letter of it lies in the box of whoever is on duty. */
function isTold({ folder, post }: House, before: number): boolean {
  const { standing } = readMemory(join(folder, 'watchdog.json'))
  const told = standing.some(
    ({ code, about, toldAt }) => code === 'silent' && about === 'web' && (toldAt ?? 0) > 0,
  )
  return told && lettersOnDuty(post) > before
}

const lettersOnDuty = (post: House['post']) => post.letters().filter(({ to }) => to.includes(onDuty)).length

/** Neither queue nor web, until somebody has been told: the alarm must need none of them. */
const untilTold: Fault['run'] = async (house) => {
  const [web, before, from] = [partsOf(house, /^web/), lettersOnDuty(house.post), performance.now()]
  await Promise.all([house.queue.down(true), ...web.map((part) => part.hold())])
  try {
    while (!isTold(house, before)) {
      if (performance.now() - from > 80_000) return 'nobody was told'
      await pause(100)
    }
    return `told after ${((performance.now() - from) / 1000).toFixed(0)} s`
  } finally {
    for (const part of web) part.release()
    await house.queue.up()
    while (!web.every((part) => part.up())) await pause(50)
  }
}

export const processFaults: Fault[] = [
  { name: 'kill -9 worker', weight: 5, run: killOne(/^work/) },
  { name: 'kill -9 relay', weight: 2, run: killOne(/relay/) },
  { name: 'kill -9 sweep', weight: 2, run: killOne(/sweep/) },
  { name: 'kill -9 web', weight: 2, run: killOne(/web/) },
  { name: 'kill -9 watchdog', weight: 1, run: killOne(/watchdog/) },
  { name: 'kill -9 many at once', weight: 1, run: killMany },
  { name: 'SIGSTOP worker', weight: 3, run: freezeOne(/^work/) },
  { name: 'SIGSTOP relay or sweep', weight: 2, run: freezeOne(/relay|sweep/) },
  { name: 'SIGSTOP web', weight: 1, run: freezeOne(/web/) },
  { name: 'SIGTERM worker', weight: 1, run: stopOne(/^work/) },
  { name: 'SIGTERM web', weight: 1, run: stopOne(/web/) },
  // Longer than a storm bears: alone only.
  { name: 'queue and web away until somebody is told', weight: 0, on: 'queue', run: untilTold },
  { name: 'application clock moved', weight: 2, on: 'clock', run: wrongClock },
  { name: 'old worker beside the new', weight: 2, run: oldBeside },
  {
    name: 'log disk full',
    weight: 1,
    fits: ({ logDisk }) => logDisk !== undefined,
    reason: 'this machine does not let us mount a small disk',
    run: async (house, chance) => {
      house.logDisk?.fill()
      try {
        return await hold(chance, 2, house.longest)
      } finally {
        house.logDisk?.free()
      }
    },
  },
]
