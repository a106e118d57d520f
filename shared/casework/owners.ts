// From the table's word to a person or a unit: who is named by the register, and until when they must answer.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { addWorkingDays } from '../domain/calendar.ts'
import { endOfDay } from '../domain/due.ts'
import type { Owner } from '../domain/routing.ts'
import type { Moment } from './act.ts'
import type { Municipality } from './settings.ts'

/** Where a case is put. `personId` null: nobody is named, or whoever is named is away or not known here. */
export type Placed = { committee: string; unit: string; personId: string | null }

type Person = { id: string; username: string; subject: string; committee: string; unit: string | null }

/** Reads what is needed to place these owners; nothing when the table named units only. */
export async function readPlaces(
  trx: Trx,
  at: Moment,
  owners: readonly Owner[],
  municipality: Municipality,
): Promise<(owner: Owner) => Placed> {
  const names = [...new Set(owners.flatMap(({ person }) => person ?? []))]
  const people = names.length === 0 ? [] : await peopleNamed(trx, at, names)
  const homeless = owners.some(({ unit }) => unit === null)
  const receptions = homeless ? await receptionsOf(trx) : new Map<string, string>()
  return ({ committee, unit, person }) => {
    const named = people.find(
      (one) => (one.username === person || one.subject === person) && one.committee === committee,
    )
    const place = unit ?? named?.unit ?? receptions.get(committee) ?? municipality.defaultUnit
    return { committee, unit: place, personId: named?.id ?? null }
  }
}

async function peopleNamed(trx: Trx, at: Moment, names: readonly string[]): Promise<Person[]> {
  const { rows } = await sql<Person>`select id, username, subject, committee, unit from person
    where active and committee is not null and (username = any(${names}::text[]) or subject = any(${names}::text[]))
      and not (absent_from is not null and absent_from <= ${at.today}::date and coalesce(absent_to, 'infinity') >= ${at.today}::date)
    order by id`.execute(trx)
  return rows
}

/** The unit that receives for each committee: a row that names only the committee must not send to another's unit. */
async function receptionsOf(trx: Trx): Promise<Map<string, string>> {
  const { rows } = await sql<{ committee: string; code: string }>`
    select distinct on (committee) committee, code from unit order by committee, kind <> 'reception', code`.execute(
    trx,
  )
  return new Map(rows.map(({ committee, code }) => [committee, code]))
}

/** The end of the last working day on which a new owner may answer (RFC 3339 UTC); null when the row sets no time. */
export function answerBy(at: Moment, workingDays: number | null, municipality: Municipality): string | null {
  const { workingTime } = municipality
  return workingDays === null
    ? null
    : endOfDay(addWorkingDays(at.today, workingDays, workingTime), workingTime)
}
