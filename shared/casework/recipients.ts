// Finds who must be told: a named person who is there, else the next role, and in the end the duty list.
import type { Trx } from '../db/open.ts'
import type { Recipient } from '../domain/escalation-ladder.ts'

/** Whom an alert goes to. `personId` null: the unit's list, read by whoever is on duty. */
export type Told = { role: Recipient; personId: string | null; unit: string | null; committee: string }

/** The case, or the referral in it, about which somebody is told. */
export type About = {
  committee: string
  unit: string | null
  assignee: string | null
  counsellor: string | null
  counsellorCommittee: string | null
}

type Person = {
  id: string
  role: string
  committee: string | null
  unit: string | null
  absentFrom: string | null
  absentTo: string | null
}
type Unit = { code: string; committee: string; kind: string }

/** Everybody who can be told, read once for a batch. */
export type Directory = { people: Person[]; units: Unit[]; today: string }

/** Reads the directory as it stands today (ISO day). */
export async function readDirectory(trx: Trx, today: string): Promise<Directory> {
  const people = await trx
    .selectFrom('person')
    .select(['id', 'role', 'committee', 'unit', 'absentFrom', 'absentTo'])
    .where('active', '=', true)
    .orderBy('id')
    .execute()
  const units = await trx.selectFrom('unit').select(['code', 'committee', 'kind']).orderBy('code').execute()
  return { people, units, today }
}

const isThere = (person: Person, today: string) =>
  !person.absentFrom || today < person.absentFrom || (person.absentTo !== null && today > person.absentTo)

/** Who is told in this role. An absent or missing person is passed over, never left as the only one told. */
export function toldIn(role: Recipient, about: About, directory: Directory): Told {
  const { people, units, today } = directory
  const committee = role === 'counsellor' ? (about.counsellorCommittee ?? about.committee) : about.committee
  const named = role === 'assignee' ? about.assignee : role === 'counsellor' ? about.counsellor : null
  const person = people.find((one) => one.id === named && isThere(one, today))
  if (person) return { role, personId: person.id, unit: person.unit, committee }
  if (role === 'coordinator') {
    const unit =
      units.find((one) => one.kind === 'coordination' && one.committee === committee) ??
      units.find((one) => one.kind === 'coordination')
    if (unit) return { role, personId: null, unit: unit.code, committee: unit.committee }
  }
  if (role !== 'duty-list') {
    const supervisors = people.filter(
      (one) => one.role === 'supervisor' && one.committee === committee && isThere(one, today),
    )
    const supervisor = supervisors.find((one) => one.unit === about.unit) ?? supervisors[0]
    if (supervisor)
      return { role: 'unit-supervisor', personId: supervisor.id, unit: supervisor.unit, committee }
  }
  const duty =
    units.find((one) => one.kind === 'duty' && one.committee === committee) ??
    units.find((one) => one.kind === 'duty')
  return {
    role: 'duty-list',
    personId: null,
    unit: duty?.code ?? about.unit,
    committee: duty?.committee ?? committee,
  }
}
