// The municipality's letters on pages: which there are, how each reads in its languages with made-up data, on screen and as PDF.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { readRuleDraft } from '../../shared/casework/rule-drafts.ts'
import { listRules, readRuleVersion, type RuleVersion } from '../../shared/casework/rules.ts'
import { parseLetters } from '../../shared/domain/letter-sheet.ts'
import {
  fillLetter,
  LETTER_LANGUAGES,
  LETTER_VARIABLES,
  letterBlocks,
  type LetterLanguage,
  type LetterText,
  type LetterValues,
} from '../../shared/domain/letter-template.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { compareTables, readTableRows } from '../../shared/domain/table-edit.ts'
import { letterExamples } from '../../shared/text/letter-templates.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import { sendLetterPdf } from './letter-pdf.ts'
import { actorIn, queryIn, textsOf, type PageDeps } from './page.ts'
import { mayChange } from './tables.ts'

const read = { permission: 'rules.read' as const }
export const LETTERS = '/regler/brevmallar'

/** The letters in force and in the open draft, with the sheet of each. */
export type Letters = {
  inForce: RuleVersion
  csv: string
  draft: { csv: string; by: string; at: string } | null
}

/** Reads both; the draft only for those who may change it. */
export async function lettersIn(request: FastifyRequest, { db }: PageDeps): Promise<Letters> {
  const actor = actorIn(request)
  const inForce = (await listRules(db, actor, 'letters')).find((one) => one.inForce)
  if (!inForce) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  const { csv } = await readRuleVersion(db, actor, inForce.id)
  const draft = mayChange(request) ? await readRuleDraft(db, actor, 'letters') : null
  return {
    inForce,
    csv,
    draft: draft && { csv: draft.csv, by: draft.changedByName, at: draft.changedAt },
  }
}

/** The letter of the address, in every language it has. Refuses `not-found`. */
export function textsIn(request: FastifyRequest, csv: string): LetterText[] {
  const { letter = '' } = request.params as { letter?: string }
  const texts = parseLetters(csv).letters.filter(({ id }) => id === letter)
  if (texts.length === 0) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return LETTER_LANGUAGES.flatMap((language) => texts.find((one) => one.language === language) ?? [])
}

/** What a letter is called in the reader's language. */
export const calledIn = (request: FastifyRequest, texts: readonly LetterText[]): string =>
  (texts.find(({ language }) => language === request.language) ?? texts[0])?.name ?? ''

async function showAll(request: FastifyRequest, reply: FastifyReply, deps: PageDeps): Promise<FastifyReply> {
  const t = textsOf(request)
  const { inForce, csv, draft } = await lettersIn(request, deps)
  const changed = new Set(
    draft
      ? compareTables(readTableRows('letters', csv), readTableRows('letters', draft.csv)).map(
          ({ key }) => key.split('/')[0],
        )
      : [],
  )
  const letters = Map.groupBy(parseLetters(csv).letters, ({ id }) => id)
  const versions = await listRules(deps.db, actorIn(request), 'letters')
  return renderPage(reply, 'administration/letter-templates', {
    title: t('table.letters'),
    back: { href: '/regler', text: t('tables.title') },
    inForce,
    waiting: versions.filter(({ state }) => state === 'draft' || state === 'reviewed'),
    coming: versions.filter(
      (one) => one.state === 'published' && !one.inForce && (one.validFrom ?? '') > (inForce.validFrom ?? ''),
    ),
    draft,
    change: mayChange(request),
    letters: [...letters].map(([id, texts]) => ({
      href: `${LETTERS}/brev/${id}`,
      name: calledIn(request, texts),
      to: t(`letters.to.${texts[0]?.recipient ?? 'tenant'}`),
      languages: LETTER_LANGUAGES.filter((language) => texts.some((one) => one.language === language)).map(
        (language) => t(`letters.language.${language}`),
      ),
      law: texts[0]?.law ?? null,
      changed: changed.has(id),
    })),
  })
}

/** The made-up household's values in the letter's language. */
function exampleValues(language: LetterLanguage, municipality: string): LetterValues {
  const tongue = language === 'en' ? 'en' : 'sv'
  const pairs = LETTER_VARIABLES.map((name) => [name, letterExamples[name][tongue]] as const)
  return { ...Object.fromEntries(pairs), municipality }
}

function windowOf({ recipient }: LetterText, values: LetterValues): string[] {
  if (recipient === 'enforcement') return ['Kronofogden']
  return (recipient === 'landlord' ? values.landlord : values.address)?.split('\n') ?? []
}

const wishesDraft = (request: FastifyRequest): boolean => queryIn(request, 'av') === 'utkast'

async function showOne(request: FastifyRequest, reply: FastifyReply, deps: PageDeps): Promise<FastifyReply> {
  const t = textsOf(request)
  const { csv, draft } = await lettersIn(request, deps)
  const ofDraft = draft !== null && wishesDraft(request)
  const texts = textsIn(request, ofDraft ? draft.csv : csv)
  const [first] = texts
  const { letter = '' } = request.params as { letter?: string }
  const { name } = request.server.frame.settings.municipality
  const at = `${LETTERS}/brev/${letter}`
  return renderPage(reply, 'administration/letter-template', {
    title: calledIn(request, texts),
    back: { href: LETTERS, text: t('table.letters') },
    at,
    ofDraft,
    hasDraft: draft !== null,
    change: mayChange(request),
    law: lawOf(request, first),
    to: first ? t(`letters.to.${first.recipient}`) : '',
    sheets: LETTER_LANGUAGES.map((language) => {
      const text = texts.find((one) => one.language === language)
      const values = exampleValues(language, name)
      const filled = text && fillLetter(text, values)
      return {
        language: t(`letters.language.${language}`),
        lang: language === 'en' ? 'en' : 'sv',
        window: text ? windowOf(text, values) : null,
        subject: filled?.subject ?? null,
        blocks: letterBlocks(filled?.body ?? ''),
        pdf: `${at}/pdf?sprak=${language}${ofDraft ? '&av=utkast' : ''}`,
      }
    }),
  })
}

/** What the law has fixed of a letter, in a sentence; null when nothing. */
export function lawOf(request: FastifyRequest, text: LetterText | undefined): string | null {
  if (!text || text.law === null) return null
  const must = text.must.map((name) => `{${name}}`).join(', ')
  return textsOf(request)('letter-templates.law.fixed', { law: text.law, must })
}

async function sendPdf(request: FastifyRequest, reply: FastifyReply, deps: PageDeps): Promise<FastifyReply> {
  const { csv, draft } = await lettersIn(request, deps)
  const texts = textsIn(request, draft && wishesDraft(request) ? draft.csv : csv)
  const text = texts.find(({ language }) => language === queryIn(request, 'sprak'))
  if (!text) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  const values = exampleValues(text.language, request.server.frame.settings.municipality.name)
  const { now } = await moment(deps.db)
  return sendLetterPdf(reply, {
    id: null,
    language: text.language,
    address: windowOf(text, values).join('\n'),
    madeAt: now,
    ...fillLetter(text, values),
  })
}

/** `/regler/brevmallar`: the letters, and each of them as it reads. */
export function letterTemplatePages(app: App, deps: PageDeps): void {
  app.get(LETTERS, { config: read }, (request, reply) => showAll(request, reply, deps))
  app.get(`${LETTERS}/brev/:letter`, { config: read }, (request, reply) => showOne(request, reply, deps))
  app.get(`${LETTERS}/brev/:letter/pdf`, { config: read }, (request, reply) => sendPdf(request, reply, deps))
}
