// Measures a hundred people who read at the same time, over real connections: what the slowest of them waits.
import autocannon, { type Options, type Result } from 'autocannon'
import { compileTemplates } from '../../services/web/warm.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { makeManyCases } from './many-cases.ts'

const READERS = 100
const SECONDS = 8
/** Each of the hundred opens a page every five seconds: a busy morning. */
const EVERY_SECONDS = 5

/** Milliseconds until the whole answer has come, for half of them, for all but one of forty, and of a hundred. */
export type Read = { what: string; how: string; perSecond: number; p50: number; p975: number; p99: number }

const pages = async ({ owner }: Api): Promise<{ what: string; as: Who; path: string }[]> => {
  const found = await owner
    .selectFrom('arrearsCase')
    .select('id')
    .where('committee', '=', 'GAN')
    .where('state', '=', 'open')
    .orderBy('number')
    .executeTakeFirstOrThrow()
  return [
    { what: 'Worklist', as: 'caseworker.gan', path: '/uppgifter' },
    { what: 'Supervisor’s board', as: 'supervisor.gan', path: '/tavla' },
    { what: 'A case', as: 'caseworker.gan', path: `/arenden/${found.id}` },
  ]
}

// The readers have a thread of their own: in the server's they would wait for themselves.
const load = (url: string, as: Who, more: Partial<Options>): Promise<Result> =>
  autocannon({
    url,
    workers: 1,
    connections: READERS,
    duration: SECONDS,
    timeout: 30,
    headers: { authorization: `Bearer ${as}` },
    ...more,
  })

/** Demands that nobody was turned away or cut off: a figure of refusals would be a good one. */
function readOf(what: string, how: string, { requests, latency, duration, non2xx, errors }: Result): Read {
  if (non2xx + errors > 0) throw new Error(`${what}: ${non2xx} answers not 2xx, ${errors} errors`)
  return {
    what,
    how,
    perSecond: requests.total / duration,
    p50: latency.p50,
    p975: latency.p97_5,
    p99: latency.p99,
  }
}

/** A hundred readers of each page over ten thousand open cases: at their own pace, and all at once without a pause. */
export async function measureReaders(): Promise<Read[]> {
  const api = await openApi({ pages: true })
  try {
    await makeManyCases(api.url, { total: 10_000, open: 10_000 })
    await compileTemplates(api.app.frame.environment)
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' })
    const found: Read[] = []
    for (const { what, as, path } of await pages(api)) {
      const pace = { overallRate: READERS / EVERY_SECONDS }
      await load(address + path, as, { connections: 1, duration: 2 }) // the first readings compile
      found.push(readOf(what, `every ${EVERY_SECONDS} s`, await load(address + path, as, pace)))
      found.push(readOf(what, 'without a pause', await load(address + path, as, {})))
    }
    return found
  } finally {
    await api.stop()
  }
}
