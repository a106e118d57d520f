// The case page's section on secrecy and the person's rights: restriction, extract, requests, a date changed by two.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { askApproval } from '../../shared/casework/approvals.ts'
import { restrictCase } from '../../shared/casework/break-glass.ts'
import { askRight, personExtract, RIGHTS } from '../../shared/casework/person-extract.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { extractColumn } from '../../shared/text/extract-columns.ts'
import { isPageTextKey } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import type { CaseSection } from './case-sections.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, idIn, isId, textsOf, valuesIn, type PageDeps, type Say } from './page.ts'

export const secrecySection: CaseSection = {
  id: 'secrecy',
  permission: 'person.rights',
  template: 'audit/section-secrecy.njk',
  load: async (_deps, _request, found, { t }) => ({
    caseId: found.id,
    open: found.state === 'open',
    restricted: found.restricted,
    rights: RIGHTS.map((value) => ({ value, text: t(`secrecy.right.${value}`) })),
    notices: found.notices
      .filter(({ kind }) => kind === 'notice')
      .map(({ id, number, receivedAt }) => ({ value: id, text: `${number} ${receivedAt.slice(0, 10)}` })),
  }),
}

/** Does a deed from the section and comes back to it; what was lacking is told on the case page. */
function deed(
  done: 'secrecy.done' | 'secrecy.right.done' | 'secrecy.asked',
  act: (request: FastifyRequest) => Promise<unknown>,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    try {
      await act(request)
      tellNextPage(request, t(done))
    } catch (error) {
      if (!(error instanceof Refusal) || error.problems.length === 0) throw error
      tellNextPage(request, t('secrecy.error'))
    }
    return reply.redirect(`/arenden/${idIn(request)}#secrecy`, 303)
  }
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
        Object.entries(row).map(([name, value]) => ({
          name: extractColumn(name, request.language) ?? name,
          value: typeof value === 'string' ? value : JSON.stringify(value),
        })),
      ),
    })),
  })
}

/** The section's deeds, and `/arenden/{id}/registerutdrag`. */
export function caseSecrecyPages(app: App, { db, tools }: PageDeps): void {
  const config = { permission: 'person.rights' as const }
  app.get('/arenden/:id/registerutdrag', { config }, (_request, reply) => showExtract(reply, { db, tools }))
  app.get('/arenden/:id/registerutdrag.json', { config }, async (request, reply) =>
    reply
      .header('content-disposition', 'attachment; filename="registerutdrag.json"')
      .type('application/json')
      .send(JSON.stringify(await personExtract(db, tools, actorIn(request), idIn(request)), null, 1)),
  )
  secrecyDeeds(app, { db, tools })
}

function secrecyDeeds(app: App, { db }: PageDeps): void {
  const config = { permission: 'person.rights' as const }
  const restrict = { config: { permission: 'case.restrict' as const } }
  const twoPersons = { config: { permission: 'approval.use' as const } }
  app.post(
    '/arenden/:id/begransning',
    restrict,
    deed('secrecy.done', (request) => {
      const { restricted, reason = '' } = valuesIn(request)
      return restrictCase(db, actorIn(request), {
        caseId: idIn(request),
        restricted: restricted === 'yes',
        reason,
      })
    }),
  )
  app.post(
    '/arenden/:id/begaran',
    { config },
    deed('secrecy.right.done', (request) => {
      const { right: given, what = '' } = valuesIn(request)
      const right = RIGHTS.find((known) => known === given) ?? 'correction'
      return askRight(db, actorIn(request), { caseId: idIn(request), right, what })
    }),
  )
  app.post(
    '/arenden/:id/delgivningsdag',
    twoPersons,
    deed('secrecy.asked', (request) => {
      const { notice = '', servedDate = '', reason = '' } = valuesIn(request)
      const noticeId = isId(notice) ? notice : idIn(request)
      const what = { caseId: idIn(request), noticeId, servedDate: servedDate.trim() }
      return askApproval(db, actorIn(request), { kind: 'legal-date', ...what }, reason)
    }),
  )
}
