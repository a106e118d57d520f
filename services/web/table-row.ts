// One row of a draft in a form: filled in, saved, taken out; a colleague's change of the same row is shown beside one's own.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  openRuleDraft,
  putDraftSheet,
  readRuleDraft,
  removeDraftRow,
  saveDraftRow,
  type RowSaved,
  type RuleDraft,
} from '../../shared/casework/rule-drafts.ts'
import { tryRuleText } from '../../shared/casework/rule-trials.ts'
import { parseRoutingCases, printOwner } from '../../shared/domain/routing-cases.ts'
import { INPUTS } from '../../shared/domain/routing-facts.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import {
  expectAnew,
  printed,
  readTableRows,
  rowOf,
  type EditableTable,
} from '../../shared/domain/table-edit.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { findingsOf } from './table-draft.ts'
import { columnHint, columnName } from './table-words.ts'
import { tableIn } from './tables.ts'

const config = { permission: 'rules.change' as const }

type Filled = { key: string | null; seen: string; values: Values; after: string }
type Conflict = Extract<RowSaved, { saved: false }>

/** The fields of a row in parts: of a rule, when it holds, what happens and why; of other rows, all in one. */
function partsOf(table: EditableTable, request: FastifyRequest) {
  const t = textsOf(request)
  const field = (column: string) => ({
    name: `c-${column}`,
    label: columnName(column, t, request.language),
    hint: columnHint(column, t),
    long: /^(skal|title|sv$|en$|grund$|basis$|outcomes$|condition$|name)/.test(column),
  })
  if (table.kind !== 'routing') return [{ legend: '', fields: table.columns.map(field) }]
  const asked = new Set(INPUTS.map(({ column }) => column))
  const why = new Set(['skal_sv', 'skal_en', 'grund'])
  const first: readonly string[] = table.columns.filter((column) => column === 'rad' || column === 'typ')
  const then = table.columns.filter(
    (column) => !asked.has(column) && !why.has(column) && !first.includes(column),
  )
  return [
    { legend: '', fields: first.map(field) },
    { legend: t('row.when'), fields: table.columns.filter((column) => asked.has(column)).map(field) },
    { legend: t('row.then'), fields: then.map(field) },
    { legend: t('row.why'), fields: table.columns.filter((column) => why.has(column)).map(field) },
  ]
}

const valuesOf = (table: EditableTable, cells: readonly string[]): Values =>
  Object.fromEntries(table.columns.map((column, at) => [`c-${column}`, cells[at] ?? '']))

/** The other's row beside one's own, cell by cell where they differ. */
function besides(table: EditableTable, mine: Values, conflict: Conflict, request: FastifyRequest) {
  const t = textsOf(request)
  const { theirs, by, at } = conflict
  const cells = table.columns.flatMap((column, place) => {
    const [own, other] = [mine[`c-${column}`] ?? '', theirs?.[place] ?? '']
    return own === other ? [] : [{ label: columnName(column, t, request.language), own, other }]
  })
  return { by, at, gone: theirs === null, cells: theirs === null ? [] : cells }
}

async function draftIn(request: FastifyRequest, { db }: PageDeps): Promise<RuleDraft> {
  const { kind } = tableIn(request)
  return (await readRuleDraft(db, actorIn(request), kind)) ?? openRuleDraft(db, actorIn(request), kind)
}

async function showRow(
  reply: FastifyReply,
  deps: PageDeps,
  filled: Filled,
  told: { errors?: FieldErrors; conflict?: Conflict } = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { slug, kind } = tableIn(request)
  const draft = await draftIn(request, deps)
  const table = readTableRows(kind, draft.csv)
  const row = filled.key === null ? null : rowOf(table, filled.key)
  const errors = told.errors ?? {}
  const findings = row && !told.conflict ? findingsOf(row, kind, draft.findings) : []
  return renderPage(reply, 'administration/row', {
    title: filled.key === null ? t('row.new') : t('row.title', { row: filled.key }),
    back: { href: `/regler/${slug}/utkast`, text: t('table-draft.back') },
    slug,
    filled,
    parts: partsOf(table, request),
    findings: findings.map(({ severity, reason }) => ({ severity, text: reason[request.language] })),
    conflict: told.conflict && besides(table, filled.values, told.conflict, request),
    form: { values: filled.values, errors },
    errors: summaryOf(errors),
  })
}

