// The open draft of a table: its rows with what the checks say beside them, rows changed one at a time, a sheet put in, handed over.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Finding } from '../../shared/casework/rule-checks.ts'
import {
  dropRuleDraft,
  handOverRuleDraft,
  moveDraftRow,
  openRuleDraft,
  putDraftSheet,
  readRuleDraft,
  renewRuleDraft,
  type RuleDraft,
} from '../../shared/casework/rule-drafts.ts'
import { readRuleVersion } from '../../shared/casework/rules.ts'
import {
  compareTables,
  readTableRows,
  type EditableTable,
  type TableRow,
} from '../../shared/domain/table-edit.ts'
import { decodeText } from '../../shared/domain/text-encoding.ts'
import type { Language } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { readUpload } from '../upload.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  queryIn,
  refusedAs,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
} from './page.ts'
import type { RowInWords } from './table-words.ts'
import { rowsShown, tableIn } from './tables.ts'

const config = { permission: 'rules.change' as const }
const VIEWS = ['alla', 'andrade', 'anmarkningar'] as const

/** What the checks say of one row: by the rule's number where there is one, else by the line in the sheet. */
export function findingsOf(row: TableRow, kind: string, findings: readonly Finding[]): Finding[] {
  return findings.filter(
    (one) =>
      one.sheet === 'rules' &&
      (kind === 'routing' && one.row !== null
        ? String(one.row) === row.key
        : one.line > 1 && one.line === row.line),
  )
}

type Told = { severity: string; text: string; line: number | null }

/** Findings that belong to no single row: of the whole table, and of the examples. */
function otherFindings(table: EditableTable, draft: RuleDraft, language: 'sv' | 'en'): Told[] {
  const placed = new Set(table.rows.flatMap((row) => findingsOf(row, draft.kind, draft.findings)))
  return draft.findings
    .filter((one) => !placed.has(one))
    .map(({ severity, reason, sheet, code, line }) => ({
      severity,
      text: reason[language],
      line: sheet === 'examples' && code === 'example-fails' ? line : null,
    }))
}

function chosen(
  view: string,
  rows: readonly TableRow[],
  changed: ReadonlySet<string>,
  told: (row: TableRow) => number,
) {
  if (view === 'andrade') return rows.filter(({ key }) => changed.has(key))
  return view === 'anmarkningar' ? rows.filter((row) => told(row) > 0) : rows
}

type View = (typeof VIEWS)[number]

function tabsOf(request: FastifyRequest, slug: string, view: View, counts: Readonly<Record<View, number>>) {
  const t = textsOf(request)
  return VIEWS.map((one) => ({
    text: t(`table-draft.view.${one}`, { count: counts[one] }),
    href: `/regler/${slug}/utkast${one === 'alla' ? '' : `?visa=${one}`}`,
    current: one === view,
  }))
}

type Beside = {
  rows: readonly TableRow[]
  changed: ReadonlySet<string>
  told: (row: TableRow) => Finding[]
  language: Language
}

/** The rows in words with what the checks say beside each. */
function withFindings(shown: readonly RowInWords[], { rows, changed, told, language }: Beside) {
  return shown.map((one) => {
    const row = rows.find(({ key }) => key === one.key)
    const found = row ? told(row) : []
    const findings = found.map(({ severity, reason }) => ({ severity, text: reason[language] }))
    return { ...one, changed: changed.has(one.key), findings }
  })
}

/** Shows the draft; without one the reader is sent to the table, where one is begun. */
export async function showDraft(
  reply: FastifyReply,
  deps: PageDeps,
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { language } = request
  const { slug, kind } = tableIn(request)
  const draft = await readRuleDraft(deps.db, actorIn(request), kind)
  if (!draft) return reply.redirect(`/regler/${slug}`, 303)
  const table = readTableRows(kind, draft.csv)
  const base = await readRuleVersion(deps.db, actorIn(request), draft.basedOn)
  const differences = compareTables(readTableRows(kind, base.csv), table)
  const changed = new Set(differences.map(({ key }) => key))
  const told = (row: TableRow) => findingsOf(row, kind, draft.findings)
  const view = VIEWS.find((one) => one === queryIn(request, 'visa')) ?? 'alla'
  const rows = chosen(view, table.rows, changed, (row) => told(row).length)
  const shown = await rowsShown(request, deps, table, rows)
  const counts = {
    alla: table.rows.length,
    andrade: changed.size,
    anmarkningar: table.rows.filter((row) => told(row).length).length,
  }
  return renderPage(reply, 'administration/draft', {
    title: t('table-draft.title', { table: t(`table.${kind}`) }),
    back: { href: `/regler/${slug}`, text: t(`table.${kind}`) },
    slug,
    kind,
    draft: { by: draft.changedByName, at: draft.changedAt, stale: draft.stale, base: base.version },
    tabs: tabsOf(request, slug, view, counts),
    stops: draft.findings.filter(({ severity }) => severity === 'error').length,
    others: otherFindings(table, draft, language),
    rows: withFindings(shown.rows, { rows, changed, told, language }),
    paging: shown.paging,
    removed: differences.filter((one) => one.kind === 'removed').map(({ key }) => key),
    form: { values: valuesIn(request), errors },
    errors: summaryOf(errors),
  })
}

