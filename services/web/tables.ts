// The municipality's tables on pages: which there are, what each says today in words, and its versions.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment, type Actor } from '../../shared/casework/act.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { readRuleDraft } from '../../shared/casework/rule-drafts.ts'
import { listRules, readRuleVersion, type RuleVersion } from '../../shared/casework/rules.ts'
import { kinds, rulesInForce, type RuleKind } from '../../shared/casework/settings.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { readTableRows, type EditableTable, type TableRow } from '../../shared/domain/table-edit.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import { actorIn, pageOf, queryIn, textsOf, type PageDeps } from './page.ts'
import { rowInWords, TABLES, type Names } from './table-words.ts'

const read = { permission: 'rules.read' as const }
/** Rows on a page: a page stays light enough for a phone. */
export const ROWS = 25

/** The table in the address, with its own word there. Refuses `not-found`. */
export function tableIn(request: FastifyRequest): { slug: string; kind: RuleKind } {
  const { table: slug = '' } = request.params as { table?: string }
  const kind = Object.hasOwn(TABLES, slug) ? kinds.find((one) => one === TABLES[slug]) : undefined
  if (!kind) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return { slug, kind }
}

/** The address of a table. */
export function addressOf(kind: RuleKind): string {
  return `/regler/${Object.keys(TABLES).find((slug) => TABLES[slug] === kind) ?? ''}`
}

/** Whether the reader may change the tables. */
export const mayChange = ({ principal }: FastifyRequest): boolean =>
  principal !== null && may(principal, 'rules.change')

/** What everything that a rule names is called. */
export async function namesIn(db: PageDeps['db'], rows: readonly TableRow[], today: string): Promise<Names> {
  const words = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.split(/\s*[+,]\s*/)))
  const names = await namesOf(db, [...new Set(words)])
  const { applies } = (await rulesInForce(db, 'tasks', today)).table.templates
  return new Map([...names, ...Object.entries(applies).map(([code, { title }]) => [code, title.sv] as const)])
}

/** A page of a table's rows in words. */
export async function rowsShown(
  request: FastifyRequest,
  { db }: PageDeps,
  table: EditableTable,
  rows: readonly TableRow[],
) {
  const { shown, paging } = pageOf(request, rows, { limit: ROWS })
  const named = ['routing', 'visit-teams', 'meetings'].includes(table.kind)
  const names = named ? await namesIn(db, shown, (await moment(db)).today) : new Map<string, string>()
  const reader = { t: textsOf(request), language: request.language }
  return {
    rows: shown.map((row) => rowInWords(table, row, names, reader)),
    paging,
  }
}

/** Rows whose key begins with what was chosen; every row when nothing was. */
function chosenRows(table: EditableTable, group: string): TableRow[] {
  return group === '' ? table.rows : table.rows.filter(({ key }) => key.split('/')[0] === group)
}

/** The groups that a long table falls into, to be shown one at a time. */
function groupsOf(table: EditableTable, slug: string, group: string) {
  if (!['tasks', 'codes', 'escalation'].includes(table.kind)) return []
  const groups = [...new Set(table.rows.map(({ key }) => key.split('/')[0] ?? ''))]
  return ['', ...groups].map((name) => ({
    text: name,
    href: `/regler/${slug}${name === '' ? '' : `?grupp=${encodeURIComponent(name)}`}`,
    current: name === group,
  }))
}

const current = (versions: readonly RuleVersion[]): RuleVersion | undefined =>
  versions.find(({ inForce }) => inForce)

async function showTables(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const all = await listRules(db, actorIn(request), null)
  const lines = Object.entries(TABLES).flatMap(([slug, kind]) => {
    const versions = all.filter((one) => one.kind === kind)
    const inForce = current(versions)
    if (!inForce) return []
    const waiting = versions.filter(({ state }) => state === 'draft' || state === 'reviewed')
    const about = { title: t(`table.${kind}`), text: t(`table.${kind}.text`), href: `/regler/${slug}` }
    return [{ ...about, version: inForce.version, from: inForce.validFrom, waiting }]
  })
  return renderPage(reply, 'administration/tables', {
    title: t('tables.title'),
    lines,
    visitors: mayChange(request),
  })
}

async function draftLine(db: PageDeps['db'], actor: Actor, kind: RuleKind) {
  const draft = await readRuleDraft(db, actor, kind)
  return draft && { by: draft.changedByName, at: draft.changedAt }
}

async function showTable(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const actor = actorIn(request)
  const { slug, kind } = tableIn(request)
  const versions = await listRules(deps.db, actor, kind)
  const inForce = current(versions)
  if (!inForce) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  const { csv } = await readRuleVersion(deps.db, actor, inForce.id)
  const table = readTableRows(kind, csv)
  const group = queryIn(request, 'grupp')
  const change = mayChange(request)
  return renderPage(reply, 'administration/table', {
    title: t(`table.${kind}`),
    back: { href: '/regler', text: t('tables.title') },
    about: t(`table.${kind}.text`),
    slug,
    kind,
    inForce,
    groups: groupsOf(table, slug, group),
    waiting: versions.filter(({ state }) => state === 'draft' || state === 'reviewed'),
    coming: versions.filter(
      (one) => one.state === 'published' && !one.inForce && (one.validFrom ?? '') > (inForce.validFrom ?? ''),
    ),
    change,
    draft: change ? await draftLine(deps.db, actor, kind) : null,
    ...(await rowsShown(request, deps, table, chosenRows(table, group))),
  })
}

async function showVersions(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const { slug, kind } = tableIn(request)
  const versions = await listRules(db, actorIn(request), kind)
  const people = await namesOf(
    db,
    versions.flatMap(({ createdBy, reviewedBy }) => [createdBy, reviewedBy]).filter((id) => id !== null),
  )
  const named = (id: string | null) => (id === null ? null : (people.get(id) ?? null))
  return renderPage(reply, 'administration/versions', {
    title: t('versions.title', { table: t(`table.${kind}`) }),
    back: { href: `/regler/${slug}`, text: t(`table.${kind}`) },
    versions: versions.map((one) => ({
      ...one,
      author: named(one.createdBy),
      reviewer: named(one.reviewedBy),
    })),
  })
}

/** `/regler`: the tables, each in words, and the history of each. */
export function tablePages(app: App, deps: PageDeps): void {
  app.get('/regler', { config: read }, (request, reply) => showTables(request, reply, deps))
  app.get('/regler/:table', { config: read }, (request, reply) => showTable(request, reply, deps))
  app.get('/regler/:table/versioner', { config: read }, (request, reply) =>
    showVersions(request, reply, deps),
  )
}
