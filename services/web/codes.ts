// The municipality's code lists as the pages show them: what may be chosen, and what a code is called.
import { moment } from '../../shared/casework/act.ts'
import { rulesInForce } from '../../shared/casework/settings.ts'
import type { Db } from '../../shared/db/open.ts'
import type { CodeList, Codes } from '../../shared/domain/codes.ts'
import type { Language } from '../../shared/text/say.ts'

/** The code lists in force today; whoever knows what day it is need not ask again. */
export async function codesInForce(db: Db, today?: string): Promise<Codes> {
  return (await rulesInForce(db, 'codes', today ?? (await moment(db)).today)).table.codes
}

/** The choices of one list. */
export function choicesOf(
  codes: Codes,
  list: CodeList,
  language: Language,
): { value: string; text: string }[] {
  return codes
    .filter((code) => code.list === list)
    .map(({ code, words }) => ({ value: code, text: words[language] }))
}

const ANSWER_LISTS: readonly CodeList[] = [
  'contact-result',
  'visit-result',
  'task-result',
  'not-done',
  'outcome',
]

/** What an answer is called, in whatever list it stands. */
export function nameOfCode(codes: Codes, code: string, language: Language): string {
  const found = ANSWER_LISTS.map((list) => codes.find((one) => one.list === list && one.code === code))
  return found.find((one) => one !== undefined)?.words[language] ?? code
}
