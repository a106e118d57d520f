// The committees' door for their nightly lists of clients: taken in whole, kept as keyed hashes, answered with a report.
import { z } from 'zod'
import { importClientRegister } from '../../shared/casework/client-registers.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { readUpload } from '../upload.ts'
import type { ApiDeps } from './asking.ts'

const problem = z.object({
  row: z.number(),
  column: z.string().nullable(),
  code: z.string(),
  detail: z.string(),
})

const report = z.object({
  committee: z.string(),
  rows: z.number(),
  accepted: z.number(),
  repeated: z.number(),
  problems: z.array(problem),
})

// What more there is of the same helps nobody; the number of rows says how many were left out.
const MOST_PROBLEMS = 1_000

/** `POST /v1/client-registers`. */
export function clientRegisterRoutes({ db, tools }: ApiDeps): (app: App) => void {
  return (app) => {
    app.post(
      '/v1/client-registers',
      {
        config: { permission: 'register.send', accepts: 'multipart' },
        schema: {
          tags: ['client-registers'],
          summary: 'Nämndens klientlista / the committee’s list of clients',
          description:
            'CSV: committee;unit;caseworker;personnummer. Listan ersätter nämndens förra i sin helhet; bara nycklade kontrollsummor sparas.',
          consumes: ['multipart/form-data'],
          response: { 200: report },
        },
      },
      async (request, reply) => {
        const { bytes } = await readUpload(request)
        const found = await importClientRegister(db, tools, actorOf(request.principal), bytes)
        const { committee, rows, accepted, repeated } = found
        const problems = found.problems.slice(0, MOST_PROBLEMS).map(({ line, column, code, reason }) => ({
          row: line,
          column,
          code,
          detail: reason[request.language],
        }))
        void reply.code(200)
        return { committee, rows, accepted, repeated, problems }
      },
    )
  }
}
