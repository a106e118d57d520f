// Books what the plan suggests: at one press by the case's own committee, or taken on by the committee it was offered to.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { bookIn, type Visit } from './visits.ts'
import { wantPlan } from './visit-plan-wish.ts'

type Suggested = {
  id: string
  taskId: string
  caseId: string
  committee: string
  state: string
  offeredTo: string | null
  personIds: string[] | null
  startsAt: string | null
  endsAt: string | null
  acceptedBy: string | null
}

const columns = sql`id, task_id, case_id, committee, state, offered_to, person_ids, starts_at, ends_at, accepted_by`

/**
 * Books a suggestion as it stands; the visit, or null where another committee's people took it on and the worker books
 * it. Booked already by somebody else, it stays theirs. Refuses a suggestion that is no longer there.
 */
export async function bookSuggestion(db: Db, actor: Actor, needId: string): Promise<Visit | null> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } =
      await sql<Suggested>`select ${columns} from visit_need where id = ${needId} for update`.execute(trx)
    const [need] = rows
    if (!need) throw noSuch()
    if (need.committee !== actor.committee) return takeOn(trx, actor, need)
    const visit = await bookIn(trx, at, actor, bookingOf(need))
    await sql`update visit_need set state = 'booked', looked_at = null where id = ${need.id}`.execute(trx)
    return visit
  })
}

/** The case is closed to the one who takes the visit on, so the booking itself is the worker's. */
async function takeOn(trx: Trx, actor: Actor, need: Suggested): Promise<null> {
  bookingOf(need)
  await sql`update visit_need set accepted_by = coalesce(accepted_by, ${actor.personId}::uuid) where id = ${need.id}`.execute(
    trx,
  )
  await wantPlan(trx)
  return null
}

function bookingOf({ caseId, taskId, personIds, startsAt, endsAt, state }: Suggested) {
  if (!personIds || !startsAt || !endsAt || state === 'booked' || state === 'ended') {
    const detail = 'Förslaget gäller inte längre. Se de nya förslagen, eller boka en annan tid från ärendet.'
    throw new Refusal('conflict', 'visit.suggestion', detail)
  }
  const minutes = Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 60_000)
  const open = { ifMatch: null, announced: true, reason: null }
  return { caseId, taskId, startsAt, minutes, visitors: personIds, ...open }
}

/** Books the visits that another committee's people have taken on; one that can no longer be made is suggested anew. */
export async function bookAccepted(trx: Trx, at: Moment): Promise<void> {
  const { rows } = await sql<Suggested>`
    select ${columns} from visit_need where accepted_by is not null and state = 'offered' order by due_on, id for update`.execute(
    trx,
  )
  for (const need of rows) {
    const actor: Actor = {
      role: 'visitor',
      personId: need.acceptedBy,
      committee: need.offeredTo,
      unit: null,
      sender: 'visit',
      landlordId: null,
      name: '',
    }
    try {
      await bookIn(trx, at, actor, bookingOf(need))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // Somebody else was quicker, or the time has gone: the plan that runs now finds another.
      await sql`update visit_need set accepted_by = null where id = ${need.id}`.execute(trx)
    }
  }
}
