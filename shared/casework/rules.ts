// The municipality's tables in versions: drafted by one person, reviewed by another, published from a day, never overwritten.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { checkRules, demandReadable, errorsIn, unsound, type Finding } from './rule-checks.ts'
import type { RuleKind } from './settings.ts'
import { isOneOf } from './two-persons.ts'
import { carryOut, isCarriedOut } from './units.ts'

/** A version as it is shown. `inForce`: this is the one that decides new cases today. */
export type RuleVersion = {
  id: number
  kind: RuleKind
  version: number
  state: 'draft' | 'reviewed' | 'published' | 'withdrawn'
  validFrom: string | null
  note: string | null
  basedOn: number | null
  createdBy: string | null
  /** Everybody who has written in it; none of them reviews it. */
  authors: string[]
  reviewedBy: string | null
  publishedBy: string | null
  createdAt: string
  reviewedAt: string | null
  publishedAt: string | null
  inForce: boolean
}

/** A version with its sheet, the examples it must answer rightly, and what the checks say of it. */
export type RuleVersionInFull = RuleVersion & { csv: string; examples: string | null; findings: Finding[] }

const shown = sql`v.id, v.kind, v.version, v.state, v.valid_from, v.note, v.based_on, v.created_by, v.authors, v.reviewed_by, v.published_by,
  v.created_at, v.reviewed_at, v.published_at,
  v.id is not distinct from (select f.id from rule_version f where f.kind = v.kind and f.state = 'published'
    and f.valid_from <= clock_today() order by f.valid_from desc, f.version desc limit 1) as in_force`

/** Every version of a kind (null: of all kinds), the latest first. */
export async function listRules(db: Db, actor: Actor, kind: RuleKind | null): Promise<RuleVersion[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<RuleVersion>`select ${shown} from rule_version v
      where ${kind}::text is null or v.kind = ${kind} order by v.kind, v.version desc`.execute(trx)
    return rows
  })
}

/** One version in full. Refuses `not-found`. */
export async function readRuleVersion(db: Db, actor: Actor, id: number): Promise<RuleVersionInFull> {
  return inContext(db, actor, async (trx) => inFull(trx, await findRules(trx, id)))
}

type Stored = RuleVersion & { body: string; examples: string | null }

