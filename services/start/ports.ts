// Free ports on the loopback address, for the parts that the embedded default starts.

import { randomInt } from 'node:crypto'
import { createServer, connect } from 'node:net'

// Below the ports that a system lends to outgoing lines (from 32768 on Linux, from 49152 elsewhere): one of those may be
// lent to anybody between the asking and the listening, or while a server is away and is to come back on it. From above
// 10080, the last that browsers refuse.
const [FIRST, LAST] = [10_100, 32_000]
const TRIES = 50

/** The port if one may listen on it (any for 0), else null. */
const listenOn = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      const found = typeof address === 'object' && address !== null ? address.port : null
      probe.close(() => resolve(found))
    })
  })

/** A TCP port on 127.0.0.1 that nobody listens on right now; the caller must still survive losing a race for it. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = await listenOn(randomInt(FIRST, LAST))
    if (port !== null) return port
  }
  const port = await listenOn(0)
  if (port === null) throw new Error('No port of 127.0.0.1 is free')
  return port
}

/** True when something accepts connections on that port of 127.0.0.1. */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const answer = (listening: boolean) => {
      socket.destroy()
      resolve(listening)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
