// Makes letters in a case: prepared from a template, looked at by a person, and kept in the words they were made with.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import {
  fillLetter,
  lackingIn,
  type LetterLanguage,
  type LetterRecipient,
  type LetterTemplate,
  type LetterValues,
  type LetterVariable,
} from '../domain/letter-template.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { stateAccess } from './audit.ts'
import { CONFIRMATION } from './confirmation.ts'
import { readLetterFacts, type LetterFacts } from './letter-facts.ts'
import { lockCase, noSuch } from './open-case.ts'
import { openWords, sealWords } from './sealed-addresses.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** A letter before it is made. `asked`: what the case does not know, to be written by the person who makes it. */
export type PreparedLetter = {
  asked: LetterVariable[]
  /** Nothing may go out by itself to somebody whose whereabouts are secret: a person must have checked the way. */
  protected: boolean
  window: string | null
  subject: string
  body: string
}

/** A letter that was made. */
export type MadeLetter = {
  id: string
  template: string
  version: number
  language: LetterLanguage
  recipient: LetterRecipient
  address: string | null
  subject: string
  body: string
  madeAt: string
  madeBy: string
}

/** Which of the templates this case is ready for, and which lack what the law asks first. */
export async function lettersFor<T extends LetterTemplate>(
  db: Db,
  actor: Actor,
  caseId: string,
  templates: readonly T[],
): Promise<{ template: T; ready: boolean }[]> {
  return inContext(db, actor, async (trx) => {
    const facts = await demandFacts(trx, caseId)
    return templates.map((template) => ({
      template,
      ready: template.needs === null || facts.stands.has(template.needs),
    }))
  })
}

/** The letter as it would read with `written`; nothing is kept. */
export async function prepareLetter(
  db: Db,
  actor: Actor,
  wish: {
    caseId: string
    template: LetterTemplate
    templates: readonly LetterTemplate[]
    written: LetterValues
  },
): Promise<PreparedLetter> {
  return inContext(db, actor, async (trx) => prepared(await demandFacts(trx, wish.caseId), actor, wish))
}

async function demandFacts(trx: Trx, caseId: string): Promise<LetterFacts> {
  const facts = await readLetterFacts(trx, caseId)
  if (!facts) throw noSuch()
  return facts
}

type Wish = { template: LetterTemplate; templates: readonly LetterTemplate[]; written: LetterValues }

function prepared(facts: LetterFacts, actor: Actor, { template, templates, written }: Wish): PreparedLetter {
  // The law asks who is responsible; any other letter is answered for by whoever writes it, when nobody has the case.
  const signs = facts.owned || template.needs === 'eviction' ? {} : { caseworker: actor.name }
  const quoted = confirmationIn(facts, template, templates)
  const known = { ...facts.valuesIn(template.language), ...signs, ...quoted }
  const asked = lackingIn(template, known)
  const answers = Object.fromEntries(
    asked.map((name) => [name, written[name]?.trim()]).filter(([, text]) => text),
  )
  const filled = fillLetter(template, { ...known, ...answers })
  return { asked, protected: facts.protected, window: facts.windowFor(template.recipient), ...filled }
}

/** What we wrote to Kronofogden, for the letters that quote it. */
function confirmationIn(
  facts: LetterFacts,
  { language, variables }: LetterTemplate,
  templates: readonly LetterTemplate[],
): LetterValues {
  if (!variables.includes('confirmation')) return {}
  const quoted = templates.find(
    (one) => one.id === CONFIRMATION && one.language === (language === 'en' ? 'en' : 'sv'),
  )
  return quoted ? { confirmation: fillLetter(quoted, facts.valuesIn(language)).body } : {}
}

/**
 * Makes the letter and keeps it in the case. `key` is drawn when the page is shown: pressed twice, one letter. Refuses
 * while something is not filled in, while the case lacks what the letter needs, and, for a protected person, until
 * somebody says that the way is safe (`checkedSafe`).
 */
