// Whom a notice concerns: spelling that means nothing links, anything looser does not.
import { describe, expect, test } from '@jest/globals'
import { type Household, householdKeys, saysProtected } from '../../shared/domain/household.ts'

const anna: Household = {
  name: 'Anna Ek',
  personalIdentityNumber: null,
  address: 'Exempelgatan 12 B',
  postalCode: '70210',
  city: 'Örebro',
  apartmentNumber: '1203',
}

test.each([
  ['capitals and spaces', { name: 'ANNA  EK', address: 'exempelgatan 12b' }],
  ['surname first', { name: 'Ek, Anna' }],
  ['the flat in the address', { address: 'Exempelgatan 12 B, lgh 1203', apartmentNumber: null }],
  ['the flat spelled out', { apartmentNumber: 'Lgh nr 1203' }],
  ['another city with the same postal code', { city: 'OREBRO' }],
  ['composed and decomposed letters', { city: 'O\u0308rebro' }],
])('%s is the same household', (_, change) => {
  expect(householdKeys({ ...anna, ...change }).byAddress).toBe(householdKeys(anna).byAddress)
})

test.each([
  ['another name', { name: 'Anna Ekh' }],
  ['another flat', { apartmentNumber: '1204' }],
  ['no flat', { apartmentNumber: null }],
  ['another entrance', { address: 'Exempelgatan 12 C' }],
  ['another postal code', { postalCode: '70211' }],
])('%s is not linked, because a wrong link shows one family to another', (_, change) => {
  expect(householdKeys({ ...anna, ...change }).byAddress).not.toBe(householdKeys(anna).byAddress)
})

test.each(['Skyddad adress', 'skyddade personuppgifter', 'Okänd', 'Uppgift saknas', 'Sekretess', '-'])(
  'two namesakes at "%s" are not linked by it',
  (address) => {
    expect(householdKeys({ ...anna, address }).byAddress).toBeNull()
  },
)

test('a verified identity number links whatever the address', () => {
  const numbered = { ...anna, personalIdentityNumber: '199001012385' }
  expect(householdKeys(numbered).byIdentity).toBe('199001012385')
  const moved = { ...numbered, name: 'A. Ek', address: 'Annan väg 1' }
  expect(householdKeys(moved).byIdentity).toBe('199001012385')
})

describe('What a sender writes', () => {
  test.each([
    ['Skyddad adress', true],
    ['skyddade uppgifter', true],
    ['Sekretessmarkering', true],
    ['c/o Skatteverket, skyddad identitet', true],
    ['Skyddsvägen 3', false],
    ['Storgatan 1', false],
    ['', false],
  ])('as an address, %s, tells of protection: %s', (address, expected) => {
    expect(saysProtected(address, null, undefined)).toBe(expected)
  })
})
