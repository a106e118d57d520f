// Personal and organisation numbers as they come (reliability J13), with numbers that Skatteverket set aside for tests.
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ageAt } from '../../shared/domain/age.ts'
import {
  birthDay,
  checksOut,
  readIdentityNumber,
  readOrganisationNumber,
} from '../../shared/domain/identity-number.ts'

const today = '2026-11-22'

test.each([
  ['19900101-2385', '199001012385'],
  ['199001012385', '199001012385'],
  ['900101-2385', '199001012385'],
  ['9001012385', '199001012385'],
  ['1990 01 01 2385', '199001012385'],
  ['19900101\u20132385', '199001012385'],
  ['１９９００１０１２３８５', '199001012385'],
  ['170101-2393', '201701012393'],
  ['900101+9802', '189001019802'],
  ['000101+9801', '190001019801'],
  ['202202612393', null],
  ['202201612393', '202201612393'],
  ['220161-2393', '202201612393'],
])('%p is %p', (written, canonical) => {
  expect(readIdentityNumber(written, today)).toBe(canonical)
})

test.each([
  ['a wrong check digit', '19900101-2386'],
  ['30 February', '19900230-2385'],
  ['an organisation number', '556000-4615'],
  ['letters', '19900101-238A'],
  ['an interim number', '900101-T385'],
  ['Arabic digits', '١٩٩٠٠١٠١٢٣٨٥'],
  ['eleven digits', '19900101238'],
  ['a birth to come', '202701012391'],
  ['nothing', ''],
  ['only zeros', '000000000000'],
])('%s is no identity number', (_, written) => {
  expect(readIdentityNumber(written, today)).toBeNull()
})

test('the century of ten digits is settled by today, not by the clock of the machine', () => {
  expect(readIdentityNumber('170101-2393', '2016-12-31')).toBe('191701012393')
  expect(readIdentityNumber('170101-2393', '2017-01-01')).toBe('201701012393')
})

test('a coordination number carries its day plus 60', () => {
  expect(birthDay('202201612393')).toBe('2022-01-01')
  expect(birthDay('199001012385')).toBe('1990-01-01')
})

test.each([
  ['196111222388', '2026-11-22', 65],
  ['196111232387', '2026-11-22', 64],
  ['200002292399', '2026-02-28', 25],
  ['200002292399', '2026-03-01', 26],
  ['202201612393', '2026-11-22', 4],
])('%s is of age on %s: %i', (number, date, age) => {
  expect(ageAt(birthDay(number), date)).toBe(age)
})

test.each([
  ['556000-4615', '5560004615'],
  ['5560004615', '5560004615'],
  ['16556000-4615', '5560004615'],
  ['SE556000461501', '5560004615'],
  ['19900101-2385', '9001012385'],
  ['556000-4616', null],
  ['556000', null],
  ['finns ej', null],
])('the organisation number %p is %p', (written, canonical) => {
  expect(readOrganisationNumber(written)).toBe(canonical)
})

test('a changed digit is always noticed', () => {
  const digits = '9001012385'
  fc.assert(
    fc.property(fc.nat(9), fc.integer({ min: 1, max: 9 }), (place, shift) => {
      const changed = String((Number(digits[place]) + shift) % 10)
      expect(checksOut(digits.slice(0, place) + changed + digits.slice(place + 1))).toBe(false)
    }),
  )
})

test('any text is read without a fault', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = readIdentityNumber(text, today)
      expect(read === null || /^\d{12}$/.test(read)).toBe(true)
      readOrganisationNumber(text)
    }),
  )
})
