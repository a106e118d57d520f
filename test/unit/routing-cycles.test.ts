// No rules table may send a case round between committees that each find it to be another's.
import { describe, expect, test } from '@jest/globals'
import { checkRoutingTable } from '../../shared/domain/routing-checks.ts'
import { fallback, gate, tableOf } from '../support/routing-sheet.ts'
import type { Cells } from '../support/routing-sheet.ts'

const units = ['GAN-FS', 'SN-MOTT', 'SN-SKYDD', 'VON-BIST'].map((code) => ({
  code,
  committee: code.split('-')[0] ?? '',
  capacityPerMonth: null,
}))
const register = { committees: ['GAN', 'SN', 'VON'].map((code) => ({ code })), units }
const errors = (rows: Cells[]) =>
  checkRoutingTable(tableOf(gate, ...rows), register).filter((problem) => problem.severity === 'error')
const owner = (rad: string, cells: Cells): Cells => ({
  rad,
  typ: 'OWNER',
  namnd: 'SN',
  enhet: 'SN-MOTT',
  ...cells,
})

describe('a cycle of proposals', () => {
  const away = owner('10', { aktuell_hos: 'GAN', barn: 'ja' })
  const back = { rad: '11', typ: 'OWNER', namnd: 'GAN', enhet: 'GAN-FS', aktuell_hos: 'SN' }

  test('two rows that send the case to each other’s clients are refused, and both are named', () => {
    expect(errors([away, back, fallback])).toMatchObject([
      {
        code: 'proposal-cycle',
        column: 'namnd',
        reason: { sv: 'Raderna 10, 11 skickar ärendet runt: GAN → SN → GAN.' },
      },
    ])
  })

  test('three committees in a ring are found', () => {
    const ring = [
      owner('10', { aktuell_hos: 'GAN' }),
      { rad: '11', typ: 'OWNER', namnd: 'VON', enhet: 'VON-BIST', aktuell_hos: 'SN' },
      { rad: '12', typ: 'OWNER', namnd: 'GAN', enhet: 'GAN-FS', aktuell_hos: 'VON' },
    ]
    expect(errors([...ring, fallback]).map((problem) => problem.code)).toEqual(['proposal-cycle'])
  })

  test('is no cycle when the other facts keep the rows apart', () => {
    expect(errors([away, { ...back, barn: 'nej' }, owner('30', { aktuell_hos: 'SN' }), fallback])).toEqual([])
  })

  test('is no cycle when an earlier row keeps clients with their own caseworker', () => {
    const own = { rad: '6', typ: 'OWNER', aktuell_hos: 'en', person: 'egen handläggare' }
    expect(
      errors([own, { ...away, rad: '10' }, back, fallback]).map((problem) => problem.code),
    ).not.toContain('proposal-cycle')
  })
})
