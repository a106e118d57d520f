// The draft that administrators write in together: changed row by row, nobody's row lost, handed over as a version for review.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import {
  bringTogether,
  changeRow,
  moveRow,
  printed,
  readTableRows,
  removeRow,
  renumberExamples,
  type Changed,
  type EditableTable,
  type RowChange,
} from '../domain/table-edit.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { checkRules, demandReadable, problemsOf, type Finding } from './rule-checks.ts'
import { findRules, lockKind, personOf, storeDraft, withdrawRules, type RuleVersionInFull } from './rules.ts'
import type { RuleKind } from './settings.ts'

/** The open draft of a table, with what the checks say of it. `stale`: something was published after it was begun. */
export type RuleDraft = {
  kind: RuleKind
  id: string
  basedOn: number
  csv: string
  examples: string | null
  authors: string[]
  changedBy: string
  changedByName: string
  changedAt: string
  stale: boolean
  findings: Finding[]
}

/** How saving a row went: done, or not done because a colleague has changed the same row meanwhile. */
export type RowSaved = { saved: true } | { saved: false; theirs: string[] | null; by: string; at: string }

/** The draft as it is stored; `latest` is the latest published version. */
export type StoredDraft = Omit<RuleDraft, 'csv' | 'findings' | 'stale'> & { body: string; latest: number }

async function findDraft(trx: Trx, kind: RuleKind): Promise<StoredDraft | null> {
  const { rows } = await sql<StoredDraft>`
    select d.kind, d.id, d.based_on, d.body, d.examples, d.authors, d.changed_by, p.name as changed_by_name, d.changed_at,
      (select v.id from rule_version v where v.kind = d.kind and v.state = 'published' order by v.version desc limit 1) as latest
    from rule_draft d join person p on p.id = d.changed_by where d.kind = ${kind}`.execute(trx)
  return rows[0] ?? null
}

async function shown(trx: Trx, { body, latest, ...draft }: StoredDraft): Promise<RuleDraft> {
  const findings = await checkRules(trx, { ...draft, body, id: 0 })
  return { ...draft, csv: body, stale: latest !== draft.basedOn, findings }
}

/** The open draft of a table; null when there is none. */
export async function readRuleDraft(db: Db, actor: Actor, kind: RuleKind): Promise<RuleDraft | null> {
  return inContext(db, actor, async (trx) => {
    const found = await findDraft(trx, kind)
    return found && shown(trx, found)
  })
}

/** Runs a change of the open draft, begun from the latest published version if there is none. One at a time per table. */
export async function inDraft<T>(
  db: Db,
  actor: Actor,
  kind: RuleKind,
  deed: (trx: Trx, at: Moment, draft: StoredDraft) => Promise<T>,
): Promise<T> {
  const author = personOf(actor)
  return inContext(db, actor, async (trx, at) => {
    const latest = await lockKind(trx, kind)
    await sql`insert into rule_draft (kind, based_on, body, examples, authors, changed_by, changed_at)
      values (${kind}, ${latest.id}, ${latest.body}, ${latest.examples}, array[${author}::uuid], ${author}, ${at.now})
      on conflict (kind) do nothing`.execute(trx)
    return deed(trx, at, (await findDraft(trx, kind)) as StoredDraft)
  })
}

/** Opens a draft, or finds the one that is open. */
export async function openRuleDraft(db: Db, actor: Actor, kind: RuleKind): Promise<RuleDraft> {
  return inDraft(db, actor, kind, (trx, _at, draft) => shown(trx, draft))
}

type Step = {
  csv: string
  examples?: string | null
  what: 'changed' | 'added' | 'removed' | 'moved' | 'sheet'
  key: string
  before?: string | null
  after?: string | null
}

/** Writes a step of the draft with who took it; what changes nothing is no step. */
export async function store(trx: Trx, at: Moment, draft: StoredDraft, actor: Actor, step: Step) {
  const author = personOf(actor)
  const examples = step.examples === undefined ? draft.examples : step.examples
  if (step.csv === draft.body && examples === draft.examples) return
  await sql`update rule_draft set body = ${step.csv}, examples = ${examples}, changed_by = ${author}, changed_at = ${at.now},
      authors = case when ${author}::uuid = any(authors) then authors else authors || ${author}::uuid end
    where kind = ${draft.kind}`.execute(trx)
  await sql`insert into rule_draft_change (draft_id, what, row_key, before, after, changed_by, changed_at)
    values (${draft.id}, ${step.what}, ${step.key}, ${step.before ?? null}, ${step.after ?? null}, ${author}, ${at.now})`.execute(
    trx,
  )
}

