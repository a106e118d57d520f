// Whom a notice concerns: the exact canonical keys that may link two notices, and whether the address is kept secret.

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
