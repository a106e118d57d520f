// The watchdog's own door: `/health/deadlines` for whoever watches the watchers, when the web itself may be down.
import { createServer, type ServerResponse } from 'node:http'
import { isInTime } from '../shared/domain/watch.ts'
import type { DeadlineHealth } from '../shared/casework/watch.ts'

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}

/** Opens the door; `look` asks the database, and its failure is a 503 that says so. Resolves with how to close it. */
export async function openDoor(
  at: { port: number; host: string; lateSeconds: number },
  look: () => Promise<DeadlineHealth>,
): Promise<() => Promise<void>> {
  const answer = async (response: ServerResponse) => {
    const health = await look().catch(() => null)
    if (!health) return send(response, 503, { status: 'database-away' })
    const inTime = isInTime(health.due, at.lateSeconds)
    return send(response, inTime ? 200 : 503, { status: inTime ? 'in-time' : 'late', ...health })
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (path === '/health/live') send(response, 200, { status: 'live' })
    else if (path === '/health/deadlines') void answer(response)
    else send(response, 404, { status: 'unknown' })
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(at.port, at.host, listening)
  })
  return () =>
    new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
}