const tableOf = (draft: StoredDraft): EditableTable => readTableRows(draft.kind, draft.body)

/** Who last changed this row of the draft; whoever last wrote in it when the log knows nothing of the row. */
export async function lastChange(
  trx: Trx,
  draft: StoredDraft,
  key: string,
): Promise<{ by: string; at: string }> {
  const { rows } = await sql<{ by: string; at: string }>`
    select p.name as by, c.changed_at as at from rule_draft_change c join person p on p.id = c.changed_by
    where c.draft_id = ${draft.id} and c.row_key = ${key} order by c.id desc limit 1`.execute(trx)
  return rows[0] ?? { by: draft.changedByName, at: draft.changedAt }
}

async function settle(
  trx: Trx,
  draft: StoredDraft,
  changed: Changed,
  key: string,
  keep: (csv: string) => Promise<void>,
): Promise<RowSaved> {
  if ('theirs' in changed)
    return { saved: false, theirs: changed.theirs, ...(await lastChange(trx, draft, key)) }
  await keep(changed.csv)
  return { saved: true }
}

/** Saves one row of the draft. A colleague's change of the same row is given back instead of being written over. */
export async function saveDraftRow(
  db: Db,
  actor: Actor,
  kind: RuleKind,
  change: RowChange,
): Promise<RowSaved> {
  return inDraft(db, actor, kind, async (trx, at, draft) => {
    const { key, seen, cells } = change
    const step = { what: key === null ? 'added' : 'changed', key: key ?? '', after: printed(cells) } as const
    const before = key === null ? null : seen
    return settle(trx, draft, changeRow(tableOf(draft), change), step.key, (csv) =>
      store(trx, at, draft, actor, { ...step, csv, before }),
    )
  })
}

/** Takes a row out of the draft, unless a colleague has changed it since it was read. */
export async function removeDraftRow(
  db: Db,
  actor: Actor,
  kind: RuleKind,
  row: { key: string; seen: string },
): Promise<RowSaved> {
  return inDraft(db, actor, kind, (trx, at, draft) =>
    settle(trx, draft, removeRow(tableOf(draft), row.key, row.seen), row.key, (csv) =>
      store(trx, at, draft, actor, { csv, what: 'removed', key: row.key, before: row.seen }),
    ),
  )
}

/** Moves a rule one step up or down; the examples follow its number. */
export async function moveDraftRow(db: Db, actor: Actor, key: string, step: -1 | 1): Promise<void> {
  await inDraft(db, actor, 'routing', async (trx, at, draft) => {
    const { csv, renumbered } = moveRow(tableOf(draft), key, step)
    const examples = draft.examples === null ? null : renumberExamples(draft.examples, renumbered)
    await store(trx, at, draft, actor, {
      csv,
      examples,
      what: 'moved',
      key,
      after: renumbered.get(key) ?? null,
    })
  })
}

/** Puts a whole sheet (or its examples) in the draft. Refuses what cannot be read as a sheet of this kind at all. */
export async function putDraftSheet(
  db: Db,
  actor: Actor,
  kind: RuleKind,
  sheet: { csv?: string; examples?: string },
): Promise<void> {
  const text = sheet.csv ?? sheet.examples ?? ''
  const found = readTableRows(kind, text).problems
  if (found.length > 0) {
    const problems = problemsOf(found.map((one) => ({ ...one, severity: 'error', sheet: 'rules' })))
    const detail = 'Filen går inte att läsa. Utkastet är som förut. Rätta filen och ladda upp den igen.'
    throw new Refusal('invalid', 'rules.unreadable-file', detail, problems)
  }
  await inDraft(db, actor, kind, (trx, at, draft) =>
    store(trx, at, draft, actor, {
      csv: sheet.csv ?? draft.body,
      examples: sheet.examples ?? draft.examples,
      what: 'sheet',
      key: '',
      before: sheet.csv === undefined ? draft.examples : draft.body,
    }),
  )
}