function open(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { slug, kind } = tableIn(request)
    await openRuleDraft(deps.db, actorIn(request), kind)
    return reply.redirect(`/regler/${slug}/utkast`, 303)
  }
}

/** A button of the list: the rule's number and the way it is moved. */
function move(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { slug } = tableIn(request)
    const { up, down } = valuesIn(request)
    await moveDraftRow(deps.db, actorIn(request), up ?? down ?? '', up === undefined ? 1 : -1)
    return reply.redirect(`/regler/${slug}/utkast`, 303)
  }
}

function putSheet(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { slug, kind } = tableIn(request)
    const file = await readUpload(request).catch((error: { code?: string }) => {
      if (error.code === 'FST_REQ_FILE_TOO_LARGE' || error.code === 'file.missing') return null
      throw error
    })
    if (!file || file.bytes.length === 0)
      return showDraft(reply.code(422), deps, { file: t('table-draft.file.none') })
    const read = decodeText(file.bytes)
    if ('unreadable' in read) return showDraft(reply.code(422), deps, { file: t('table-draft.file.none') })
    const { text } = read
    const what = file.fields['what'] === 'examples' && kind === 'routing' ? { examples: text } : { csv: text }
    try {
      await putDraftSheet(deps.db, actorIn(request), kind, what)
    } catch (error) {
      return showDraft(reply.code(422), deps, refusedAs(error, 'file', request.language))
    }
    tellNextPage(request, t('table-draft.file.done'))
    return reply.redirect(`/regler/${slug}/utkast`, 303)
  }
}

function handOver(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { kind } = tableIn(request)
    const note = (valuesIn(request)['note'] ?? '').trim().slice(0, 500)
    if (note === '') return showDraft(reply.code(422), deps, { note: t('table-draft.note.missing') })
    try {
      const made = await handOverRuleDraft(deps.db, actorIn(request), kind, note)
      tellNextPage(request, t('table-draft.handed-over'))
      return await reply.redirect(`/regler/version/${made.id}`, 303)
    } catch (error) {
      return showDraft(reply.code(422), deps, refusedAs(error, 'note', request.language))
    }
  }
}

function renew(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { slug, kind } = tableIn(request)
    const both = await renewRuleDraft(deps.db, actorIn(request), kind)
    const rows = both.join(', ')
    tellNextPage(
      request,
      rows === '' ? t('table-draft.renewed') : t('table-draft.renewed.both', { rows }),
      rows === '' ? 'success' : 'important',
    )
    return reply.redirect(`/regler/${slug}/utkast`, 303)
  }
}

/** `/regler/{table}/utkast`. */
export function tableDraftPages(app: App, deps: PageDeps): void {
  const at = '/regler/:table/utkast'
  app.get(at, { config }, (_request, reply) => showDraft(reply, deps))
  app.post(at, { config }, open(deps))
  app.post(`${at}/flytta`, { config }, move(deps))
  app.post(`${at}/blad`, { config: { ...config, accepts: 'multipart' } }, putSheet(deps))
  app.post(`${at}/lamna`, { config }, handOver(deps))
  app.post(`${at}/fornya`, { config }, renew(deps))
  app.post(`${at}/kasta`, { config }, async (request, reply) => {
    const { slug, kind } = tableIn(request)
    await dropRuleDraft(deps.db, actorIn(request), kind)
    tellNextPage(request, textsOf(request)('table-draft.dropped'))
    return reply.redirect(`/regler/${slug}`, 303)
  })
}
