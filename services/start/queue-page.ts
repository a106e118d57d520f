// npm run queue: a page of the queues for whoever runs the service. On this machine alone, to look at and not to touch.
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import { fastify } from 'fastify'
import { openLog } from '../../shared/log.ts'
import { openQueues } from '../../shared/queues.ts'
import { stopOnSignal } from '../../shared/stop.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

const help = `
npm run queue

Shows the queues (waiting, in hand, failed) at http://127.0.0.1:3300, or on the port of QUEUE_PAGE_PORT, until Ctrl-C ends
it: those of REDIS_URL or DATABASE_URL, without them those of the npm start that runs in BOKVAR_DATA.
`
await runCommand({ help, options: {} }, async () => {
  const env = readHouse(['databaseUrl'])
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
})
