// Faults of the mail server: down, saying later, refusing, slow, gone after the letter was taken.
import { setTimeout as pause } from 'node:timers/promises'
import { hold, partsOf, signal, type Fault } from './fault.ts'
import type { Answer, Stage } from '../../services/start/mail-sink.ts'

const mailFault =
  (at: Stage, answer: Answer, most = 4): Fault['run'] =>
  async (house, chance) => {
    house.post.behave((stage) => (stage === at ? answer : undefined))
    try {
      return await hold(chance, 2, most)
    } finally {
      house.post.behave(undefined)
    }
  }

/** The letter is in the receiver's box and no row says so: whoever was sending it is gone. */
const killSenders: Fault['run'] = async (house) => {
  let letters = 0
  house.post.behave((stage) => {
    if (stage !== 'data' || letters > 0) return undefined
    letters += 1
    for (const part of partsOf(house, /^work/)) signal(part.pid(), 'SIGKILL')
    return { delayMs: 250 }
  })
  try {
    for (const giveUpAt = performance.now() + 6_000; letters === 0 && performance.now() < giveUpAt;)
      await pause(50)
    return `${letters} letters`
  } finally {
    house.post.behave(undefined)
  }
}

const faults: Omit<Fault, 'on'>[] = [
  {
    name: 'mail server down',
    weight: 1,
    run: async (house, chance) => {
      await house.post.down()
      try {
        return await hold(chance, 2, house.longest)
      } finally {
        await house.post.up()
      }
    },
  },
  { name: 'mail server says later (451)', weight: 1, run: mailFault('data', { code: 451 }) },
  {
    name: 'mail server says later to a recipient (450)',
    weight: 1,
    run: mailFault('recipient', { code: 450 }),
  },
  { name: 'mail server refuses (550)', weight: 1, run: mailFault('data', { code: 550 }, 2) },
  { name: 'mail server slow', weight: 1, run: mailFault('data', { delayMs: 4_000 }) },
  { name: 'mail server silent', weight: 1, run: mailFault('sender', { delayMs: 20_000 }) },
  { name: 'mail server gone before DATA', weight: 1, run: mailFault('recipient', { drop: true }) },
  { name: 'mail server gone after DATA', weight: 2, run: mailFault('data', { drop: true }) },
  { name: 'workers killed after DATA', weight: 1, run: killSenders },
]

export const mailFaults: Fault[] = faults.map((fault) => ({ ...fault, on: 'mail' }))
