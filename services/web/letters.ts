// Letters of a case: chosen, filled in and looked at, kept in the words they were made with, printed or fetched as PDF.
import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readCase } from '../../shared/casework/cases.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import {
  lettersFor,
  listLetters,
  makeLetter,
  prepareLetter,
  readLetter,
} from '../../shared/casework/letters.ts'
import {
  LETTER_LANGUAGES,
  letterBlocks,
  type LetterTemplate,
  type LetterVariable,
} from '../../shared/domain/letter-template.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { letterVariableTexts } from '../../shared/text/letters.ts'
import type { Language } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { formOf } from '../lost-forms.ts'
import { draftOf, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { sendLetterPdf } from './letter-pdf.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const READ = { config: { permission: 'case.read' as const } }
const WRITE = { config: { permission: 'letter.write' as const } }

async function backTo(request: FastifyRequest, { db, tools }: PageDeps) {
  const found = await readCase(db, tools, actorIn(request), { caseId: idIn(request), purpose: null })
  return { href: `/arenden/${found.id}`, text: textsOf(request)('case.title', { number: found.number }) }
}

/** The letter of the address, in the language asked for; its Swedish text when there is none in that. */
function templateIn(
  request: FastifyRequest,
  templates: readonly LetterTemplate[],
  wished: string,
): LetterTemplate {
  const { template = '' } = request.params as { template?: string }
  const all = templates.filter(({ id }) => id === template)
  const found =
    all.find(({ language }) => language === wished) ?? all.find(({ language }) => language === 'sv')
  if (!found) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return found
}

function showAll(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { language } = request
    const back = await backTo(request, deps)
    const caseId = idIn(request)
    const actor = actorIn(request)
    const templates = await lettersInForce(deps.db)
    const all = await lettersFor(deps.db, actor, caseId, templates)
    const choices = all
      .filter(({ template }) => template.language === 'sv')
      .map(({ template, ready }) => {
        const own = all.find((one) => one.template.id === template.id && one.template.language === language)
        const there = LETTER_LANGUAGES.filter((tongue) =>
          all.some((one) => one.template.id === template.id && one.template.language === tongue),
        )
        return {
          id: template.id,
          name: own?.template.name ?? template.name,
          to: t(`letters.to.${template.recipient}`),
          languages: there.map((tongue) => ({ code: tongue, text: t(`letters.language.${tongue}`) })),
          lacks: !ready && template.needs ? t(`letters.needs.${template.needs}`) : null,
        }
      })
    // What can be written now stands first.
    choices.sort((one, other) => Number(one.lacks !== null) - Number(other.lacks !== null))
    const made = (await listLetters(deps.db, deps.tools, actor, caseId)).map((one) => ({
      ...one,
      name: nameOf(request, templates, one.template),
    }))
    return renderPage(reply, 'casework/letters', { title: t('letters.title'), back, caseId, choices, made })
  }
}

/** What a letter is called in the reader's language; its own name when the template is gone. */
export function nameOf(request: FastifyRequest, templates: readonly LetterTemplate[], id: string): string {
  const all = templates.filter((one) => one.id === id)
  return (all.find(({ language }) => language === request.language) ?? all[0])?.name ?? id
}

type Sent = { values: Values; errors: FieldErrors }

async function showPreview(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const back = await backTo(request, deps)
  const caseId = idIn(request)
  const draft = await draftOf(request, deps, formOf(request), sent !== undefined)
  const { values, errors } = sent ?? { values: writtenIn(draft.values), errors: {} }
  const templates = await lettersInForce(deps.db)
  const asked = queryIn(request, 'sprak') || draft.values['sprak'] || ''
  const template = templateIn(request, templates, sent?.values['sprak'] ?? asked)
  const actor = actorIn(request)
  const wish = { caseId, template, templates, written: values }
  const letter = await prepareLetter(deps.db, actor, wish)
  const [state] = await lettersFor(deps.db, actor, caseId, [template])
  return renderPage(reply, 'casework/letter-new', {
    title: nameOf(request, templates, template.id),
    back: { href: `/arenden/${caseId}/brev`, text: t('letters.title') },
    caseTitle: back.text,
    caseId,
    template,
    lacks: !state?.ready && template.needs ? t(`letters.needs.${template.needs}`) : null,
    asked: letter.asked.map((name) => ({ name, label: letterVariableTexts[name][request.language] })),
    protected: letter.protected && template.recipient !== 'enforcement',
    window: letter.window?.split('\n') ?? null,
    subject: withLabels(letter.subject, request.language),
    blocks: letterBlocks(withLabels(letter.body, request.language)),
    lang: template.language === 'en' ? 'en' : 'sv',
    draft: draft.view,
    form: { values: { key: randomUUID(), ...values }, errors },
    errors: summaryOf(errors),
    // A text that has changed since the form was opened has not been read: it is shown before it is kept.
    changed: (values['version'] ?? `${template.version}`) !== `${template.version}`,
  })
}

