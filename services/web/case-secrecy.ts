// The case page's section on secrecy and the person's rights: restriction, extract, requests, a date changed by two.
import type { FastifyReply } from 'fastify'
import { personExtract } from '../../shared/casework/person-extract.ts'
import { extractColumn } from '../../shared/text/extract-columns.ts'
import { factInWords, readableColumns } from '../../shared/text/extract-facts.ts'
import { isPageTextKey } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { hangForms } from './case-form.ts'
import type { CaseSection } from './case-sections.ts'
import { renderPage } from './frame.ts'
import { actorIn, idIn, textsOf, type PageDeps, type Say } from './page.ts'
import { secrecyForms } from './secrecy-forms.ts'

export const secrecySection: CaseSection = {
  id: 'secrecy',
  permission: 'person.rights',
  template: 'audit/section-secrecy.njk',
  load: async (_deps, _request, found) => ({
    caseId: found.id,
    open: found.state === 'open',
    restricted: found.restricted,
    served: found.notices.some(({ kind }) => kind === 'notice'),
  }),
}

/** What a table is called to the person it is about; its own name only when the catalogue has forgotten it. */
function tableWord(table: string, t: Say): string {
  const key = `extract.table.${table}`
  return isPageTextKey(key) ? t(key) : table
}

async function showExtract(reply: FastifyReply, { db, tools }: PageDeps): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const extract = await personExtract(db, tools, actorIn(request), idIn(request))
  return renderPage(reply, 'audit/extract', {
    title: t('extract.title', { number: extract.number }),
    back: { href: `/arenden/${idIn(request)}`, text: t('case.title', { number: extract.number }) },
    personalIdentityNumber: extract.personalIdentityNumber,
    tables: extract.tables.map(({ table, rows }) => ({
      table: tableWord(table, t),
      rows: rows.map((row) =>
        readableColumns(row, request.language).map(([name, value]) => ({
          name: extractColumn(name, request.language) ?? name,
          value: factInWords(value, request.language),
        })),
      ),
    })),
  })
}

/** The section's forms, and `/arenden/{id}/registerutdrag`. */
export function caseSecrecyPages(app: App, deps: PageDeps): void {
  const { db, tools } = deps
  const config = { permission: 'person.rights' as const }
  app.get('/arenden/:id/registerutdrag', { config }, (_request, reply) => showExtract(reply, { db, tools }))
  app.get('/arenden/:id/registerutdrag.json', { config }, async (request, reply) =>
    reply
      .header('content-disposition', 'attachment; filename="registerutdrag.json"')
      .type('application/json')
      .send(JSON.stringify(await personExtract(db, tools, actorIn(request), idIn(request)), null, 1)),
  )
  hangForms(app, deps, secrecyForms)
}
