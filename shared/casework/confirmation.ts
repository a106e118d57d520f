// The same-day confirmation to Kronofogden (SoF 2025:468 11:3), prepared for a person to read, send and answer for.
import type { Trx } from '../db/open.ts'
import { fillLetter, type LetterTemplate } from '../domain/letter-template.ts'
import type { Letter } from '../text/letters.ts'
import { readLetterFacts, type LetterFacts } from './letter-facts.ts'

/** Both letters in both languages; `responsible` is whom they name, null when only the unit could be named. */
export type Confirmation = {
  responsible: string | null
  enforcement: { sv: Letter; en: Letter }
  person: { sv: Letter; en: Letter }
}

/** The letters' names among the templates: the confirmation, and its copy to the person. */
export const CONFIRMATION = 'enforcement-confirmation'
const COPY = 'enforcement-copy'

/** The confirmation as it should read now; null while no eviction time stands in a case that the reader may see. */
export async function confirmationLetter(
  trx: Trx,
  caseId: string,
  templates: readonly LetterTemplate[],
): Promise<Confirmation | null> {
  const facts = await readLetterFacts(trx, caseId)
  if (!facts?.stands.has('eviction')) return null
  const [sv, en] = [bothIn(facts, templates, 'sv'), bothIn(facts, templates, 'en')]
  return {
    responsible: facts.responsible,
    enforcement: { sv: sv.enforcement, en: en.enforcement },
    person: { sv: sv.person, en: en.person },
  }
}

function bothIn(facts: LetterFacts, templates: readonly LetterTemplate[], language: 'sv' | 'en') {
  const values = facts.valuesIn(language)
  const filled = (id: string, also: { confirmation?: string } = {}): Letter => {
    const template = templates.find((one) => one.id === id && one.language === language)
    if (!template) throw new Error(`There is no letter ${id} in ${language}.`)
    return fillLetter(template, { ...values, ...also })
  }
  const enforcement = filled(CONFIRMATION)
  return { enforcement, person: filled(COPY, { confirmation: enforcement.body }) }
}
