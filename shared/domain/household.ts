// Whom a notice concerns: exact canonical keys that may link two notices, and a likeness that may only suggest it.

/** One holder of one home, as a notice or Kronofogden names them. */
export type Household = {
  name: string
  personalIdentityNumber: string | null
  address: string
  postalCode: string | null
  city: string | null
  apartmentNumber: string | null
}

/**
 * The texts by which two notices are known to concern one household: the same verified identity number, or exactly the
 * same name, street address, postal code and flat once spelling differences that mean nothing are gone. Nothing
 * looser may link, because a wrong link shows one family's debts to another. `byAddress` is null when the address says
 * nothing ("skyddad adress"). Personal data: hash before storing.
 */
export function householdKeys(household: Household): { byIdentity: string | null; byAddress: string | null } {
  const { street, apartment } = homeOf(household)
  const place = household.postalCode ?? plain(household.city ?? '')
  const key = [nameOf(household.name).join(' '), street, place, apartment]
  return {
    byIdentity: household.personalIdentityNumber,
    byAddress: NO_ADDRESS.test(street) ? null : JSON.stringify(key),
  }
}

/** What stands in the address field when there is none to give; two namesakes both hidden are still two people. */
const NO_ADDRESS = /^(|(skydd|sekretess|okän|sakna|uppgift)\p{L}*( .*)?)$/u

/** What is written in place of an address that is kept secret, and of nothing else: "Skyddsvägen 3" is a street. */
const SECRET = /(^|\W)(skydda(d|t|de)|sekretess\p{L}*)(\W|$)/iu

/** Whether a sender says by the address that the person has protected personal details. Errs on the side of yes. */
export function saysProtected(...addresses: readonly (string | null | undefined)[]): boolean {
  return addresses.some((address) => SECRET.test(address ?? ''))
}

/** How alike two households are, 0 to 1, for suggestions to a person who decides; never for linking by itself. */
export function similarity(one: Household, other: Household): number {
  if (one.personalIdentityNumber && one.personalIdentityNumber === other.personalIdentityNumber) return 1
  const names = likeness(nameOf(one.name).join(' '), nameOf(other.name).join(' '))
  const [here, there] = [homeOf(one), homeOf(other)]
  const streets = likeness(here.street, there.street)
  const flats = here.apartment && there.apartment ? Number(here.apartment === there.apartment) : 0.5
  const likely = 0.5 * names + 0.4 * streets + 0.1 * flats
  const known = one.personalIdentityNumber !== null && other.personalIdentityNumber !== null
  // Two verified numbers that differ are two people, perhaps in one home: worth showing, not worth trusting.
  return known ? likely / 2 : likely
}

/** The words of a name in alphabetical order, so that "Ek, Anna" and "Anna Ek" are one. */
function nameOf(name: string): string[] {
  return plain(name).split(' ').sort()
}

/** Street and flat apart, wherever the flat number was written. */
function homeOf(household: Household): { street: string; apartment: string } {
  const written = plain(household.address)
  const inAddress = /^(.*?) (?:lgh|lägenhet|läg)(?: ?(?:nr|nummer))? ?(\S+)$/.exec(written)
  const given = plain(household.apartmentNumber ?? '').replace(/^(?:lgh|lägenhet)(?: ?(?:nr|nummer))? ?/, '')
  return {
    street: (inAddress?.[1] ?? written).replace(/(\d) ([a-zåäö])\b/g, '$1$2'),
    apartment: (given || (inAddress?.[2] ?? '')).replaceAll(' ', ''),
  }
}

/** Lower case, composed, punctuation as spaces, single spaces. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** The share of letter pairs that two texts have in common (Sørensen–Dice). */
function likeness(one: string, other: string): number {
  if (one === other) return 1
  const [pairs, others] = [pairsOf(one), pairsOf(other)]
  const total = pairs.length + others.length
  const left = new Map<string, number>()
  for (const pair of pairs) left.set(pair, (left.get(pair) ?? 0) + 1)
  let shared = 0
  for (const pair of others) {
    const count = left.get(pair) ?? 0
    if (count === 0) continue
    left.set(pair, count - 1)
    shared += 1
  }
  return total === 0 ? 0 : (2 * shared) / total
}

function pairsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, start) => text.slice(start, start + 2))
}
