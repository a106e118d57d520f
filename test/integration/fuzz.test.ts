// A short fuzz run: every operation of the API several times, whole and spoilt; the long one is `npm run fuzz`.
import { expect, test } from '@jest/globals'
import { operationsOf, type Document } from '../fuzz/operations.ts'
import { runFuzz } from '../fuzz/run.ts'
import { openApi, type Who } from '../support/api.ts'

const SENDERS: Readonly<Record<string, readonly Who[]>> = {
  notices: ['landlord', 'landlord', 'registrar.gan'],
  'eviction-notices': ['kronofogden'],
  casework: ['system', 'caseworker.gan', 'supervisor.gan', 'counsellor.sn'],
  person: ['administrator.gan', 'administrator2.gan', 'supervisor.gan'],
}

test('whatever is sent is answered as the document says, never by a fault of ours, never with a name in a refusal', async () => {
  const api = await openApi()
  try {
    const document = (await api.call('/openapi.json')).body as Document
    const operations = operationsOf(document)
    const outcome = await runFuzz({
      operations,
      requests: operations.length * 10,
      seed: 20261122,
      atOnce: 4,
      sign: () => undefined,
      send: async ({ operation, method, url, headers, body }) => {
        const senders = SENDERS[operation.scope ?? 'person'] ?? []
        const as = senders[url.length % senders.length]
        const sent = { method: method as 'GET', headers, ...(body && { raw: body }), ...(as && { as }) }
        const answer = await api.call(url, sent)
        const type = answer.headers['content-type']
        return {
          status: answer.status,
          type: typeof type === 'string' ? type : '',
          text: answer.text,
        }
      },
    })
    expect(outcome.faults).toEqual([])
    // A run that reaches nothing proves nothing.
    expect([...outcome.reached.values()].filter(({ fine }) => fine > 0).length).toBeGreaterThan(
      operations.length / 4,
    )
  } finally {
    await api.stop()
  }
})
