// What staff are writing in a form about a case: kept under seal for whoever writes it, so that a lost session or a closed window loses nothing.
import { randomUUID } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { seal, unseal } from '../seal.ts'
import { inContext, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import type { Tools } from './tools.ts'

/** What the id in a form's address is the id of. */
export type DraftAbout = 'case' | 'task' | 'visit' | 'referral'

/** One form of one person's: its address with `:id` in it, and the id. */
export type DraftPlace = { form: string; about: DraftAbout; id: string }

/** What stands in the fields; of a field that can be ticked several times, all that is ticked. */
export type DraftValues = Readonly<Record<string, string | readonly string[]>>

export type FormDraft = { values: DraftValues; updatedAt: string }

/** What a page had seen of the draft when it was written on; '' when there was none. */
export type Written = { values: DraftValues; seen: string }

/** Asked as the writer: what they cannot see they cannot write about either. */
const BEHIND: Record<DraftAbout, (id: string) => RawBuilder<{ caseId: string | null }>> = {
  case: (id) => sql`select id as case_id from arrears_case where id = ${id}`,
  task: (id) => sql`select case_id from task where id = ${id}`,
  visit: (id) => sql`select case_id from visit where id = ${id}`,
  referral: (id) => sql`select case_id from referral where id = ${id}`,
}

/** The actor's drafts of these forms about one thing, by form. */
export async function findFormDrafts(
  db: Db,
  { keys }: Tools,
  actor: Actor,
  { forms, id }: { forms: readonly string[]; id: string },
): Promise<Map<string, FormDraft>> {
  return inContext(db, actor, async (trx) => {
    // Not as `id`: the log tells which cases somebody saw, and their own notes are none.
    const { rows } = await sql<{ draft: string; form: string; sealed: Buffer; updatedAt: string }>`
      select id as draft, form, sealed, updated_at from form_draft
      where subject_id = ${id} and form = any(${[...forms]}::text[])`.execute(trx)
    const opened = rows.map(({ draft, form, sealed, updatedAt }) => {
      const values = JSON.parse(unseal(keys, draft, sealed).toString()) as DraftValues
      return [form, { values, updatedAt }] as const
    })
    return new Map(opened)
  })
}

/** When it was kept; `replaced` is when the actor had written something else there meanwhile, in another window. */
export type Kept = { updatedAt: string; replaced: string | null }

/**
 * Keeps what has been written so far, in place of what was kept before: the later window wins, and is told so. Refuses
 * `not-found` when the form is about something that the actor cannot see.
 */
export async function keepFormDraft(
  db: Db,
  { keys }: Tools,
  actor: Actor,
  { place, written }: { place: DraftPlace; written: Written },
): Promise<Kept> {
  return inContext(db, actor, async (trx) => {
    const { rows: behind } = await BEHIND[place.about](place.id).execute(trx)
    if (!behind[0] || actor.personId === null) throw noSuch()
    const fresh = randomUUID()
    // The row first, so that two windows saving at once write into one draft and not over each other's seal.
    await sql`insert into form_draft (id, person_id, case_id, form, subject_id, sealed)
      values (${fresh}, ${actor.personId}, ${behind[0].caseId}, ${place.form}, ${place.id}, ${seal(keys, fresh, '{}')})
      on conflict (person_id, subject_id, form) do nothing`.execute(trx)
    const { rows: found } = await sql<{ draft: string; updatedAt: string }>`
      select id as draft, updated_at from form_draft where ${at(place)} for update`.execute(trx)
    const { draft, updatedAt: before } = found[0]!
    const { rows } = await sql<{ updatedAt: string }>`
      update form_draft set sealed = ${seal(keys, draft, JSON.stringify(written.values))}, updated_at = clock_now()
      where id = ${draft} returning updated_at`.execute(trx)
    const other = draft !== fresh && before !== written.seen
    return { updatedAt: rows[0]!.updatedAt, replaced: other ? before : null }
  })
}

// Whose it is, the policy says.
const at = ({ form, id }: DraftPlace) => sql`subject_id = ${id} and form = ${form}`

async function forget(trx: Trx, place: DraftPlace): Promise<void> {
  await sql`delete from form_draft where ${at(place)}`.execute(trx)
}

/** Throws away what has been written. Twice, the second finds nothing. */
export async function dropFormDraft(db: Db, actor: Actor, place: DraftPlace): Promise<void> {
  await inContext(db, actor, (trx) => forget(trx, place))
}

/** Does what the form was filled in for and forgets its draft: both or neither. */
export async function finishForm<T>(
  db: Db,
  actor: Actor,
  place: DraftPlace,
  deed: (db: Db) => Promise<T>,
): Promise<T> {
  return inContext(db, actor, async (trx) => {
    const done = await deed(trx)
    await forget(trx, place)
    return done
  })
}
