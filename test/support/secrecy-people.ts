// The people and households of the world that is searched for leaks, and what each may see of whom.

/** What somebody may see of a household: all, what a referral carries, what they sent in themselves, or nothing. */
export type Face = 'all' | 'referral' | 'sent' | 'none'

/** The households. `other` belongs to a colleague; `hidden` is protected. */
export const HOUSEHOLDS = {
  gan: { committee: 'GAN', unit: 'GAN-FS', landlord: 'a' },
  other: { committee: 'GAN', unit: 'GAN-BETAL', landlord: 'b' },
  sn: { committee: 'SN', unit: 'SN-MOTT', landlord: 'a' },
  von: { committee: 'VON', unit: 'VON-BIST', landlord: 'b' },
  hidden: { committee: 'SN', unit: 'SN-SKYDD', landlord: 'a' },
} as const
export type Household = keyof typeof HOUSEHOLDS
export const households = Object.keys(HOUSEHOLDS) as Household[]

type Sees = Partial<Record<Household, Face>>
type One = { role: string; committee: string | null; unit: string | null; sees: Sees }
const of = (role: string, unit: string | null, sees: One['sees']): One => ({
  role,
  committee: unit?.split('-')[0] ?? null,
  unit,
  sees,
})
const inGan = { gan: 'all', other: 'all' } as const
const referred = { gan: 'referral', other: 'referral' } as const

/** Everybody who asks, and what law.md D3 and reliability.md (c) let them see; what is not named they must not. */
export const ACTORS = {
  'registrar.gan': of('registrar', 'GAN-FS', inGan),
  'registrar.sn': of('registrar', 'SN-MOTT', { sn: 'all' }),
  'assigned.gan': of('caseworker', 'GAN-FS', inGan),
  'colleague.gan': of('caseworker', 'GAN-BETAL', inGan),
  'visitor.gan': of('visitor', 'GAN-BESOK', { gan: 'all' }),
  'visitor2.gan': of('visitor', 'GAN-BESOK', {}),
  'supervisor.gan': of('supervisor', 'GAN-FS', inGan),
  'caseworker.sn': of('caseworker', 'SN-MOTT', { sn: 'all' }),
  // Works in the unit for protected cases, and has not been named.
  'unnamed.sn': of('caseworker', 'SN-SKYDD', { sn: 'all' }),
  'named.sn': of('caseworker', 'SN-SKYDD', { sn: 'all', hidden: 'all' }),
  'counsellor.sn': of('counsellor', 'SN-BOS', referred),
  'supervisor.sn': of('supervisor', 'SN-MOTT', { sn: 'all', ...referred }),
  'caseworker.von': of('caseworker', 'VON-BIST', { von: 'all' }),
  'administrator.gan': of('administrator', 'GAN-FS', {}),
  'statistician.gan': of('statistician', 'GAN-FS', {}),
  'reviewer.gan': of('log-reviewer', 'GAN-FS', {}),
  'landlord.a': of('landlord', null, { gan: 'sent', sn: 'sent', hidden: 'sent' }),
  'landlord.b': of('landlord', null, { other: 'sent', von: 'sent' }),
  'client:landlord': of('landlord', null, { gan: 'sent', sn: 'sent', hidden: 'sent' }),
  'client:kronofogden': of('kronofogden', null, {}),
  'client:system': of('system', null, inGan),
} as const satisfies Record<string, One>
export type Who = keyof typeof ACTORS
export const actors = Object.keys(ACTORS) as Who[]
const everybody: Readonly<Record<Who, One>> = ACTORS
/** What the actor may see of a household. */
export const faceOf = (who: Who, household: Household): Face => everybody[who].sees[household] ?? 'none'

/** Everything by which a household could be recognised in an answer. */
export type Marks = {
  name: string
  street: string
  identity: string
  caseId: string
  caseNumber: string
  noticeId: string
  noticeNumber: string
}
