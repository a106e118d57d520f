// A visitor's own terms in place of the team's: whether they go, how much, on which days and where; kept by an administrator.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { findPerson, notePersonChange } from './people-changes.ts'
import { readVisitors, type NamedVisitor } from './visit-teams.ts'

/** Own terms; null is as the team. */
export type VisitorTerms = {
  goes: boolean
  visitsPerDay: number | null
  visitsPerWeek: number | null
  weekdays: number[] | null
  evenings: number[] | null
  areas: string[] | null
}

/** Terms as a form has them: empty is as the team. Weekdays are written as digits, 1 is Monday. */
export type TermsWish = { goes: string } & Record<
  'visitsPerDay' | 'visitsPerWeek' | 'weekdays' | 'evenings' | 'areas',
  string
>

/** Everybody who goes on home visits, on the terms that hold for them, with when they are away. */
export async function listVisitors(db: Db, actor: Actor): Promise<NamedVisitor[]> {
  return inContext(db, actor, async (trx) => (await readVisitors(trx)).visitors)
}

/** One person's own terms; those of nobody who has none. Refuses `not-found`. */
export async function readVisitorTerms(
  db: Db,
  actor: Actor,
  id: string,
): Promise<{ name: string; terms: VisitorTerms }> {
  return inContext(db, actor, async (trx) => {
    const { name } = await findPerson(trx, id)
    const terms = await trx
      .selectFrom('visitor')
      .select(['goes', 'visitsPerDay', 'visitsPerWeek', 'weekdays', 'evenings', 'areas'])
      .where('personId', '=', id)
      .executeTakeFirst()
    const none = { visitsPerDay: null, visitsPerWeek: null, weekdays: null, evenings: null, areas: null }
    return { name, terms: terms ?? { goes: true, ...none } }
  })
}

/** Keeps a person's terms; what does not fit is told field by field. The same again changes nothing. */
export async function saveVisitorTerms(db: Db, actor: Actor, id: string, wish: TermsWish): Promise<void> {
  const terms = termsIn(wish)
  await inContext(db, actor, async (trx) => {
    await lockTexts(trx, [`visitor ${id}`])
    const before = (await readVisitorTerms(trx, actor, id)).terms
    if (JSON.stringify(before) === JSON.stringify(terms)) return
    const { goes, visitsPerDay, visitsPerWeek, weekdays, evenings, areas } = terms
    await sql`insert into visitor (person_id, goes, visits_per_day, visits_per_week, weekdays, evenings, areas, updated_at)
      values (${id}, ${goes}, ${visitsPerDay}, ${visitsPerWeek}, ${weekdays}::integer[], ${evenings}::integer[], ${areas}::text[], clock_now())
      on conflict (person_id) do update set goes = excluded.goes, visits_per_day = excluded.visits_per_day,
        visits_per_week = excluded.visits_per_week, weekdays = excluded.weekdays, evenings = excluded.evenings,
        areas = excluded.areas, updated_at = excluded.updated_at`.execute(trx)
    await notePersonChange(trx, actor.personId, { personId: id, what: 'visits', before, after: terms })
    await emit(trx, 'visitor.changed', [id])
  })
}

const listed = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || [])

/** A number of visits; null when nothing is written, `undefined` when it cannot be one. */
function visitsIn(text: string, most: number): number | null | undefined {
  const value = Number(text.trim())
  if (text.trim() === '') return null
  return /^\d{1,2}$/.test(text.trim()) && value >= 1 && value <= most ? value : undefined
}

function daysIn(text: string): number[] | null | undefined {
  const parts = listed(text)
  if (parts.length === 0) return null
  if (!parts.every((part) => /^[1-7]$/.test(part))) return undefined
  return [...new Set(parts.map(Number))].toSorted((one, other) => one - other)
}

function areasIn(text: string): string[] | null | undefined {
  const areas = listed(text).map((area) => area.replaceAll(' ', ''))
  if (areas.length === 0) return null
  return areas.every((area) => /^\d{1,5}$/.test(area)) ? areas : undefined
}

const NUMBER = {
  detail: 'Skriv ett tal från 1 till {most}, eller lämna tomt.',
  en: 'Write a number from 1 to {most}, or leave empty.',
}
const DAYS = {
  detail: 'Skriv veckodagar som siffror med komma emellan, 1 är måndag: 1,2,4.',
  en: 'Write weekdays as digits with commas, 1 is Monday: 1,2,4.',
}
const AREAS = {
  detail: 'Skriv början av postnummer med komma emellan: 702, 703.',
  en: 'Write the beginnings of postal codes with commas: 702, 703.',
}
const upTo = (most: number) => ({
  detail: NUMBER.detail.replace('{most}', `${most}`),
  en: NUMBER.en.replace('{most}', `${most}`),
})

function termsIn(wish: TermsWish): VisitorTerms {
  const problems: Problem[] = []
  const sound = <T>(field: string, value: T | undefined, how: { detail: string; en: string }): T | null => {
    if (value === undefined) problems.push({ pointer: `/${field}`, code: 'visitor.terms', ...how })
    return value ?? null
  }
  const terms: VisitorTerms = {
    goes: wish.goes !== 'no',
    visitsPerDay: sound('visitsPerDay', visitsIn(wish.visitsPerDay, 20), upTo(20)),
    visitsPerWeek: sound('visitsPerWeek', visitsIn(wish.visitsPerWeek, 60), upTo(60)),
    weekdays: sound('weekdays', daysIn(wish.weekdays), DAYS),
    evenings: sound('evenings', daysIn(wish.evenings), DAYS),
    areas: sound('areas', areasIn(wish.areas), AREAS),
  }
  if (problems.length === 0) return terms
  const detail = 'Några uppgifter behöver rättas. Se fälten.'
  throw new Refusal('unprocessable', 'visitor.terms', detail, problems)
}
