// The municipality's letters, read once when the service starts; a letter that is wrong stops the start, not a caseworker.
import { letterFiles } from '../config/files.ts'
import { readLetterTemplates, type LetterTemplate } from '../shared/domain/letter-template.ts'

const read = new Map<string, readonly LetterTemplate[]>()

/** The letters of the municipality with this code. Throws and names each fault when one cannot be used. */
export function letterTemplates(code: string): readonly LetterTemplate[] {
  const known = read.get(code)
  if (known) return known
  const { templates, problems } = readLetterTemplates(letterFiles(code))
  if (problems.length > 0) throw new Error(`The letters cannot be used: ${problems.join('; ')}`)
  read.set(code, templates)
  return templates
}
