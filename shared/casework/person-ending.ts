// Ends a person's rights without leaving work behind: what is open goes to a colleague or stands as unowned, in the same transaction.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { demandEndable, findPerson, lockRights, notePersonChange, type PersonLine } from './people-changes.ts'

/** How much is open with a person: numbers only, for an administrator sees no case. */
export type OpenWork = { tasks: number; cases: number; visits: number; referrals: number }

const NOTHING: OpenWork = { tasks: 0, cases: 0, visits: 0, referrals: 0 }

/** Whether anything at all is open. */
export const isOpen = (work: OpenWork): boolean => Object.values(work).some((count) => count > 0)

/** Who can take a person's work over: those of the same committee who are here today. */
export type Heir = { id: string; name: string; role: string; unit: string | null }

/** What is to become of the work: a colleague's id, or null to let it stand as unowned; `undefined` when nobody has said. */
export type Ending = { heir: string | null | undefined; reason: string }

/** What a person has open, and who could take it over. */
export async function openWorkOf(
  db: Db,
  actor: Actor,
  id: string,
): Promise<{ work: OpenWork; heirs: Heir[] }> {
  return inContext(db, actor, async (trx, at) => {
    const person = await findPerson(trx, id)
    return { work: await workOf(trx, id), heirs: await heirsOf(trx, at, person) }
  })
}

async function workOf(trx: Trx, id: string): Promise<OpenWork> {
  const { rows } = await sql<OpenWork>`select * from open_work_of(${id})`.execute(trx)
  return rows[0] ?? NOTHING
}

async function heirsOf(trx: Trx, { today }: Moment, { id, committee }: PersonLine): Promise<Heir[]> {
  const { rows } = await sql<Heir>`select id, name, role, unit from person
    where active and id <> ${id} and committee = ${committee} and unit is not null
      and role in ('caseworker', 'visitor', 'counsellor', 'supervisor')
      and (absent_from is null or absent_from > ${today} or absent_to < ${today}) order by name, id`.execute(
    trx,
  )
  return rows
}

/**
 * Ends a person's access. Work that is open goes where `ending` says, with the reason, or nothing is done: refuses
 * (`person.has-work`) while nobody has said where. What the person has done keeps their name. Twice is once.
 */
export async function endPerson(db: Db, actor: Actor, id: string, ending: Ending): Promise<OpenWork> {
  return inContext(db, actor, async (trx, at) => {
    await lockRights(trx, actor)
    const person = await findPerson(trx, id)
    if (!person.active) return NOTHING
    await demandEndable(trx, actor, person)
    await sql`select lock_work_of(${id})`.execute(trx)
    const work = await workOf(trx, id)
    const open = isOpen(work)
    const heir = open ? heirIn(await heirsOf(trx, at, person), ending) : null
    await sql`update person set active = false, updated_at = clock_now() where id = ${id}`.execute(trx)
    if (open) await handOn(trx, id, { heir: heir?.id ?? null, reason: ending.reason.trim() })
    const after = open ? { ...work, to: heir?.name ?? null, reason: ending.reason.trim() } : null
    await notePersonChange(trx, actor.personId, { personId: id, what: 'ended', before: null, after })
    return work
  })
}

const wrong = (pointer: string, code: string, detail: string, en: string): Problem => ({
  pointer,
  code,
  detail,
  en,
})

/** The colleague who takes over, or null for nobody; refuses what is not said or cannot be. */
function heirIn(heirs: readonly Heir[], { heir, reason }: Ending): Heir | null {
  const found = heirs.find(({ id }) => id === heir) ?? null
  const problems: Problem[] = []
  if (heir === undefined)
    problems.push(
      wrong(
        '/handOn',
        'person.has-work',
        'Välj vad som ska hända med det som är öppet.',
        'Choose what is to become of what is open.',
      ),
    )
  else if (heir !== null && !found)
    problems.push(
      wrong(
        '/heir',
        'person.no-heir',
        'Välj en kollega i samma nämnd som är i tjänst.',
        'Choose a colleague of the same committee who is at work.',
      ),
    )
  if (reason.trim() === '' || reason.length > 500)
    problems.push(
      wrong(
        '/reason',
        'reason.missing',
        'Skriv varför, högst 500 tecken. Det står i ärendenas dagbok.',
        'Say why, in at most 500 characters. It stands in the diaries of the cases.',
      ),
    )
  if (problems.length === 0) return found
  const detail = 'Personen har öppet arbete. Säg vem som tar över det.'
  throw new Refusal('unprocessable', 'person.has-work', detail, problems)
}

/** Moves the work and has whoever gets it told. */
async function handOn(
  trx: Trx,
  id: string,
  { heir, reason }: { heir: string | null; reason: string },
): Promise<void> {
  const { rows } = await sql<{ id: string; what: 'task' | 'assignment' }>`
    select id, what from hand_on_work(${id}, ${heir}, ${reason})`.execute(trx)
  const of = (what: string) => rows.filter((row) => row.what === what).map((row) => row.id)
  await emit(trx, 'task.moved', of('task'))
  await emit(trx, 'assignment.changed', of('assignment'))
  await handOnAppointments(trx, id, { heir, reason })
}

/** Visits and referrals: the heir's when they can be, else called off and given back, which those who plan are told of. */
async function handOnAppointments(
  trx: Trx,
  id: string,
  { heir, reason }: { heir: string | null; reason: string },
): Promise<void> {
  const { rows } = await sql<{ id: string; what: 'visit' | 'referral' | 'mail'; toHeir: boolean }>`
    select id, what, to_heir from hand_on_appointments(${id}, ${heir}, ${reason})`.execute(trx)
  const of = (what: string, toHeir: boolean) =>
    rows.filter((row) => row.what === what && row.toHeir === toHeir).map((row) => row.id)
  await emit(trx, 'visit.changed', [...of('visit', true), ...of('visit', false)])
  await emit(trx, 'counselling.changed', of('referral', true))
  await emit(trx, 'referral.rejected', of('referral', false))
  await emit(trx, 'mail.queued', of('mail', true))
}
