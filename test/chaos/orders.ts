// Orders to a process of the chaos run: to die at a narrow instant that random kills rarely hit, to stand still, to eat memory.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ServerResponse } from 'node:http'
import { flushCompileCache } from 'node:module'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Client } from 'pg'
import { readEnvironment } from '../../config/env.ts'

/**
 * What a process is told. `lose-commit`: its line is cut with COMMIT sent and no answer come. `block`: its event loop
 * stands still for `ms`. `die-before-answer`: the web ends with everything committed and nothing said.
 */
export type Order = {
  what:
    'die-before-commit' | 'die-after-commit' | 'lose-commit' | 'die-before-answer' | 'block' | 'eat-memory'
  /** Only this process; all of its kind when not said. */
  pid?: number
  ms?: number
}

const lookEveryMs = 50
const fileOf = (folder: string, kind: string) => join(folder, `order-${kind}`)

/** Gives an order to the processes of a kind, or takes it back. */
export function giveOrder(folder: string, kind: string, order: Order | undefined): void {
  if (order) writeFileSync(fileOf(folder, kind), JSON.stringify(order))
  else rmSync(fileOf(folder, kind), { force: true })
}

function readOrder(file: string): Order | undefined {
  try {
    const order = JSON.parse(readFileSync(file, 'utf8')) as Order
    return order.pid === undefined || order.pid === process.pid ? order : undefined
  } catch {
    return undefined
  }
}

const die = () => process.kill(process.pid, 'SIGKILL')

/** Asks for ever more memory; where it is given no more, the runtime ends the process. */
function eatMemory(): void {
  const eaten: number[][] = []
  for (;;) eaten.push(Array.from({ length: 100_000 }, (_, n) => n + eaten.length))
}

type Sent = (...given: unknown[]) => unknown

/** Watches every COMMIT of this process; `order` says what is in force. */
function watchCommits(order: () => Order['what'] | undefined): void {
  const send = Reflect.get(Client.prototype, 'query') as Sent
  const watched = function (this: Client & { connection: { stream: Socket } }, ...given: unknown[]) {
    const [first] = given as [string | { text?: string }]
    const text = typeof first === 'string' ? first : first.text
    const now = text?.toLowerCase() === 'commit' ? order() : undefined
    if (now === 'die-before-commit') die()
    const answer = send.apply(this, given)
    if (now === 'lose-commit') this.connection.stream.destroy()
    return now === 'die-after-commit' && answer instanceof Promise ? answer.then(die) : answer
  }
  Client.prototype.query = watched as never
}

function watchAnswers(order: () => Order['what'] | undefined): void {
  const write = Reflect.get(ServerResponse.prototype, 'writeHead') as Sent
  ServerResponse.prototype.writeHead = function (this: ServerResponse, ...given: unknown[]) {
    if (given[0] === 201 && order() === 'die-before-answer') die()
    return write.apply(this, given)
  } as never
}

/** From now on this process does what it is told. */
export function followOrders(kind: string): void {
  const file = fileOf(readEnvironment([]).dataFolder, kind)
  let [now, obeyed] = [readOrder(file), false]
  const look = () => {
    now = readOrder(file)
    if (!now) obeyed = false
    if (obeyed || !now) return
    obeyed = now.what === 'block' || now.what === 'eat-memory'
    if (now.what === 'eat-memory') eatMemory()
    // A loop that does nothing would take the processor from the others too; the event loop stands as still so.
    if (now.what === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, now.ms)
  }
  setInterval(look, lookEveryMs).unref()
  // Kept while it runs: most processes of a storm do not end in order, and the next one starts with it in half the time.
  setTimeout(flushCompileCache, 5_000).unref()
  watchCommits(() => now?.what)
  watchAnswers(() => now?.what)
}
