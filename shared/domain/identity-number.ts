// Personal and organisation numbers: one canonical form or null, and the birth day.
import Personnummer from 'personnummer'

/**
 * A personal identity or coordination number as 12 digits, or null when it is not one: wrong check digit, a day that
 * does not exist, a birth after `today` (ISO day), letters, an organisation number. Ten digits get their century from
 * `today`, not from the machine's clock; `+` means that the person has turned 100 (folkbokföringslag 1991:481 18 §).
 */
export function readIdentityNumber(text: string, today: string): string | null {
  const written = text
    .normalize('NFKC')
    .replace(/\s/gu, '')
    .replace(/[\u2010-\u2015\u2212]/gu, '-')
  const parts = /^(\d{2})?(\d{2})(\d{2})(\d{2})([+-]?)(\d{4})$/.exec(written)
  if (!parts) return null
  const [, century, year = '', month = '', day = '', separator, last = ''] = parts
  const full = century ? century + year : centuryOf(`${year}${month}${day}`, separator === '+', today) + year
  const digits = `${full}${month}${day}${last}`
  if (!Personnummer.valid(digits)) return null
  return birthDay(digits) <= today ? digits : null
}

/** The century in which a two-digit birth date makes somebody at most 99 years old today, or one earlier with `+`. */
function centuryOf(sixDigits: string, turnedHundred: boolean, today: string): string {
  const day = Number(sixDigits.slice(4))
  const birth = `${sixDigits.slice(0, 4)}${String(day > 60 ? day - 60 : day).padStart(2, '0')}`
  const thisCentury = Number(today.slice(0, 2))
  const reached = birth <= today.slice(2).replaceAll('-', '')
  return String(thisCentury - (reached ? 0 : 1) - (turnedHundred ? 1 : 0))
}

/** The day of birth (ISO) of a canonical 12-digit number; a coordination number carries its day plus 60. */
export function birthDay(identityNumber: string): string {
  const day = Number(identityNumber.slice(6, 8))
  const real = String(day > 60 ? day - 60 : day).padStart(2, '0')
  return `${identityNumber.slice(0, 4)}-${identityNumber.slice(4, 6)}-${real}`
}

/**
 * An organisation number as ten digits, or null: from `556000-4615`, with the century prefix 16, or as a VAT number.
 * A sole trader's personal number passes too, because a private landlord has no other.
 */
export function readOrganisationNumber(text: string): string | null {
  const written = text
    .normalize('NFKC')
    .replace(/[\s\u2010-\u2015\u2212-]/gu, '')
    .toUpperCase()
  const match = /^(?:SE(\d{10})01|(?:16|18|19|20)?(\d{10}))$/.exec(written)
  const digits = match?.[1] ?? match?.[2]
  return digits !== undefined && checksOut(digits) ? digits : null
}

/** The check digit of Swedish numbers (Luhn, modulus 10), the last digit included. */
export function checksOut(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const doubled = Number(digits.at(-1 - place)) * (place % 2 === 0 ? 1 : 2)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