export async function makeLetter(
  db: Db,
  tools: Tools,
  actor: Actor,
  wish: Wish & { caseId: string; key: string; checkedSafe: boolean },
): Promise<{ id: string }> {
  return inContext(db, actor, async (trx, at) => {
    const onceKey = `${wish.caseId}:${wish.key}`
    await lockTexts(trx, [onceKey])
    const { rows } = await sql<{ id: string }>`select id from letter where once_key = ${onceKey}`.execute(trx)
    if (rows[0]) return rows[0]
    await lockCase(trx, wish.caseId, null)
    const facts = await demandFacts(trx, wish.caseId)
    const letter = prepared(facts, actor, wish)
    demandMakeable(facts, letter, wish)
    const id = randomUUID()
    const { id: template, version, language, recipient } = wish.template
    const plain = { id, address: letter.window, body: letter.body }
    const words = facts.protected ? sealWords(tools.keys, plain) : { ...plain, sealedText: null }
    await sql`insert into letter (id, case_id, template, version, language, recipient, address, subject, body, sealed_text, made_at, made_by, once_key)
      values (${id}, ${wish.caseId}, ${template}, ${version}, ${language}, ${recipient}, ${words.address}, ${letter.subject},
        ${words.body}, ${words.sealedText}, ${at.now}, ${actor.personId}, ${onceKey})`.execute(trx)
    const detail = { letter: template, version, language }
    await writeTimeline(trx, at, [
      { caseId: wish.caseId, kind: 'letter.made', actor: actor.personId ?? 'system', detail },
    ])
    return { id }
  })
}

function demandMakeable(
  { stands }: LetterFacts,
  { asked, protected: hidden }: PreparedLetter,
  { template, written, checkedSafe }: Wish & { checkedSafe: boolean },
): void {
  if (template.needs !== null && !stands.has(template.needs))
    throw new Refusal(
      'unprocessable',
      `letter.needs-${template.needs}`,
      template.needs === 'undertaking'
        ? 'Åtagandet är inte beslutat ännu. Låt den som har delegation besluta först.'
        : 'Det finns ingen tid för avhysning att bekräfta i ärendet.',
    )
  const empty = asked.filter((name) => (written[name] ?? '').trim() === '')
  if (empty.length > 0)
    throw new Refusal(
      'invalid',
      'letter.incomplete',
      'Fyll i det som saknas i brevet.',
      empty.map((name) => ({ pointer: `/${name}`, code: 'missing', detail: 'Fyll i uppgiften.' })),
    )
  if (hidden && template.recipient !== 'enforcement' && !checkedSafe)
    throw new Refusal('invalid', 'letter.protected', 'Kontrollera först hur brevet kan skickas säkert.', [
      {
        pointer: '/checkedSafe',
        code: 'letter.protected',
        detail: 'Kontrollera först hur brevet kan skickas säkert.',
      },
    ])
}

const shown = sql`l.id, l.template, l.version, l.language, l.recipient, l.address, l.subject, l.body, l.sealed_text, l.made_at, p.name as made_by`

type Stored = MadeLetter & { sealedText: Buffer | null }

/** The letters of a case, the latest first. */
export async function listLetters(db: Db, tools: Tools, actor: Actor, caseId: string): Promise<MadeLetter[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Stored>`select ${shown} from letter l join person p on p.id = l.made_by
      where l.case_id = ${caseId} order by l.made_at desc, l.id`.execute(trx)
    return rows.map((row) => openWords(tools.keys, row))
  })
}

/** One letter of a case. Refuses `not-found`, for others' as for none. */
export async function readLetter(
  db: Db,
  tools: Tools,
  actor: Actor,
  { caseId, id }: { caseId: string; id: string },
): Promise<MadeLetter> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Stored>`select ${shown} from letter l join person p on p.id = l.made_by
      where l.case_id = ${caseId} and l.id = ${id}`.execute(trx)
    if (!rows[0]) throw noSuch()
    // The sheet is made to be printed, and a printer tells nobody: whoever has it before them counts as having it on paper.
    stateAccess(trx, { action: 'print', found: 1, caseIds: [caseId] })
    return openWords(tools.keys, rows[0])
  })
}
