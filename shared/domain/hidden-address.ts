// What of a notice tells where somebody lives: taken out in one piece when the person is protected, and put back whole.

/** Where a household lives, as a case keeps it. */
export type Place = {
  address: string
  apartment: string | null
  postalCode: string | null
  city: string | null
}

/** What stands in a case's own columns while its address is sealed. */
export const NOWHERE: Place = { address: '', apartment: null, postalCode: null, city: null }

/** Which fields of what a sender wrote may hold an address: the address itself, and where people write freely. */
const HIDDEN: readonly (readonly [part: string, field: string])[] = [
  ['dwelling', 'address'],
  ['dwelling', 'postalCode'],
  ['dwelling', 'city'],
  ['dwelling', 'apartmentNumber'],
  ['tenant', 'postalAddress'],
  ['respondent', 'address'],
  ['respondent', 'postalCode'],
  ['respondent', 'city'],
  ['respondent', 'apartmentNumber'],
  ['', 'description'],
  ['', 'reason'],
]

type Parts = Record<string, unknown>

/** The content without what tells of the address (an empty text or nothing stands there), and what was taken out. */
export function hideAddress<T extends object>(content: T): { left: T; taken: Parts } {
  const left = structuredClone(content) as Parts
  const taken: Parts = {}
  for (const [part, field] of HIDDEN) {
    const holder = part === '' ? left : (left[part] as Parts | undefined)
    if (!holder || holder[field] === undefined || holder[field] === null) continue
    taken[`${part}.${field}`] = holder[field]
    // An address is always a text in a notice; everything else may be unknown.
    holder[field] = field === 'address' ? '' : null
  }
  return { left: left as T, taken }
}

/** The content as it was before {@link hideAddress}. */
export function showAddress<T extends object>(left: T, taken: Parts): T {
  const content = structuredClone(left) as Parts
  for (const [name, value] of Object.entries(taken)) {
    const [part = '', field = ''] = name.split('.')
    const holder = part === '' ? content : (content[part] as Parts | undefined)
    if (holder) holder[field] = value
  }
  return content as T
}
