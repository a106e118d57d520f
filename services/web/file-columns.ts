// Which column of a landlord's file is which of the template's: asked once, remembered, and used for the next file.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { mapFileDraft, readFileDraft } from '../../shared/casework/file-drafts.ts'
import {
  COLUMN_NAMES,
  NEEDED_COLUMNS,
  columnMeant,
  isColumn,
  isReason,
  plain,
  type Column,
} from '../../shared/domain/notice-file-columns.ts'
import type { NoticeFile } from '../../shared/domain/notice-file.ts'
import { problemInWords } from '../../shared/text/file-problems.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const BASE = '/hyresvard/fil'
const config = { permission: 'notice.send' as const }
const LONGEST_SAMPLE = 40
const NOT_READ = '-'

/** Problems of a file that saying which column is which can mend. */
const MENDED_BY_MAPPING: ReadonlySet<string> = new Set([
  'header_missing',
  'column_missing',
  'column_twice',
  'column_unknown',
])

/** Whether asking which column is which can help: not where the first row is itself a family's row. */
export function mayBeMapped({ problem, heading }: NoticeFile): boolean {
  const isData = heading.some((cell) => /\d{4}/.test(cell))
  return problem !== null && MENDED_BY_MAPPING.has(problem.code) && heading.length > 1 && !isData
}

type Asked = { heading: string; field: string; samples: string[]; meant: Column | null }

// A heading is the sender's own text: its hash makes a field's name that no text can bend.
const fieldOf = (heading: string): string =>
  `column-${createHash('sha256').update(plain(heading)).digest('hex').slice(0, 12)}`

/** The headings to ask about, each once, with what the first rows say and what it probably is. */
function askedIn(read: NoticeFile, known: Readonly<Record<string, Column | null>>): Asked[] {
  const seen = new Set<string>()
  const taken = new Set<Column>()
  return read.heading.flatMap((heading, place) => {
    const name = plain(heading)
    if (name === '' || seen.has(name) || isReason(heading)) return []
    seen.add(name)
    const told = name in known ? (known[name] ?? null) : columnMeant(heading)
    const meant = told !== null && !taken.has(told) ? told : null
    if (meant) taken.add(meant)
    const samples = read.samples.flatMap((cells) => cells[place]?.trim().slice(0, LONGEST_SAMPLE) || [])
    return [{ heading, field: fieldOf(heading), samples, meant }]
  })
}

async function showColumns(
  reply: FastifyReply,
  deps: PageDeps,
  sent: { values: Values; errors: FieldErrors } | null,
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const id = idIn(request)
  const draft = await readFileDraft(deps.db, deps.tools, actorIn(request), id)
  if (!draft) return reply.redirect(`${BASE}/${id}`, 303)
  const asked = askedIn(draft.read, draft.mapping)
  if (asked.length === 0) return reply.redirect(`${BASE}/${id}/granska`, 303)
  const guessed = Object.fromEntries(asked.map(({ field, meant }) => [field, meant ?? NOT_READ]))
  const errors = sent?.errors ?? {}
  const { problem } = draft.read
  const why =
    problem && MENDED_BY_MAPPING.has(problem.code)
      ? problemInWords(problem.code, request.language).detail
      : null
  return renderPage(reply, 'landlord/file-columns', {
    title: t('file.map.title'),
    back: { href: BASE },
    id,
    why: why && problem?.column ? `${why} (${problem.column})` : why,
    headings: asked.map((one) => headingView(one, t)),
    choices: choicesOf(t),
    form: { values: sent?.values ?? guessed, errors },
    errors: summaryOf(errors),
  })
}

function headingView({ heading, field, samples }: Asked, t: Say) {
  const hint =
    samples.length > 0 ? t('file.map.samples', { samples: samples.join(' · ') }) : t('file.map.empty')
  return { field, label: t('file.map.heading', { heading }), hint }
}

function choicesOf(t: Say) {
  const columns = COLUMN_NAMES.map((name) => ({ value: name, text: t(`file.column.${name}`) }))
  return [{ value: NOT_READ, text: t('file.map.none') }, ...columns]
}

/** What is wrong with the answer: one column twice, or one that is needed by none. */
function faultsIn(asked: readonly Asked[], values: Values, t: Say): FieldErrors {
  const errors: FieldErrors = {}
  const by = new Map<string, string>()
  for (const { field } of asked) {
    const column = values[field] ?? NOT_READ
    if (!isColumn(column)) continue
    if (by.has(column)) errors[field] = t('file.map.error.twice', { column: t(`file.column.${column}`) })
    by.set(column, field)
  }
  const lacking = NEEDED_COLUMNS.find((column) => !by.has(column))
  const first = asked[0]?.field
  if (lacking && first && Object.keys(errors).length === 0)
    errors[first] = t('file.map.error.needed', { column: t(`file.column.${lacking}`) })
  return errors
}

function saveColumns(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const id = idIn(request)
    const actor = actorIn(request)
    const draft = await readFileDraft(deps.db, deps.tools, actor, id)
    if (!draft) return reply.redirect(`${BASE}/${id}`, 303)
    const asked = askedIn(draft.read, draft.mapping)
    const values = valuesIn(request)
    const errors = faultsIn(asked, values, t)
    if (Object.keys(errors).length > 0) return showColumns(reply.code(422), deps, { values, errors })
    const mapping = asked.map(({ heading, field }) => {
      const column = values[field] ?? NOT_READ
      return [heading, isColumn(column) ? column : null] as const
    })
    await mapFileDraft(deps.db, actor, id, Object.fromEntries(mapping))
    tellNextPage(request, t('file.map.saved'))
    return reply.redirect(`${BASE}/${id}/granska`, 303)
  }
}

/** `/hyresvard/fil/{id}/kolumner`. */
export function fileColumnPages(app: App, deps: PageDeps): void {
  app.get(`${BASE}/:id/kolumner`, { config }, (_request, reply) => showColumns(reply, deps, null))
  app.post(`${BASE}/:id/kolumner`, { config }, saveColumns(deps))
}
