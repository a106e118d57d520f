// Which household something that came in is about: exact keys link, likeness only suggests.

export type KeyKind = 'identity' | 'enforcement' | 'address'

/** One arrival with its keyed hashes (hex), strongest first. No key can be turned back into a person. */
export type Arrival = {
  id: string
  identity: string | null
  enforcement: string | null
  address: string | null
}

/** A key already known, and whether its household is known by an identity number. */
export type KnownKey = { key: string; kind: KeyKind; householdId: string; identified: boolean }

/** What was decided for one arrival. `review` says why a person must look, or null when the link is certain. */
export type Match = {
  arrivalId: string
  householdId: string
  basis: KeyKind | 'new'
  review: 'other-identity-at-address' | 'nothing-to-go-by' | null
}

type Known = { householdOf: Map<string, string>; identified: Set<string> }

/**
 * Decides the household of each arrival, in order: the identity number if given, else the same enforcement case, else
 * exactly the same name, address and flat. Two different identity numbers are never one household, whatever the
 * address says. `newId` gives the id of a household not seen before.
 */
export function matchArrivals(
  arrivals: readonly Arrival[],
  known: readonly KnownKey[],
  newId: () => string,
): { matches: Match[]; newKeys: { key: string; kind: KeyKind; householdId: string }[] } {
  const householdOf = new Map(known.map((entry) => [entry.key, entry.householdId]))
  const identified = new Set(known.filter((entry) => entry.identified).map((entry) => entry.householdId))
  const newKeys: { key: string; kind: KeyKind; householdId: string }[] = []
  const matches = arrivals.map((arrival) => {
    const match = matchOne(arrival, { householdOf, identified }, newId)
    for (const [kind, key] of keysOf(arrival)) {
      if (householdOf.has(key)) continue
      householdOf.set(key, match.householdId)
      newKeys.push({ key, kind, householdId: match.householdId })
    }
    if (arrival.identity) identified.add(match.householdId)
    return match
  })
  return { matches, newKeys }
}

function keysOf(arrival: Arrival): [KeyKind, string][] {
  const keys: [KeyKind, string | null][] = [
    ['identity', arrival.identity],
    ['enforcement', arrival.enforcement],
    ['address', arrival.address],
  ]
  return keys.filter((pair): pair is [KeyKind, string] => pair[1] !== null)
}

function matchOne(arrival: Arrival, known: Known, newId: () => string): Match {
  const linked = (householdId: string, basis: KeyKind): Match => ({
    arrivalId: arrival.id,
    householdId,
    basis,
    review: null,
  })
  const same = arrival.identity ? known.householdOf.get(arrival.identity) : undefined
  if (same) return linked(same, 'identity')
  for (const [kind, key] of keysOf(arrival).filter(([name]) => name !== 'identity')) {
    const found = known.householdOf.get(key)
    if (!found) continue
    // A parent and a grown child may share name and door: a number that differs keeps them apart.
    if (!arrival.identity || !known.identified.has(found)) return linked(found, kind)
    return { arrivalId: arrival.id, householdId: newId(), basis: 'new', review: 'other-identity-at-address' }
  }
  const nothing = keysOf(arrival).length === 0
  return {
    arrivalId: arrival.id,
    householdId: newId(),
    basis: 'new',
    review: nothing ? 'nothing-to-go-by' : null,
  }
}
