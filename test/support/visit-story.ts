// What the tests of home visits do again and again: a household that needs one, a booking, and the plan made anew.
import { sql } from 'kysely'
import { moment, type Actor } from '../../shared/casework/act.ts'
import { planVisits } from '../../shared/casework/visit-planning.ts'
import { bookVisit, type Visit } from '../../shared/casework/visits.ts'
import { instantAt } from '../../shared/domain/calendar.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { actorNamed, openStory, type Story } from './story.ts'

/** A story with the people that go on visits, and who lead them. */
export async function openVisitStory() {
  const story = await openStory('2026-11-23')
  const names = ['gunilla.gan', 'besim.gan', 'anette.gan', 'lotta.lots', 'viktoria.von'] as const
  const [gunilla, besim, anette, lotta, viktoria] = (await Promise.all(
    names.map((name) => actorNamed(story.spine, name)),
  )) as [Actor, Actor, Actor, Actor, Actor]
  return { story, gunilla, besim, anette, lotta, viktoria, ...deedsOf(story, gunilla, besim) }
}

/** The code of the refusal, or `done`. */
export const codeOf = (deed: Promise<unknown>): Promise<string> =>
  deed.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

export const idOf = (actor: Actor): string => actor.personId ?? ''

function deedsOf(story: Story, gunilla: Actor, besim: Actor) {
  const { owner, web, worker } = story.spine
  let made = 0
  return {
    /** A household's case in GAN, whose visit the plan has looked at. */
    aCase: async (): Promise<string> => {
      made += 1
      const home = { postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' }
      const tenant = { name: `Hushåll ${made}` }
      const dwelling = { address: `Fallgatan ${made}`, ...home }
      const { id } = await story.notify({ reference: `V-${made}`, tenant, dwelling })
      const row = await owner.selectFrom('notice').select('caseId').where('id', '=', id).executeTakeFirst()
      return row?.caseId ?? ''
    },
    needOf: (caseId: string) =>
      owner
        .selectFrom('visitNeed')
        .selectAll()
        .where('caseId', '=', caseId)
        .orderBy('dueOn')
        .executeTakeFirstOrThrow(),
    /** A booking by the caseworker, for herself and the visitor unless `over` says otherwise. */
    book: (caseId: string, over: object = {}): Promise<Visit> =>
      bookVisit(web, gunilla, {
        caseId,
        ifMatch: null,
        startsAt: instantAt('2026-12-14', '10:00'),
        minutes: 60,
        visitors: [idOf(besim), idOf(gunilla)],
        announced: true,
        reason: null,
        taskId: null,
        ...over,
      }),
    planAgain: () => worker.transaction().execute(async (trx) => planVisits(trx, await moment(trx))),
    alertsOf: async (trigger: string) => (await story.alerts()).filter((one) => one.trigger === trigger),
    /** The oldest case that is not protected. */
    firstCase: async (): Promise<string> => {
      const { rows } = await sql<{
        id: string
      }>`select id from arrears_case where not protected order by number limit 1`.execute(owner)
      return rows[0]?.id ?? ''
    },
  }
}
