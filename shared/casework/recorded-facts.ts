// What people learn of a household and record in its case: needs, violence, protection, children, the kind of tenancy.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { CHILDREN, NEEDS, TENANCY_KINDS, type Choice } from '../domain/routing-facts.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor } from './act.ts'
import { lockCase, nameInDiary } from './open-case.ts'
import { withdrawShown } from './shown-items.ts'
import { writeTimeline } from './timeline.ts'

/** Only what is given is changed; `needs` takes the place of all needs recorded before. */
export type FactsToRecord = {
  needs?: readonly string[]
  violence?: boolean
  protected?: boolean
  children?: 'yes' | 'no' | 'unknown'
  tenancyKind?: string
  /** Whether the municipality pays the rent itself: one of the needs, told by itself. */
  municipalityPays?: boolean
}

/** What the planning's conditions call the same facts. */
const FLAG_OF_NEED: Readonly<Record<string, string>> = {
  neglect: 'neglect',
  'municipality-pays': 'municipality-pays',
}

/**
 * Records facts; routing then looks at the case again, and may propose another owner. Recording the same again changes
 * nothing. Refuses a code that no list has (`code.unknown`), `stale` when `ifMatch` is not the case's version.
 */
export async function recordFacts(
  db: Db,
  actor: Actor,
  about: { caseId: string; ifMatch: number | null },
  facts: FactsToRecord,
): Promise<{ changed: string[] }> {
  demandCodes(facts)
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, about.caseId, about.ifMatch)
    const before = await recordedIn(trx, open.id)
    const wanted = withPayer(facts, before)
    const changed = Object.entries(wanted).flatMap(([name, value]) =>
      value === undefined || same(value, before[name as keyof Recorded]) ? [] : [name],
    )
    if (changed.length === 0) return { changed }
    // Nobody outside may go on seeing a person who is protected from this moment.
    if (facts.protected) await withdrawShown(trx, at, [open.id])
    await write(trx, open, { ...before, ...wanted })
    await writeTimeline(trx, at, [
      { caseId: open.id, kind: 'facts.recorded', actor: nameInDiary(actor), detail: { fields: changed } },
    ])
    await emit(trx, 'case.changed', [open.id])
    return { changed }
  })
}

function withPayer(
  { municipalityPays, ...facts }: FactsToRecord,
  before: Recorded,
): Omit<FactsToRecord, 'municipalityPays'> {
  if (municipalityPays === undefined) return facts
  const others = (facts.needs ?? before.needs).filter((need) => need !== PAYS)
  return { ...facts, needs: municipalityPays ? [...others, PAYS] : others }
}

const PAYS = 'municipality-pays'

const same = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other)
const canonical = (value: unknown): string =>
  JSON.stringify(Array.isArray(value) ? [...new Set(value as string[])].sort() : value)

function demandCodes({ needs = [], children, tenancyKind }: FactsToRecord): void {
  const problems = [
    ...needs.flatMap((code, at) => unknownCode(`/needs/${at}`, code, NEEDS)),
    ...(children ? unknownCode('/children', children, CHILDREN) : []),
    ...(tenancyKind ? unknownCode('/tenancyKind', tenancyKind, TENANCY_KINDS) : []),
  ]
  if (problems.length > 0)
    throw new Refusal('invalid', 'code.unknown', 'Ange bara koder ur listorna.', problems)
}

function unknownCode(pointer: string, code: string, choices: readonly Choice[]): Problem[] {
  if (choices.some((choice) => choice.code === code)) return []
  const detail = `Välj bland: ${choices.map((choice) => choice.code).join(', ')}.`
  return [{ pointer, code: 'code.unknown', detail }]
}

/** All that stands recorded; `tenancyKind` null: nobody has said, and the type of notice may tell. */
type Recorded = Required<Omit<FactsToRecord, 'tenancyKind' | 'municipalityPays'>> & {
  tenancyKind?: string | null
}

async function recordedIn(trx: Trx, caseId: string): Promise<Recorded> {
  const { rows } = await sql<Recorded & { flags: string[] }>`
    select coalesce(facts->'needs', '[]') as needs, coalesce(facts->'flags', '[]') as flags, coalesce((facts->>'violence')::boolean, false) as violence, protected, children,
      facts->>'tenancyKind' as tenancy_kind
    from arrears_case where id = ${caseId}`.execute(trx)
  const { flags, ...recorded } = rows[0] as Recorded & { flags: string[] }
  // An answer to a task may have told what is a need too: recording something else must not take it away.
  const told = Object.entries(FLAG_OF_NEED).flatMap(([need, flag]) => (flags.includes(flag) ? [need] : []))
  return { ...recorded, needs: [...new Set([...recorded.needs, ...told])] }
}

async function write(
  trx: Trx,
  { id, facts }: { id: string; facts: Record<string, unknown> },
  next: Recorded,
): Promise<void> {
  const mine = new Set(['violence', 'protected', ...Object.values(FLAG_OF_NEED)])
  const others = ((facts['flags'] ?? []) as string[]).filter((flag) => !mine.has(flag))
  const flags = [
    ...others,
    ...(next.violence ? ['violence'] : []),
    ...(next.protected ? ['protected'] : []),
    ...next.needs.flatMap((need) => FLAG_OF_NEED[need] ?? []),
  ]
  const { needs, violence, tenancyKind } = next
  const kind = tenancyKind ? { tenancyKind } : {}
  const recorded = { needs: [...new Set(needs)], violence, flags, ...kind }
  // Whoever may see the case may mark it protected; from the next transaction on only the named group sees it.
  await sql`select set_config('bokvar.protected', 'yes', true)`.execute(trx)
  await sql`update arrears_case set facts = facts || ${JSON.stringify(recorded)}::jsonb, protected = ${next.protected},
      children = ${next.children}, version = version + 1, updated_at = clock_now() where id = ${id}`.execute(
    trx,
  )
}
