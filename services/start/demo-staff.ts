// The demo's staff as rows for a rehearsal, which has no identity provider to sign in at.
import type { DemoPeople } from '../../shared/casework/demo-people.ts'

/** Reads config/demo/people.csv (role;committee;unit;username;name;email); the username stands in for the subject. */
export function demoPeople(csv: string): DemoPeople {
  const [, ...lines] = csv.trim().split(/\r?\n/)
  const people = lines.map((line) => {
    const [role = '', committee = '', unit = '', username = '', name = '', email = ''] = line.split(';')
    return {
      sub: username,
      username,
      name,
      email: email || null,
      role,
      committee: committee || null,
      unit: unit || null,
    }
  })
  return { people, clients: [], landlords: {}, systemCommittee: 'GAN' }
}

/** Which roles a unit's kind gives in a municipality that the demo has no people of its own for. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  reception: ['caseworker', 'supervisor'],
  coordination: ['caseworker'],
  restricted: ['caseworker'],
  'home-visit': ['visitor', 'visitor'],
  'debt-counselling': ['counsellor', 'counsellor', 'supervisor'],
}

/**
 * Staff for any municipality, from its units.csv, in the form of config/demo/people.csv: so that a fifth municipality
 * can be tried by its files alone. Landlords and the roles without a unit come first.
 */
export function staffFor(unitsCsv: string, defaultCommittee: string, defaultUnit: string): string {
  const [, ...units] = unitsCsv.trim().split(/\r?\n/)
  const central = ['administrator', 'administrator', 'statistician', 'log-reviewer'].map((role) => [
    role,
    defaultCommittee,
    '',
  ])
  const ofUnits = units.flatMap((line) => {
    const [code = '', committee = '', , , kind = ''] = line.split(';')
    return (rolesOf[kind] ?? []).map((role) => [role, committee, code])
  })
  const rows = [
    ['landlord', '', ''],
    ['landlord', '', ''],
    ['registrar', defaultCommittee, defaultUnit],
    ...central,
    ...ofUnits,
  ]
  const lines = rows.map(([role = '', committee = '', unit = ''], place) => {
    const username = `${role}.${place + 1}`
    return [role, committee, unit, username, `Prov ${role} ${place + 1}`, `${username}@example.org`].join(';')
  })
  return ['role;committee;unit;username;name;email', ...lines].join('\n')
}