/** Throws the draft away. Thrown away twice is thrown away once. */
export async function dropRuleDraft(db: Db, actor: Actor, kind: RuleKind): Promise<void> {
  personOf(actor)
  await inContext(db, actor, async (trx) => {
    await lockKind(trx, kind)
    await sql`delete from rule_draft where kind = ${kind}`.execute(trx)
  })
}

/** Brings the draft up to the version that was published meanwhile; returns the rows that both have changed. */
export async function renewRuleDraft(db: Db, actor: Actor, kind: RuleKind): Promise<string[]> {
  return inDraft(db, actor, kind, async (trx, at, draft) => {
    if (draft.latest === draft.basedOn) return []
    const [base, published] = [await findRules(trx, draft.basedOn), await findRules(trx, draft.latest)]
    const { csv, both } = bringTogether(
      readTableRows(kind, base.body),
      tableOf(draft),
      readTableRows(kind, published.body),
    )
    const untouched = draft.examples === base.examples
    await store(trx, at, draft, actor, {
      csv,
      examples: untouched ? published.examples : draft.examples,
      what: 'sheet',
      key: '',
      before: draft.body,
    })
    await sql`update rule_draft set based_on = ${draft.latest} where kind = ${kind}`.execute(trx)
    return both
  })
}

/**
 * Hands the draft over as a version that somebody else reviews. Refuses what cannot be read (`rules.unreadable`) and a
 * draft without a change. Handed over twice is one version.
 */
export async function handOverRuleDraft(
  db: Db,
  actor: Actor,
  kind: RuleKind,
  note: string,
): Promise<RuleVersionInFull> {
  const author = personOf(actor)
  return inContext(db, actor, async (trx) => {
    const latest = await lockKind(trx, kind)
    const draft = await findDraft(trx, kind)
    if (!draft) return handedOver(trx, kind, author)
    if (draft.body === latest.body && draft.examples === latest.examples)
      throw new Refusal('unprocessable', 'draft.unchanged', 'Utkastet är likadant som tabellen som gäller.')
    demandReadable(kind, draft.body, draft.examples)
    const authors = [author, ...draft.authors.filter((one) => one !== author)]
    const { body: csv, examples, basedOn } = draft
    const made = await storeDraft(trx, { kind, csv, examples, note, basedOn, authors })
    await sql`delete from rule_draft where kind = ${kind}`.execute(trx)
    return made
  })
}

/** What this person has handed over already, when the form is sent a second time. */
async function handedOver(trx: Trx, kind: RuleKind, author: string): Promise<RuleVersionInFull> {
  const { rows } = await sql<{ id: number }>`select id from rule_version
    where kind = ${kind} and created_by = ${author} and state in ('draft', 'reviewed') order by version desc limit 1`.execute(
    trx,
  )
  if (!rows[0]) throw new Refusal('conflict', 'draft.none', 'Det finns inget utkast att lämna över.')
  const found = await findRules(trx, rows[0].id)
  const { body, ...version } = found
  return { ...version, csv: body, findings: await checkRules(trx, found) }
}

/** Takes a version back from review and opens it as the draft again. Refuses while another draft is open. */
export async function takeBackRules(db: Db, actor: Actor, id: number): Promise<void> {
  const author = personOf(actor)
  await inContext(db, actor, async (trx, at) => {
    const version = await withdrawRules(trx, id)
    const { kind, basedOn, csv, examples } = version
    const authors = [...new Set([...version.authors, author])]
    const { rows } = await sql<{ body: string }>`
      insert into rule_draft (kind, id, based_on, body, examples, authors, changed_by, changed_at)
      values (${kind}, ${randomUUID()}, ${basedOn}, ${csv}, ${examples}, ${authors}::uuid[], ${author}, ${at.now})
      on conflict (kind) do update set kind = excluded.kind returning body`.execute(trx)
    if (rows[0]?.body !== csv)
      throw new Refusal(
        'conflict',
        'draft.open',
        'Det finns redan ett utkast. Lämna över det eller kasta det först.',
      )
  })
}
