// New facts propose an owner; they never move a case, never send it round, and never leave it lying.
import { describe, expect, test } from '@jest/globals'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import { proposeOwner } from '../../shared/domain/routing-proposals.ts'
import type { OwnerEvent } from '../../shared/domain/routing-proposals.ts'
import { compileRoutingTable, decideRouting } from '../../shared/domain/routing.ts'
import type { Owner } from '../../shared/domain/routing.ts'
import { children, fallback, tableOf } from '../support/routing-sheet.ts'

const owner = (unit: string, person: string | null = null): Owner => ({
  committee: unit.split('-')[0] ?? '',
  unit,
  person,
})
const [gan, sn, von] = [owner('GAN-FS'), owner('SN-BARN'), owner('VON-BIST')]
const event = (kind: OwnerEvent['kind'], ...owners: Owner[]): OwnerEvent => ({ kind, owners, row: 20 })

const table = compileRoutingTable(tableOf(children, fallback))
const withChildren = decideRouting({ ...ORDINARY_FACTS, childrenInHousehold: 'yes' }, table)

describe('proposing an owner', () => {
  test('new facts that another row takes propose its owner, with the row and the reason', () => {
    expect(proposeOwner([gan], withChildren, [event('routed', gan)])).toMatchObject({
      kind: 'proposal',
      owners: [{ unit: 'SN-BARN' }],
      row: 20,
      reason: { sv: 'skäl 20' },
    })
  })

  test('the same unit is no change, whichever caseworker has the case there', () => {
    expect(proposeOwner([owner('SN-BARN', 'anna')], withChildren, [])).toEqual({ kind: 'none' })
  })

  test('a decision without an owner proposes nobody', () => {
    const nobody = decideRouting(ORDINARY_FACTS, compileRoutingTable(tableOf(children)))
    expect(proposeOwner([gan], nobody, [])).toEqual({ kind: 'none' })
  })

  test('a case that the proposed unit has had and passed on is not sent back: refused with row, column and reason', () => {
    const history = [event('routed', sn), event('moved', gan)]
    expect(proposeOwner([gan], withChildren, history)).toMatchObject({
      kind: 'refused',
      code: 'proposal-cycle',
      row: 20,
      column: 'enhet',
      path: ['SN/SN-BARN', 'GAN/GAN-FS', 'SN/SN-BARN'],
    })
  })

  test('a ring of three units is a cycle too', () => {
    const history = [event('routed', sn), event('moved', von), event('moved', gan)]
    expect(proposeOwner([gan], withChildren, history)).toMatchObject({
      code: 'proposal-cycle',
      path: { length: 4 },
    })
  })

  test('a proposal that a person has declined is not made again', () => {
    const history = [event('routed', gan), event('declined-proposal', sn)]
    expect(proposeOwner([gan], withChildren, history)).toMatchObject({
      kind: 'refused',
      code: 'already-declined',
    })
  })

  test('joint owners are the same owners in either order', () => {
    const joint = { ...withChildren, owners: [von, sn] }
    expect(proposeOwner([sn, von], joint, [])).toEqual({ kind: 'none' })
    expect(proposeOwner([sn], joint, [])).toMatchObject({ kind: 'proposal' })
  })
})
