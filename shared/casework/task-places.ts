// Where a task is done: which committee's unit has the people for its role.

/** Units by committee and kind, from which each task's role finds its unit. */
export type Units = { code: string; committee: string; kind: string }[]

type Owned = { committee: string; unit: string | null; facts: { flags?: string[] } }

/**
 * Where people do such tasks: the owning committee's unit for them, else the owning unit. Counsellors are the whole
 * municipality's, so theirs go to their unit in whatever committee; a protected person's stay where the case is.
 */
export function placeFor(role: string, row: Owned, units: Units): { committee: string; unit: string | null } {
  const kind = role === 'visitor' ? 'home-visit' : role === 'counsellor' ? 'debt-counselling' : null
  const such = units.filter((unit) => unit.kind === kind)
  const own = such.find((unit) => unit.committee === row.committee)
  const shared = role === 'counsellor' && !row.facts.flags?.includes('protected') ? such[0] : undefined
  const found = own ?? shared
  return found
    ? { committee: found.committee, unit: found.code }
    : { committee: row.committee, unit: row.unit }
}
