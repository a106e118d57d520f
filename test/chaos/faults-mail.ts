// Faults of the mail server: down, saying later, refusing, slow, gone after the letter was taken.
import { hold, type Fault } from './fault.ts'
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
  { name: 'mail server gone after DATA', weight: 2, run: mailFault('data', { drop: true }) },
]

export const mailFaults: Fault[] = faults.map((fault) => ({ ...fault, on: 'mail' }))
