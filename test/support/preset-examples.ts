// Runs the examples of one municipality's folder through the database: rows in, owner, units called in and row out.
import { expect } from '@jest/globals'
import { sql } from 'kysely'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readMunicipalityFolder } from '../../shared/domain/municipality.ts'
import { freshDatabase } from './cluster.ts'
import { caseWith, makeClient, NOON, personIn, route, type On } from './routed-cases.ts'
import { testTools } from './spine.ts'

const EVENING = '2026-11-25T20:00:00Z'

const place = (row: { committee: string; unit: string | null; username: string | null }) =>
  [row.committee, row.unit, row.username].filter((part) => part !== null).join('/')

/** A database of its own with these files loaded. One per test file: versions are read once per process. */
export async function openPreset(
  files: ReadonlyMap<string, string>,
): Promise<On & { close: () => Promise<void> }> {
  const { url, drop } = await freshDatabase()
  const owner = openDatabase({ url, role: 'owner', max: 2 })
  const worker = openDatabase({ url, role: 'bokvar_worker', max: 2 })
  const close = async () => {
    await Promise.all([owner.destroy(), worker.destroy()])
    await drop()
  }
  await loadMunicipality(owner, files)
  return { owner, worker, tools: testTools(), close }
}

async function toldOf(on: On, id: string) {
  const { routingRow } = await on.owner
    .selectFrom('arrearsCase')
    .select('routingRow')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const rows = await on.owner
    .selectFrom('assignment')
    .leftJoin('person', 'person.id', 'assignment.personId')
    .select(['assignment.kind', 'assignment.committee', 'assignment.unit', 'person.username'])
    .where('caseId', '=', id)
    .execute()
  const of = (...kinds: string[]) =>
    rows
      .filter((row) => kinds.includes(row.kind))
      .map(place)
      .sort()
  return { owners: of('owner', 'joint'), additions: of('added'), row: routingRow }
}

const setClock = (on: On, instant: string) =>
  sql`insert into clock_shift (shift) values (${instant}::timestamptz - clock_timestamp())
    on conflict (only_row) do update set shift = excluded.shift`.execute(on.owner)

/** Expects every example of the folder to come out as its officer wrote; returns how many there were. */
export async function expectExamples(on: On, files: ReadonlyMap<string, string>): Promise<number> {
  const { cases } = readMunicipalityFolder(files)
  await setClock(on, NOON)
  const made = new Map<string, (typeof cases)[number]>()
  for (const [nth, example] of cases.entries()) {
    const { clientOf } = example.facts
    for (const { committee, unit, caseworker } of clientOf)
      if (caseworker && unit) await personIn(on.owner, { username: caseworker, committee, unit })
    const id = await caseWith(on.owner, example.facts)
    if (clientOf.length > 0) await makeClient(on, id, `19900101${1000 + nth}`, example.facts)
    made.set(id, example)
  }
  const asked = (late: boolean) =>
    [...made].filter(([, one]) => one.facts.outOfHours === late).map(([id]) => id)
  await route(on, asked(false))
  await setClock(on, EVENING)
  await route(on, asked(true))
  for (const [id, { name, owners, additions, row }] of made) {
    const expected = { name, owners: owners.toSorted(), additions: additions.toSorted(), row }
    expect({ name, ...(await toldOf(on, id)) }).toEqual(expected)
  }
  return cases.length
}
