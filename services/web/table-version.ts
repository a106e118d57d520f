// One version of a table: what differs, what the checks say, its dry run, and a second person who publishes it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import {
  askRehearsal,
  listRehearsals,
  readRehearsal,
  type RehearsalState,
} from '../../shared/casework/rehearsals.ts'
import { takeBackRules } from '../../shared/casework/rule-drafts.ts'
import {
  publishRules,
  readRuleVersion,
  restoreRules,
  reviewRules,
  type RuleVersionInFull,
} from '../../shared/casework/rules.ts'
import { addDays, isIsoDate } from '../../shared/domain/calendar.ts'
import { bodyOfCell } from '../../shared/domain/letter-sheet.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { compareTables, readTableRows, rowOf } from '../../shared/domain/table-edit.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  refusedAs,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
} from './page.ts'
import { columnName, rowInWords } from './table-words.ts'
import { addressOf, mayChange } from './tables.ts'

const read = { permission: 'rules.read' as const }
const change = { permission: 'rules.change' as const }
/** Days back that a dry run covers when nobody says otherwise, as much as a season of notices. */
const REHEARSED_DAYS = 90

/** The version's number in the address. Refuses `not-found` when it cannot be one. */
function versionIn(request: FastifyRequest): number {
  const { id = '' } = request.params as { id?: string }
  if (/^\d{1,9}$/.test(id)) return Number(id)
  throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
}

/** What differs from another version, in words. */
function differencesOf(request: FastifyRequest, found: RuleVersionInFull, against: RuleVersionInFull) {
  const t = textsOf(request)
  const [was, is] = [readTableRows(found.kind, against.csv), readTableRows(found.kind, found.csv)]
  const called = (key: string): string => {
    const row = found.kind === 'letters' ? (rowOf(is, key) ?? rowOf(was, key)) : null
    if (!row) return key
    const { heading, tag } = rowInWords(is, row, new Map(), { t, language: request.language })
    return `${heading}, ${tag}`
  }
  return compareTables(was, is).map(({ kind, key, cells }) => ({
    kind,
    key: called(key),
    cells: cells.map(({ column, before, after }) => ({
      label: columnName(column, t, request.language),
      before: found.kind === 'letters' ? bodyOfCell(before) : before,
      after: found.kind === 'letters' ? bodyOfCell(after) : after,
    })),
  }))
}

const rehearsalLine = ({ id, state, fromDay, toDay, createdAt, result }: RehearsalState) => ({
  id,
  state,
  fromDay,
  toDay,
  createdAt,
  newOwner: result?.newOwner ?? null,
})

async function peopleOf({ db }: PageDeps, found: RuleVersionInFull) {
  const ids = [...found.authors, found.createdBy, found.reviewedBy, found.publishedBy]
  const names = await namesOf(
    db,
    ids.filter((id) => id !== null),
  )
  const named = (id: string | null) => (id === null ? null : (names.get(id) ?? null))
  const writers = found.authors.length > 0 ? found.authors : [found.createdBy]
  return {
    authors: writers.flatMap((id) => named(id) ?? []).join(', '),
    reviewer: named(found.reviewedBy),
    publisher: named(found.publishedBy),
  }
}

async function showVersion(
  reply: FastifyReply,
  deps: PageDeps,
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const found = await readRuleVersion(deps.db, actor, versionIn(request))
  const base = found.basedOn === null ? null : await readRuleVersion(deps.db, actor, found.basedOn)
  const { today } = await moment(deps.db)
  const open = found.state === 'draft' || found.state === 'reviewed'
  const runs = found.kind === 'routing' ? await listRehearsals(deps.db, actor, found.id) : []
  const given = valuesIn(request)
  return renderPage(reply, 'administration/version', {
    title: t('version.title', { table: t(`table.${found.kind}`), version: found.version }),
    back: { href: `${addressOf(found.kind)}/versioner`, text: t('versions.back') },
    found,
    people: await peopleOf(deps, found),
    base,
    differences: base ? differencesOf(request, found, base) : [],
    findings: found.findings.map(({ severity, reason }) => ({ severity, text: reason[request.language] })),
    rehearsals: runs.map(rehearsalLine),
    allow: {
      publish: open && mayChange(request),
      rehearse: found.kind === 'routing' && mayChange(request),
      restore: found.state === 'published' && !found.inForce && mayChange(request),
    },
    form: {
      values: { from: today, first: addDays(today, 1 - REHEARSED_DAYS), last: today, ...given },
      errors,
    },
    errors: summaryOf(errors),
  })
}