/** One version as it is stored. Refuses `not-found`. */
export async function findRules(trx: Trx, id: number): Promise<Stored> {
  const { rows } =
    await sql<Stored>`select ${shown}, v.body, v.examples from rule_version v where v.id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

async function inFull(trx: Trx, stored: Stored): Promise<RuleVersionInFull> {
  const { body, ...version } = stored
  return { ...version, csv: body, findings: await checkRules(trx, stored) }
}

/** A new text of a table. `examples` are for routing; without them those of the latest published version go on. */
export type Draft = { kind: RuleKind; csv: string; examples?: string | null; note?: string | null }

/** A change needs a person: two of them are to stand behind it. */
export function personOf(actor: Actor): string {
  if (actor.personId === null)
    throw new Refusal('forbidden', 'forbidden', 'Reglerna ändras av personer, inte av system.')
  return actor.personId
}

/**
 * Stores a draft. Refuses what cannot be read (`rules.unreadable`) with the row, the column and the reason of each
 * fault; the version in force stays. The same text again by the same person is the same draft.
 */
export async function draftRules(db: Db, actor: Actor, draft: Draft): Promise<RuleVersionInFull> {
  const author = personOf(actor)
  demandReadable(draft.kind, draft.csv, draft.examples ?? null)
  return inContext(db, actor, async (trx) => {
    const latest = await lockKind(trx, draft.kind)
    const examples = draft.examples ?? latest.examples
    return storeDraft(trx, { ...draft, examples, basedOn: latest.id, authors: [author] })
  })
}

/** A draft with what it was made from and everybody who wrote in it, the one who hands it in first. */
export type HandedIn = Draft & { examples: string | null; basedOn: number; authors: readonly string[] }

/** Stores a draft as a version; the same text by the same person is the same one. The kind is locked by the caller. */
export async function storeDraft(trx: Trx, draft: HandedIn): Promise<RuleVersionInFull> {
  const same = await sameDraft(trx, draft.authors[0] ?? '', draft)
  return inFull(trx, await findRules(trx, same ?? (await insertDraft(trx, draft))))
}

/** A draft with the text of an earlier version: rolling back takes the same two people as any change. */
export async function restoreRules(db: Db, actor: Actor, id: number): Promise<RuleVersionInFull> {
  const { kind, version, body, examples } = await inContext(db, actor, (trx) => findRules(trx, id))
  return draftRules(db, actor, { kind, csv: body, examples, note: `Som version ${version}` })
}

/** Lets one person at a time change a kind, and reads its latest published version. */
export async function lockKind(
  trx: Trx,
  kind: RuleKind,
): Promise<{ id: number; body: string; examples: string | null }> {
  await lockTexts(trx, [`rules ${kind}`])
  const { rows } = await sql<{
    id: number
    body: string
    examples: string | null
  }>`select id, body, examples from rule_version
    where kind = ${kind} and state = 'published' order by version desc limit 1`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

async function sameDraft(trx: Trx, author: string, draft: Draft): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`select id from rule_version
    where kind = ${draft.kind} and state = 'draft' and created_by = ${author} and sha256 = ${hashOf(draft.csv)}
      and examples is not distinct from ${draft.examples ?? null}`.execute(trx)
  return rows[0]?.id ?? null
}

async function insertDraft(trx: Trx, draft: HandedIn): Promise<number> {
  const { kind, csv, examples, note, basedOn, authors } = draft
  const { rows } = await sql<{ id: number }>`
    insert into rule_version (kind, version, body, examples, sha256, state, note, based_on, created_by, authors)
    select ${kind}, max(version) + 1, ${csv}, ${examples}, ${hashOf(csv)}, 'draft', ${note ?? null}, ${basedOn},
      ${authors[0]}::uuid, ${[...authors]}::uuid[]
    from rule_version where kind = ${kind} returning id`.execute(trx)
  return rows[0]?.id as number
}

/** A colleague has read the draft. Refuses its author (`review.own`); a second review changes nothing. */
export async function reviewRules(db: Db, actor: Actor, id: number): Promise<RuleVersionInFull> {
  const reviewer = personOf(actor)
  return inContext(db, actor, async (trx, at) => {
    const found = await lockVersion(trx, id)
    if (found.state === 'draft') {
      if (await isOneOf(trx, actor, [...found.authors, ...(found.createdBy ? [found.createdBy] : [])]))
        throw new Refusal(
          'forbidden',
          'review.own',
          'Den som har skrivit i utkastet kan inte granska det. Be en kollega.',
        )
      await sql`update rule_version set state = 'reviewed', reviewed_by = ${reviewer}, reviewed_at = ${at.now} where id = ${id}`.execute(
        trx,
      )
    }
    return inFull(trx, await findRules(trx, id))
  })
}

async function lockVersion(trx: Trx, id: number): Promise<Stored> {
  const { kind } = await findRules(trx, id)
  await lockKind(trx, kind)
  return findRules(trx, id)
}

/**
 * Publishes a reviewed version from a day (ISO, today or later). Refuses what the checks find wrong, with the row named
 * (`rules.unsound`), and a draft made before somebody else published (`rules.superseded`): whoever wrote it has not
 * seen what is in force now. Open cases stay on their version.
 */
export async function publishRules(
  db: Db,
  actor: Actor,
  id: number,
  from: string,
): Promise<RuleVersionInFull> {
  const publisher = personOf(actor)
  return inContext(db, actor, async (trx, at) => {
    const found = await lockVersion(trx, id)
    if (found.state === 'published' && found.validFrom === from) return inFull(trx, found)
    await demandPublishable(trx, at, found, from)
    await carryOut(trx, found)
    await sql`update rule_version set state = 'published', valid_from = ${from}, published_by = ${publisher}, published_at = ${at.now}
      where id = ${id}`.execute(trx)
    return inFull(trx, await findRules(trx, id))
  })
}

async function demandPublishable(trx: Trx, at: Moment, found: Stored, from: string): Promise<void> {
  if (found.state === 'published')
    throw new Refusal('conflict', 'rules.published', 'Versionen är redan publicerad från en annan dag.')
  if (found.state === 'withdrawn')
    throw new Refusal('conflict', 'rules.withdrawn', 'Versionen är återkallad. Gör ett nytt utkast.')
  if (found.state !== 'reviewed')
    throw new Refusal('unprocessable', 'rules.not-reviewed', 'En kollega måste granska versionen först.')
  if (from < at.today) {
    const detail = 'Ange i dag eller en senare dag: reglerna ändras inte bakåt i tiden.'
    throw new Refusal('invalid', 'from.past', detail, [{ pointer: '/from', code: 'from.past', detail }])
  }
  if (from > at.today && isCarriedOut(found.kind)) {
    const detail = 'Nämnder och enheter ändras den dag de publiceras. Ange dagens datum.'
    throw new Refusal('invalid', 'from.only-today', detail, [
      { pointer: '/from', code: 'from.only-today', detail },
    ])
  }
  const latest = await lockKind(trx, found.kind)
  if (found.basedOn !== latest.id)
    throw new Refusal(
      'conflict',
      'rules.superseded',
      'Någon annan har publicerat sedan utkastet skrevs. Gör ett nytt utkast från den versionen.',
    )
  const errors = errorsIn(await checkRules(trx, found))
  if (errors.length > 0) throw unsound(errors)
}

/** Takes back a version that is not published yet. Taken back twice is taken back once. */
export async function withdrawRules(trx: Trx, id: number): Promise<RuleVersionInFull> {
  const found = await lockVersion(trx, id)
  if (found.state === 'published')
    throw new Refusal(
      'conflict',
      'rules.published-already',
      'Versionen är publicerad. Gör ett nytt utkast med den tidigare texten i stället.',
    )
  await sql`update rule_version set state = 'withdrawn' where id = ${id}`.execute(trx)
  return inFull(trx, await findRules(trx, id))
}
