// npm run queue: a page of the queues for whoever runs the service. On this machine alone, to look at and not to touch.
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import { fastify } from 'fastify'
import { readEnvironment } from '../../config/env.ts'
import { openLog } from '../../shared/log.ts'
import { openQueues } from '../../shared/queues.ts'
import { stopOnSignal } from '../../shared/stop.ts'

const env = readEnvironment(['databaseUrl'])
const log = openLog('queue-page', env.logLevel)
const { queues, close } = openQueues(
  env.redisUrl ? { kind: 'redis', url: env.redisUrl } : { kind: 'postgres', url: env.databaseUrl },
  (error) => log.warn({ err: error }, 'away'),
)
const board = new FastifyAdapter()
createBullBoard({
  // Read only: emptying a queue loses nothing, but what looks like a remedy should not be one press away.
  queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
  serverAdapter: board,
  options: { uiConfig: { boardTitle: 'Bokvar' } },
})
board.setBasePath('/')
const page = fastify()
await page.register(board.registerPlugin(), { prefix: '/' })
// It knows no roles, so it answers nobody but whoever is signed in on the machine itself.
const address = await page.listen({ host: '127.0.0.1', port: env.queuePagePort })
stopOnSignal(
  [
    { name: 'page', run: () => page.close() },
    { name: 'queues', run: close },
  ],
  { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) },
)
process.stdout.write(`The queues: ${address}\n`)
process.send?.(address)
