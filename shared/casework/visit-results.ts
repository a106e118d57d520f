// Records how a booked home visit went: once, indoors only with every adult's recorded consent.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { findCode } from '../domain/codes.ts'
import { Refusal } from '../domain/refusal.ts'
import { mayRecordVisit, type DoorAnswer } from '../domain/visits.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { findCase, lockCase, noSuch, touchCase } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { logVisit } from './visit-log.ts'
import { freePeople } from './visit-teams.ts'
import { lockVisit, type Visit, type VisitResult } from './visits.ts'

/**
 * Records the result of a visit. The same result again changes nothing. Refuses another result, an unknown code, and a
 * visit indoors without every adult's consent: the home is theirs. A visitor of another committee, to whom the case is
 * closed, records it on the visit; the worker puts it into the case.
 */
export async function recordVisit(db: Db, actor: Actor, caseId: string, result: VisitResult): Promise<Visit> {
  return inContext(db, actor, async (trx, at) => {
    const seen = await findCase(trx, caseId)
    if (seen) await lockCase(trx, caseId, null)
    const visit = await lockVisit(trx, result.visitId)
    if (visit.caseId !== caseId) throw noSuch()
    if (visit.state === 'done' && visit.outcome === result.outcome) return visit
    if (visit.state !== 'booked')
      throw new Refusal('conflict', 'visit.done', 'Besöket har redan ett resultat. Läs ärendet igen.')
    await demandKnown(trx, at, result.outcome)
    const consented = await demandConsent(trx, result)
    // Whoever has a result to tell is out of the house.
    const { rows } = await sql<{ committee: string }>`
      update visit set state = 'done', outcome = ${result.outcome}, consent_given = ${consented}, note = ${result.note},
        checked_out_at = coalesce(checked_out_at, ${at.now}), recorded_by = ${actor.personId}, recorded_at = ${at.now},
        followed_at = ${seen ? at.now : null}, version = version + 1 where id = ${visit.id} returning committee`.execute(
      trx,
    )
    await freePeople(trx, visit.id)
    if (seen) {
      const made = { ...visit, committee: rows[0]?.committee ?? '' }
      await logVisit(trx, at, actor, { visit: made, result })
      await touchCase(trx, caseId)
    }
    await emit(trx, 'visit.changed', [visit.id])
    return lockVisit(trx, visit.id)
  })
}

async function demandKnown(trx: Trx, at: Moment, outcome: string): Promise<void> {
  const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
  if (findCode(codes, 'visit-result', outcome)) return
  const known = codes.filter(({ list }) => list === 'visit-result').map((one) => one.code)
  const detail = `Ange ett resultat ur listan: ${known.join(', ')}.`
  throw new Refusal('invalid', 'outcome.unknown', detail, [
    { pointer: '/outcome', code: 'outcome.unknown', detail },
  ])
}

/** Whether every adult agreed, by what is noted of each at the door, else by the word of whoever records the visit. */
async function demandConsent(trx: Trx, { visitId, outcome, consentGiven }: VisitResult): Promise<boolean> {
  const { rows } = await sql<DoorAnswer>`
    select adult, answer, answered_at as at from visit_adult where visit_id = ${visitId} order by place`.execute(
    trx,
  )
  if (rows.length === 0 && consentGiven) return true
  const [first] = mayRecordVisit(outcome, rows)
  if (first) {
    const detail =
      rows.length === 0
        ? 'Notera först att alla vuxna hemma har sagt ja till besöket, eller välj att ni träffades i dörren.'
        : first.sentence.sv
    throw new Refusal('unprocessable', 'visit.consent', detail, [
      {
        pointer: '/consentGiven',
        code: 'visit.consent',
        detail,
        ...(rows.length > 0 && { en: first.sentence.en }),
      },
    ])
  }
  return rows.length > 0 && rows.every(({ answer }) => answer === 'yes')
}
