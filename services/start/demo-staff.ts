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