function show(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { kind } = tableIn(request)
    const table = readTableRows(kind, (await draftIn(request, deps)).csv)
    const key = queryIn(request, 'nyckel')
    const row = rowOf(table, key)
    if (key !== '' && !row) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
    const cells = row?.cells ?? []
    const after = queryIn(request, 'efter')
    return showRow(reply, deps, {
      key: row?.key ?? null,
      seen: printed(cells),
      values: valuesOf(table, cells),
      after,
    })
  }
}

function filledIn(request: FastifyRequest): Filled {
  const values = valuesIn(request)
  const key = values['key'] ?? ''
  return { key: key === '' ? null : key, seen: values['seen'] ?? '', values, after: values['after'] ?? '' }
}

/** What must be there before the row can be kept at all; all else the checks say, beside the row. */
function missingIn(table: EditableTable, filled: Filled, request: FastifyRequest): FieldErrors {
  const t = textsOf(request)
  const [first = ''] = table.columns
  const value = (filled.values[`c-${first}`] ?? '').trim()
  if (value === '')
    return { [`c-${first}`]: t('row.key.missing', { field: columnName(first, t, request.language) }) }
  const taken = table.kind === 'routing' && value !== filled.key && rowOf(table, value) !== null
  return taken ? { [`c-${first}`]: t('row.key.taken', { row: value }) } : {}
}

function save(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { slug, kind } = tableIn(request)
    const filled = filledIn(request)
    const table = readTableRows(kind, (await draftIn(request, deps)).csv)
    const errors = missingIn(table, filled, request)
    if (Object.keys(errors).length > 0) return showRow(reply.code(422), deps, filled, { errors })
    const cells = table.columns.map((column) =>
      (filled.values[`c-${column}`] ?? '')
        .trim()
        .replaceAll(/\s*[\r\n]+\s*/g, ' ')
        .slice(0, 2000),
    )
    const change = { key: filled.key, seen: filled.seen, cells, after: filled.after || null }
    const saved = await saveDraftRow(deps.db, actorIn(request), kind, change)
    if (!saved.saved) return showConflict(reply, deps, filled, saved)
    tellNextPage(request, t('row.saved'))
    return reply.redirect(`/regler/${slug}/utkast#rad-${encodeURIComponent(cells[0] ?? '')}`, 303)
  }
}

/** What was filled in stays in the form; sent once more, it is put over what has been seen now. */
function showConflict(
  reply: FastifyReply,
  deps: PageDeps,
  filled: Filled,
  conflict: Conflict,
): Promise<FastifyReply> {
  const seen = conflict.theirs === null ? '' : printed(conflict.theirs)
  const key = conflict.theirs === null ? null : filled.key
  return showRow(reply.code(409), deps, { ...filled, key, seen }, { conflict })
}

function remove(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { slug, kind } = tableIn(request)
    const { key = '', seen = '' } = valuesIn(request)
    const removed = await removeDraftRow(deps.db, actorIn(request), kind, { key, seen })
    if (!removed.saved) {
      const table = readTableRows(kind, (await draftIn(request, deps)).csv)
      const values = valuesOf(table, removed.theirs ?? [])
      return showConflict(reply, deps, { key, seen, values, after: '' }, removed)
    }
    tellNextPage(request, t('row.removed'))
    return reply.redirect(`/regler/${slug}/utkast`, 303)
  }
}

/** An example that is to expect what the draft now says of it. */
function acceptExample({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const actor = actorIn(request)
    const line = Number(valuesIn(request)['line'])
    const draft = await openRuleDraft(db, actor, 'routing')
    const example = parseRoutingCases(draft.examples ?? '').cases.find((one) => one.line === line)
    if (example && draft.examples !== null) {
      const { decision } = tryRuleText(draft.csv, example.facts)
      const now = {
        owners: decision.owners.map(printOwner).join(' + '),
        additions: decision.additions.map(printOwner).join(', '),
        row: String(decision.row ?? ''),
      }
      await putDraftSheet(db, actor, 'routing', { examples: expectAnew(draft.examples, line, now) })
      tellNextPage(request, textsOf(request)('table-draft.example.done'))
    }
    return reply.redirect('/regler/fordelning/utkast', 303)
  }
}

/** `/regler/{table}/utkast/rad`. */
export function tableRowPages(app: App, deps: PageDeps): void {
  const at = '/regler/:table/utkast/rad'
  app.get(at, { config }, show(deps))
  app.post(at, { config }, save(deps))
  app.post(`${at}/ta-bort`, { config }, remove(deps))
  app.post('/regler/:table/utkast/exempel', { config }, acceptExample(deps))
}
