// The law as it ships, for tests that compute dates.
import { readDataFile } from '../../config/files.ts'
import { readLaw } from '../../shared/domain/periods.ts'
import type { Law } from '../../shared/domain/periods.ts'

export const periodsCsv = readDataFile('law/periods.csv')
export const holidaysCsv = readDataFile('law/holidays.csv')

/** The shipped law; fails with what is wrong when a table cannot be used. */
export function shippedLaw(): Law {
  return lawOf(periodsCsv, holidaysCsv)
}

/** A law from changed tables. */
export function lawOf(periods: string, holidays: string): Law {
  const { law, problems } = readLaw(periods, holidays)
  if (!law) throw new Error(problems.join('\n'))
  return law
}
