// A person's word on whether a period began anew with a corrected or second notice; until then the earlier day is worked.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { datesOfCase, type AskedRestart } from '../domain/case-deadlines.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { readCaseInputs } from './case-inputs.ts'
import { lockCase, nameInDiary, noSuch } from './open-case.ts'
import type { Tools } from './tools.ts'
import { writeTimeline } from './timeline.ts'

/** `noticeId`: the notice, or the update that corrected one, with which the period may have begun anew. */
export type RestartDecision = { noticeId: string; confirm: boolean; reason: string }

/**
 * Keeps what a person has decided of a restart, ends the task that asked, and has the case computed again: confirmed,
 * the later period is worked; declined, the earlier one stays. The same word again changes nothing; another word later
 * is kept beside the first and counts. Refuses `not-found`, a missing reason, and a closed case.
 */
export async function decideRestart(
  db: Db,
  actor: Actor,
  caseId: string,
  { noticeId, confirm, reason }: RestartDecision,
): Promise<{ confirmed: boolean }> {
  return inContext(db, actor, async (trx, at) => {
    await lockCase(trx, caseId, null)
    if (!(await isPaperOf(trx, caseId, noticeId))) throw noSuch()
    if (reason.trim() === '') {
      const detail = 'Skriv varför fristen har börjat om, eller varför inte.'
      throw new Refusal('invalid', 'reason.missing', detail, [
        { pointer: '/reason', code: 'reason.missing', detail },
      ])
    }
    if ((await latestWord(trx, caseId, noticeId)) === confirm) return { confirmed: confirm }
    await trx
      .insertInto('restartDecision')
      .values({
        caseId,
        origin: noticeId,
        confirmed: confirm,
        reason: reason.trim(),
        decidedBy: actor.personId,
        decidedAt: at.now,
      })
      .execute()
    await sql`update task set state = 'done', outcome = 'KLAR', completed_by = ${actor.personId}::uuid, completed_at = ${at.now},
        alarm_at = null, version = version + 1
      where case_id = ${caseId} and occurrence = ${`review/restart#${noticeId}`} and state = 'open'`.execute(
      trx,
    )
    const kind = confirm ? 'restart.confirmed' : 'restart.declined'
    await writeTimeline(trx, at, [{ caseId, kind, actor: nameInDiary(actor), detail: { noticeId } }])
    await emit(trx, 'restart.decided', [caseId])
    return { confirmed: confirm }
  })
}

async function isPaperOf(trx: Trx, caseId: string, id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from notice where id = ${id} and case_id = ${caseId}
    union all select 1 from notice_update u join notice n on n.id = u.notice_id
      where u.id = ${id} and u.type = 'corrected' and n.case_id = ${caseId}`.execute(trx)
  return rows.length > 0
}

async function latestWord(trx: Trx, caseId: string, origin: string): Promise<boolean | null> {
  const word = await trx
    .selectFrom('restartDecision')
    .select('confirmed')
    .where('caseId', '=', caseId)
    .where('origin', '=', origin)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return word?.confirmed ?? null
}

/** The restarts in a case that wait for a person's word, in the words they are to be asked with. */
export async function restartsAsked(
  trx: Trx,
  at: Moment,
  tools: Tools,
  caseId: string,
): Promise<AskedRestart[]> {
  const input = (await readCaseInputs(trx, [caseId])).get(caseId)
  if (!input) return []
  return datesOfCase(caseId, { ...input, eviction: input.facts.eviction }, tools.law, at.today).asked
}
