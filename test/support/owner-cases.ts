// Cases with owners for the tests: routed, with facts recorded and proposals decided as the people of four committees do.
import { expect } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import { decideProposal } from '../../shared/casework/owner-decisions.ts'
import { recordFacts, type FactsToRecord } from '../../shared/casework/recorded-facts.ts'
import { actorIn, caseWith, NOON, personIn, route } from './routed-cases.ts'
import { openSpine } from './spine.ts'

const units = { GAN: 'GAN-FS', SN: 'SN-MOTT', VON: 'VON-BIST', FSN: 'FSN-MOTT' }
export type Committee = keyof typeof units

/** A spine at noon with a supervisor in each committee, and what the tests of owners do again and again. */
export async function openOwners() {
  const spine = await openSpine('1880')
  await spine.moveTo(NOON)
  const supervisor: Record<string, Actor> = {}
  for (const [committee, unit] of Object.entries(units)) {
    const username = `chef.${committee}`
    const id = await personIn(spine.owner, { username, committee, unit, role: 'supervisor' })
    supervisor[committee] = actorIn(committee, 'supervisor', id, unit)
  }
  const chief = (committee: Committee) => supervisor[committee] as Actor

  const aRoutedCase = async (): Promise<string> => {
    const id = await caseWith(spine.owner)
    await route(spine, [id])
    await spine.drain()
    return id
  }
  const record = async (caseId: string, facts: FactsToRecord, by: Committee = 'GAN') => {
    const done = await recordFacts(spine.web, chief(by), { caseId, ifMatch: null }, facts)
    await spine.drain()
    expect(spine.failures).toEqual([])
    return done
  }
  const assignments = async (caseId: string, state?: string) =>
    (
      await sql<{
        id: string
        kind: string
        committee: string
        unit: string
        state: string
        decision: string | null
        routingRow: number
      }>`
    select * from assignment where case_id = ${caseId} and kind = 'owner' and (${state ?? null}::text is null or state = ${state ?? null})
    order by created_at, id`.execute(spine.owner)
    ).rows
  const proposed = async (caseId: string) => {
    const [found, more] = await assignments(caseId, 'proposed')
    expect(more).toBeUndefined()
    if (!found) throw new Error('Nothing is proposed')
    return found
  }
  const ownerOf = async (caseId: string) => {
    const row = await spine.owner
      .selectFrom('arrearsCase')
      .selectAll()
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow()
    return `${row.committee}/${row.unit ?? ''}`
  }
  const decide = async (
    caseId: string,
    assignmentId: string,
    decision: 'confirmed' | 'declined',
    reason: string | null = null,
    by: Committee = 'GAN',
  ) => {
    const done = await decideProposal(spine.web, chief(by), { caseId, assignmentId, decision, reason })
    await spine.drain()
    expect(spine.failures).toEqual([])
    return done
  }
  const reviews = async (caseId: string, kind: string) =>
    (
      await sql<{ state: string; committee: string; role: string }>`select state, committee, role from task
    where case_id = ${caseId} and occurrence like ${`review/${kind}#%`} order by created_at`.execute(
        spine.owner,
      )
    ).rows
  return { ...spine, chief, aRoutedCase, record, assignments, proposed, ownerOf, decide, reviews }
}
