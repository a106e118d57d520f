// Finding a case by number, name or identity number, posted and never in an address; the search is logged.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { searchCases, type Found } from '../../shared/casework/search.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const WAYS = ['number', 'name', 'personalIdentityNumber'] as const

function showSearch(
  reply: FastifyReply,
  { values = {}, errors = {}, found }: { values?: Values; errors?: FieldErrors; found?: Found[] },
): FastifyReply {
  const t = textsOf(reply.request)
  return renderPage(reply, 'casework/search', {
    title: t('search.title'),
    ways: WAYS.map((value) => ({ value, text: t(`search.${value}`) })),
    found,
    form: { values: { by: 'number', ...values }, errors },
    errors: summaryOf(errors),
  })
}

function search({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const by = WAYS.find((known) => known === values['by']) ?? 'number'
    const text = (values['text'] ?? '').trim().slice(0, 200)
    if (text === '') return showSearch(reply.code(422), { values, errors: { text: t('search.error.text') } })
    try {
      const found = await searchCases(db, tools, actorIn(request), { by, text, purpose: null })
      return showSearch(reply, { values, found })
    } catch (error) {
      const errors = errorsOf(error, { '/personalIdentityNumber': 'text' }, request.language)
      if (!errors) throw error
      return showSearch(reply.code(422), { values, errors })
    }
  }
}

/** `/sok`. */
export function searchPages(app: App, deps: PageDeps): void {
  const config = { permission: 'case.search' as const }
  app.get('/sok', { config }, (_request, reply) => showSearch(reply, {}))
  app.post('/sok', { config }, search(deps))
}
