// The flags of a line in the audit log: what a reviewer should look at first.
import { describe, expect, test } from '@jest/globals'
import { flagsOf, type AuditFacts } from '../../shared/domain/audit-flags.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const line = (change: Partial<AuditFacts> = {}): AuditFacts => ({
  at: '2026-11-24T09:00:00Z',
  action: 'read',
  role: 'caseworker',
  relation: 'own',
  sameSurname: false,
  ownAddress: false,
  readsThatDay: 3,
  ...change,
})

describe('A line', () => {
  test.each<[string, Partial<AuditFacts>, string[]]>([
    ['ordinary work', {}, []],
    ['the own home', { ownAddress: true }, ['own-address']],
    ['a relative, perhaps', { sameSurname: true }, ['same-surname']],
    ['a case one does not work in', { relation: 'committee' }, ['no-relation']],
    ['a list of such cases', { relation: 'committee', action: 'list' }, []],
    ['a change in such a case', { relation: 'none', action: 'change' }, ['no-relation']],
    ['broken glass', { action: 'break-glass' }, ['break-glass']],
    ['a refusal', { action: 'deny', relation: 'none' }, ['denied']],
    ['seven in the evening (Stockholm)', { at: '2026-11-24T18:00:00Z' }, ['off-hours']],
    ['before eight in summer time', { at: '2026-06-24T05:59:00Z' }, ['off-hours']],
    ['eight sharp', { at: '2026-11-24T07:00:00Z' }, []],
    ['a Sunday', { at: '2026-11-22T09:00:00Z' }, ['off-hours']],
    ['Christmas Day', { at: '2026-12-25T09:00:00Z' }, ['off-hours']],
    ['a system by night', { at: '2026-11-22T02:00:00Z', role: 'system' }, []],
    ['a hundred readings', { readsThatDay: 100 }, ['many-reads']],
    [
      'all at once, the gravest first',
      { ownAddress: true, sameSurname: true, relation: 'none', at: '2026-11-22T02:00:00Z' },
      ['own-address', 'same-surname', 'no-relation', 'off-hours'],
    ],
  ])('of %s', (_what, change, flags) => expect(flagsOf(line(change), office)).toEqual(flags))
})
