// Moves open cases to another version of the rules, deliberately: the list is shown first, and only what is named moves.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { printOwner } from '../domain/routing-cases.ts'
import type { RoutingFacts } from '../domain/routing-facts.ts'
import { decideRouting } from '../domain/routing.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor } from './act.ts'
import { nameInDiary } from './open-case.ts'
import { findRules } from './rules.ts'
import { rulesOf } from './settings.ts'
import { writeTimeline } from './timeline.ts'

/** An open case on another version, and what would come of moving it: the same owner, or a proposal to a person. */
export type MovableCase = {
  id: string
  number: string
  version: number | null
  owner: string
  row: number | null
  newOwner: string
  newRow: number | null
}

type Open = {
  id: string
  number: string
  version: number | null
  committee: string
  unit: string | null
  routingRow: number | null
  routingFacts: RoutingFacts
}

/** The open cases that the actor sees and that are on another version than this one, by number. */
export async function listMovable(
  db: Db,
  actor: Actor,
  id: number,
  page: { limit: number; page: number },
): Promise<MovableCase[]> {
  return inContext(db, actor, async (trx) => {
    await demandPublished(trx, id)
    const { compiled } = await rulesOf(trx, 'routing', id)
    const { rows } = await sql<Open>`
      select c.id, c.number, v.version, c.committee, c.unit, c.routing_row, c.routing_facts
      from arrears_case c left join rule_version v on v.id = c.routing_version
      where c.state = 'open' and c.routed_at is not null and coalesce(c.moved_to_version, c.routing_version) <> ${id}
      order by c.number limit ${page.limit} offset ${(page.page - 1) * page.limit}`.execute(trx)
    return rows.map(({ id, number, version, committee, unit, routingRow, routingFacts }) => {
      const decision = decideRouting(routingFacts, compiled)
      const newOwner = decision.owners.map(printOwner).join(' + ')
      const owner = [committee, unit].filter(Boolean).join('/')
      return { id, number, version, owner, row: routingRow, newOwner, newRow: decision.row }
    })
  })
}

async function demandPublished(trx: Trx, id: number): Promise<void> {
  const { kind, state } = await findRules(trx, id)
  if (kind !== 'routing' || state !== 'published')
    throw new Refusal(
      'unprocessable',
      'rules.not-published',
      'Ärenden kan bara flyttas till en publicerad regeltabell.',
    )
}

/**
 * Moves the named cases to a published version; routing then asks it about each of them, and a change of owner is
 * proposed like any other. Cases that the actor does not see, that are closed or already there are left out of the
 * answer. Moving twice changes nothing.
 */
export async function moveCases(
  db: Db,
  actor: Actor,
  id: number,
  caseIds: readonly string[],
): Promise<{ moved: string[] }> {
  return inContext(db, actor, async (trx, at) => {
    await demandPublished(trx, id)
    const { rows } = await sql<{ id: string }>`
      update arrears_case set moved_to_version = ${id}, version = version + 1, updated_at = ${at.now}
      where id in (select id from arrears_case where id = any(${[...caseIds]}::uuid[]) and state = 'open' and routed_at is not null
        and coalesce(moved_to_version, routing_version) <> ${id} order by id for update) returning id`.execute(
      trx,
    )
    const moved = rows.map((row) => row.id)
    const detail = { ruleVersion: id }
    await writeTimeline(
      trx,
      at,
      moved.map((caseId) => ({ caseId, kind: 'rules.moved', actor: nameInDiary(actor), detail })),
    )
    await emit(trx, 'case.changed', moved)
    return { moved }
  })
}
