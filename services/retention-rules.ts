// The rules of retention in force here: the law's sheet, with what the municipality's own sheet changes.
import { municipalityFiles, readDataFile } from '../config/files.ts'
import { readRetentionRules, type RetentionRules } from '../shared/domain/retention.ts'

/** Throws with every row that cannot be used: nothing is erased by a sheet that nobody can read. */
export function retentionRulesOf(municipality: string): RetentionRules {
  const own = municipalityFiles(municipality).get('retention.csv') ?? null
  const { rules, problems } = readRetentionRules(readDataFile('law/retention.csv'), own)
  if (!rules) throw new Error(`retention.csv cannot be used: ${problems.join('; ')}`)
  return rules
}
