// When new facts ask for another owner: proposes, never moves; a person confirms, and nobody is sent round in circles.

import type { Words } from './routing-facts.ts'
import type { Decision, Owner } from './routing.ts'

/** Who has owned the case, oldest first, and how each came to own or leave it. */
export type OwnerEvent = {
  kind: 'routed' | 'accepted' | 'rejected' | 'moved' | 'declined-proposal'
  /** Those who owned, rejected, or were proposed. */
  owners: readonly Owner[]
  row: number | null
}

export type OwnerProposal =
  | { kind: 'none' }
  | { kind: 'proposal'; owners: readonly Owner[]; row: number | null; reason: Words }
  | {
      kind: 'refused'
      code: 'proposal-cycle' | 'already-declined'
      row: number | null
      column: string
      reason: Words
      path: readonly string[]
    }

/**
 * Whether the decision on new facts proposes another owner than the current ones. The caseworker within a unit is
 * not a change of owner. Refused when the proposed owners have already had the case and it was moved on (A → B → A:
 * a supervisor settles it), or when a person has declined this very proposal.
 */
export function proposeOwner(
  current: readonly Owner[],
  decision: Decision,
  history: readonly OwnerEvent[],
): OwnerProposal {
  const wanted = nameOf(decision.owners)
  if (decision.owners.length === 0 || wanted === nameOf(current)) return { kind: 'none' }
  const { owners, row, reason } = decision
  const declined = history.some(
    (event) => event.kind === 'declined-proposal' && event.row === row && nameOf(event.owners) === wanted,
  )
  if (declined) return refused('already-declined', row, [nameOf(current), wanted])
  const path = pathOf(history, current)
  const earlier = path.lastIndexOf(wanted)
  if (earlier >= 0) return refused('proposal-cycle', row, [...path.slice(earlier), wanted])
  return { kind: 'proposal', owners, row, reason }
}

/** `SN/SN-BARN + VON/VON-BIST`: the units that own, in one order. */
function nameOf(owners: readonly Owner[]): string {
  return owners
    .map(({ committee, unit }) => (unit === null ? committee : `${committee}/${unit}`))
    .sort()
    .join(' + ')
}

/** Those who have owned the case one after another, ending with the current ones. */
function pathOf(history: readonly OwnerEvent[], current: readonly Owner[]): string[] {
  const owned = history.filter((event) => event.kind !== 'rejected' && event.kind !== 'declined-proposal')
  const names = [...owned.map((event) => nameOf(event.owners)), nameOf(current)]
  return names.filter((name, at) => name !== names[at - 1])
}

const REFUSALS: Record<'proposal-cycle' | 'already-declined', (path: string) => Words> = {
  'proposal-cycle': (path) => ({
    sv: `Reglerna skickar ärendet runt (${path}). Arbetsledaren avgör vem som äger det.`,
    en: `The rules send the case round (${path}). The supervisor settles who owns it.`,
  }),
  'already-declined': (path) => ({
    sv: `Förslaget ${path} har redan avböjts.`,
    en: `The proposal ${path} has already been declined.`,
  }),
}

function refused(code: keyof typeof REFUSALS, row: number | null, path: readonly string[]): OwnerProposal {
  return { kind: 'refused', code, row, column: 'enhet', path, reason: REFUSALS[code](path.join(' → ')) }
}
