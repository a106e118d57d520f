// A letter's texts in a form, its languages beside each other: what is wrong is said at its field, a colleague's change beside one's own.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { saveLetterTexts, type LetterChange, type LetterSaved } from '../../shared/casework/letter-drafts.ts'
import { bodyOfCell, textFaults, WORDED, type Worded } from '../../shared/domain/letter-sheet.ts'
import {
  LETTER_LANGUAGES,
  LETTER_VARIABLES,
  type LetterLanguage,
  type LetterText,
} from '../../shared/domain/letter-template.ts'
import { printed, readTableRows, rowOf } from '../../shared/domain/table-edit.ts'
import { letterVariableTexts } from '../../shared/text/letters.ts'
import type { App } from '../http.ts'
import { dateAndTime } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { calledIn, lawOf, LETTERS, lettersIn, textsIn } from './letter-templates.ts'
import {
  actorIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const config = { permission: 'rules.change' as const }
type Conflict = Extract<LetterSaved, { saved: false }>
type Told = { values?: Values; errors?: FieldErrors; conflict?: Conflict }

/** The fields as they stand in the draft, or in force while there is none; `seen-…` is what a change is held against. */
function standing(csv: string, letter: string): Values {
  const table = readTableRows('letters', csv)
  const pairs = LETTER_LANGUAGES.flatMap((language) => {
    const row = rowOf(table, `${letter}/${language}`)
    const cell = (column: string): string => bodyOfCell(row?.cells[table.columns.indexOf(column)] ?? '')
    return [
      ...WORDED.map((column) => [`${column}-${language}`, cell(column)] as const),
      [`seen-${language}`, row ? printed(row.cells) : ''] as const,
    ]
  })
  return Object.fromEntries(pairs)
}

/** What a colleague has written meanwhile, to be read beside one's own. */
function besides(request: FastifyRequest, { by, at, language }: Conflict, stands: Values) {
  const t = textsOf(request)
  const words = { name: by, language: t(`letters.language.${language}`), at: dateAndTime(at) }
  return {
    text: t('letter-template.conflict', words),
    theirs: WORDED.map((column) => ({
      label: t(`letter-template.${column}`),
      text: stands[`${column}-${language}`] ?? '',
    })),
  }
}

async function show(reply: FastifyReply, deps: PageDeps, told: Told = {}): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { letter = '' } = request.params as { letter?: string }
  const { csv, draft } = await lettersIn(request, deps)
  const now = draft?.csv ?? csv
  const texts = textsIn(request, csv)
  const stands = standing(now, letter)
  const errors = told.errors ?? {}
  const { conflict } = told
  // Seen now: sent once more, one's own text is put over the colleague's on purpose.
  const seen = conflict ? { [`seen-${conflict.language}`]: stands[`seen-${conflict.language}`] ?? '' } : {}
  return renderPage(reply, 'administration/letter-template-edit', {
    title: t('letter-template.title', { name: calledIn(request, texts) }),
    back: { href: `${LETTERS}/brev/${letter}`, text: calledIn(request, texts) },
    at: `${LETTERS}/brev/${letter}/utkast`,
    law: lawOf(request, texts[0]),
    tongues: LETTER_LANGUAGES.map((code) => ({
      code,
      lang: code === 'en' ? 'en' : 'sv',
      text: t(`letters.language.${code}`),
      optional: code !== 'sv',
    })),
    conflict: conflict && besides(request, conflict, stands),
    names: LETTER_VARIABLES.map((name) => ({
      name: `{${name}}`,
      means: letterVariableTexts[name][request.language],
    })),
    example: '{name}',
    form: { values: { ...stands, ...told.values, ...seen }, errors },
    errors: summaryOf(errors),
  })
}

/** A text of the form; null when all its fields are empty. */
function textOf(values: Values, language: LetterLanguage): Worded | null {
  const of = (column: string): string =>
    (values[`${column}-${language}`] ?? '').replaceAll('\r\n', '\n').trim()
  const text = { name: of('name'), subject: of('subject'), body: of('body') }
  return Object.values(text).every((part) => part === '') ? null : text
}

/** What is wrong, at each field: unknown names, loose braces, missing parts, and what the law asks the text to name. */
function faultsIn(request: FastifyRequest, values: Values, must: LetterText['must']): FieldErrors {
  const t = textsOf(request)
  const errors: FieldErrors = {}
  for (const language of LETTER_LANGUAGES) {
    const text = textOf(values, language)
    if (text === null && language === 'sv') errors['body-sv'] = t('letter-template.no-swedish')
    for (const fault of text ? textFaults(text, must) : []) {
      const field = `${fault.column}-${language}`
      errors[field] = [errors[field], fault[request.language]].filter(Boolean).join(' ')
    }
  }
  return errors
}

function save(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { letter = '' } = request.params as { letter?: string }
    const values = valuesIn(request)
    const texts = textsIn(request, (await lettersIn(request, deps)).csv)
    const errors = faultsIn(request, values, texts[0]?.must ?? [])
    if (Object.keys(errors).length > 0) return show(reply.code(422), deps, { values, errors })
    const changes = LETTER_LANGUAGES.map((language): LetterChange => {
      return { language, seen: values[`seen-${language}`] ?? '', text: textOf(values, language) }
    })
    const saved = await saveLetterTexts(deps.db, actorIn(request), letter, changes)
    if (!saved.saved) return show(reply.code(409), deps, { values, conflict: saved })
    tellNextPage(request, textsOf(request)('letter-template.saved'))
    return reply.redirect(`${LETTERS}/brev/${letter}?av=utkast`, 303)
  }
}

/** `/regler/brevmallar/brev/{letter}/utkast`. */
export function letterEditPages(app: App, deps: PageDeps): void {
  const at = `${LETTERS}/brev/:letter/utkast`
  app.get(at, { config }, (_request, reply) => show(reply, deps))
  app.post(at, { config }, save(deps))
}