/** What was written in a draft: its key was for one letter, and that it is safe to send is said of what stands there now. */
function writtenIn({ key: _key, checkedSafe: _safe, version: _version, ...written }: Values): Values {
  return written
}

/** What is not filled in yet shows by its name, in brackets. */
function withLabels(text: string, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in letterVariableTexts ? `[${letterVariableTexts[name as LetterVariable][language]}]` : whole,
  )
}

/** What the refusal says, beside the field, in the reader's language. */
function fieldErrors(error: unknown, request: FastifyRequest): FieldErrors | null {
  const t = textsOf(request)
  const names = Object.keys(letterVariableTexts) as LetterVariable[]
  const fields = Object.fromEntries([...names, 'checkedSafe'].map((name) => [`/${name}`, name]))
  const found = errorsOf(error, fields, request.language)
  if (!found) return null
  const said = Object.keys(found).map((name) => {
    const label = names.find((one) => one === name)
    const text = label
      ? t('letters.fill.error', { field: letterVariableTexts[label][request.language] })
      : t('letters.protected.error')
    return [name, text] as const
  })
  return Object.fromEntries(said)
}

function save(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    if (values['action'] === 'see') return showPreview(reply, deps, { values, errors: {} })
    const caseId = idIn(request)
    const templates = await lettersInForce(deps.db)
    const template = templateIn(request, templates, values['sprak'] ?? '')
    if ((values['version'] ?? '') !== `${template.version}`)
      return showPreview(reply.code(409), deps, { values, errors: {} })
    const wish = {
      caseId,
      template,
      templates,
      written: values,
      key: (values['key'] ?? '').slice(0, 60),
      checkedSafe: values['checkedSafe'] === 'yes',
    }
    try {
      const [actor, place] = [actorIn(request), placeOf(request, 'case')]
      const { id } = await finishForm(deps.db, actor, place, (db) => makeLetter(db, deps.tools, actor, wish))
      tellNextPage(request, textsOf(request)('letters.saved'))
      return await reply.redirect(`/arenden/${caseId}/brev/${id}`, 303)
    } catch (error) {
      const errors = fieldErrors(error, request)
      if (!errors) throw error
      return showPreview(reply.code(422), deps, { values, errors })
    }
  }
}

async function letterIn(request: FastifyRequest, deps: PageDeps) {
  const { letter = '' } = request.params as { letter?: string }
  if (!isId(letter)) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  const back = await backTo(request, deps)
  return {
    back,
    made: await readLetter(deps.db, deps.tools, actorIn(request), { caseId: idIn(request), id: letter }),
  }
}

function showOne(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const caseId = idIn(request)
    const { made } = await letterIn(request, deps)
    const name = nameOf(request, await lettersInForce(deps.db), made.template)
    return renderPage(reply, 'casework/letter-made', {
      title: t('letters.one'),
      back: { href: `/arenden/${caseId}/brev`, text: t('letters.title') },
      caseId,
      made,
      origin: t('letters.version', {
        template: name,
        version: made.version,
        language: t(`letters.language.${made.language}`),
      }),
      window: made.address?.split('\n') ?? null,
      blocks: letterBlocks(made.body),
      lang: made.language === 'en' ? 'en' : 'sv',
    })
  }
}

/** `/arenden/{id}/brev` and below it: choose, look, keep, print, fetch. */
export function letterPages(app: App, deps: PageDeps): void {
  app.get('/arenden/:id/brev', READ, showAll(deps))
  app.get('/arenden/:id/brev/nytt/:template', WRITE, (_request, reply) => showPreview(reply, deps))
  const drafted = { config: { ...WRITE.config, draft: { about: 'case' as const } } }
  app.post('/arenden/:id/brev/nytt/:template', drafted, save(deps))
  app.get('/arenden/:id/brev/:letter', READ, showOne(deps))
  app.get('/arenden/:id/brev/:letter/pdf', READ, async (request, reply) => {
    const { made } = await letterIn(request, deps)
    return sendLetterPdf(reply, made)
  })
}