function publish(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const id = versionIn(request)
    const from = (valuesIn(request)['from'] ?? '').trim()
    if (!isIsoDate(from)) return showVersion(reply.code(422), deps, { from: t('version.from.wrong') })
    try {
      await reviewRules(deps.db, actorIn(request), id)
      await publishRules(deps.db, actorIn(request), id, from)
    } catch (error) {
      return showVersion(reply.code(422), deps, refusedAs(error, 'from', request.language))
    }
    tellNextPage(request, t('version.published', { from }))
    return reply.redirect(`/regler/version/${id}`, 303)
  }
}

function takeBack({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const found = await readRuleVersion(db, actorIn(request), versionIn(request))
    await takeBackRules(db, actorIn(request), found.id)
    tellNextPage(request, textsOf(request)('version.taken-back'))
    return reply.redirect(`${addressOf(found.kind)}/utkast`, 303)
  }
}

function restore({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const made = await restoreRules(db, actorIn(request), versionIn(request))
    tellNextPage(request, textsOf(request)('version.restored'))
    return reply.redirect(`/regler/version/${made.id}`, 303)
  }
}

function rehearse(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { first = '', last = '' } = valuesIn(request)
    const errors: FieldErrors = {
      ...(!isIsoDate(first) && { first: t('version.day.wrong') }),
      ...(!isIsoDate(last) && { last: t('version.day.wrong') }),
    }
    if (Object.keys(errors).length > 0) return showVersion(reply.code(422), deps, errors)
    try {
      const asked = await askRehearsal(deps.db, actorIn(request), versionIn(request), {
        from: first,
        to: last,
      })
      return await reply.redirect(`/regler/torrkorning/${asked.id}`, 303)
    } catch (error) {
      return showVersion(reply.code(422), deps, refusedAs(error, 'last', request.language))
    }
  }
}

async function showRehearsal(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const found = await readRehearsal(db, actorIn(request), idIn(request), { limit: 25, page: 1 })
  const codes = found.result?.units.flatMap(({ committee, unit }) => [committee, unit ?? '']) ?? []
  const names = await namesOf(db, codes)
  const units = found.result?.units.map((one) => ({
    ...one,
    name: one.unit === null ? names.get(one.committee) : names.get(one.unit),
    change: one.after - one.before,
  }))
  return renderPage(reply, 'administration/rehearsal', {
    title: t('rehearsal.title'),
    back: { href: `/regler/version/${found.ruleVersionId}`, text: t('rehearsal.back') },
    found,
    units: units?.filter(
      ({ before, after, addedBefore, addedAfter }) => before !== after || addedBefore !== addedAfter,
    ),
    same: units?.filter(
      ({ before, after, addedBefore, addedAfter }) => before === after && addedBefore === addedAfter,
    ).length,
    // It has a link to look again; a page that changes by itself is lost to whoever reads slowly (WCAG 2.2.1).
    running: found.state !== 'done',
  })
}

/** A version's sheet, with the mark that tells a spreadsheet that it is UTF-8. */
function sheet({ db }: PageDeps, column: 'csv' | 'examples') {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const found = await readRuleVersion(db, actorIn(request), versionIn(request))
    const file = `${found.kind}-${found.version}${column === 'csv' ? '' : '-exempel'}.csv`
    void reply.header('content-disposition', `attachment; filename="${file}"`)
    return reply.type('text/csv; charset=utf-8').send(`\uFEFF${(found[column] ?? '').replace(/^\uFEFF/, '')}`)
  }
}

/** `/regler/version/{id}` and `/regler/torrkorning/{id}`. */
export function tableVersionPages(app: App, deps: PageDeps): void {
  const at = '/regler/version/:id'
  app.get(at, { config: read }, (_request, reply) => showVersion(reply, deps))
  app.get(`${at}/tabell.csv`, { config: read }, sheet(deps, 'csv'))
  app.get(`${at}/exempel.csv`, { config: read }, sheet(deps, 'examples'))
  app.post(`${at}/publicera`, { config: change }, publish(deps))
  app.post(`${at}/ta-tillbaka`, { config: change }, takeBack(deps))
  app.post(`${at}/aterstall`, { config: change }, restore(deps))
  app.post(`${at}/torrkorning`, { config: change }, rehearse(deps))
  app.get('/regler/torrkorning/:id', { config: read }, (request, reply) =>
    showRehearsal(request, reply, deps),
  )
}
