// Cases made straight in the database with the facts of an example, so that routing is tried on what stands in rows.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { clientKey } from '../../shared/casework/client-registers.ts'
import { routeCases } from '../../shared/casework/routing.ts'
import type { Db } from '../../shared/db/open.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { insertRows } from '../../shared/db/rows.ts'
import { addDays } from '../../shared/domain/calendar.ts'
import type { RoutingFacts } from '../../shared/domain/routing-facts.ts'
import { ORDINARY_FACTS } from '../../shared/domain/routing-cases.ts'
import { blindIndex } from '../../shared/seal.ts'
import type { Tools } from '../../shared/casework/tools.ts'

/** A Wednesday morning in office hours, from which the examples' days are counted. */
export const NOON = '2026-11-25T10:00:00Z'
const TODAY = '2026-11-25'

const newYear = (age: number) => `${2026 - age}-01-01`

/** What these helpers work on: the owner's pool, the worker's, and the keys. */
export type On = { owner: Db; worker: Db; tools: Tools }

/** One open, unrouted case whose facts are those told; returns its id. */
export async function caseWith(owner: Db, told: Partial<RoutingFacts> = {}): Promise<string> {
  const facts = { ...ORDINARY_FACTS, ...told }
  const id = randomUUID()
  await owner.transaction().execute(async (trx) => {
    const municipality = await trx.selectFrom('municipality').selectAll().executeTakeFirstOrThrow()
    const number = facts.landlord.organisationNumber
    const landlord = number
      ? await trx
          .selectFrom('landlord')
          .select(['id', 'name'])
          .where('organisationNumber', '=', number)
          .executeTakeFirst()
      : undefined
    await insertRows(trx, 'arrearsCase', [
      {
        id,
        householdId: randomUUID(),
        stage: facts.stage,
        noticeType: facts.noticeType,
        tenantName: 'Exempel Exempelsson',
        address: 'Exempelgatan 1',
        postalCode: facts.postalCode,
        bornOn: facts.age === null ? null : newYear(facts.age),
        children: facts.childrenInHousehold,
        protected: facts.protectedIdentity,
        landlordId: landlord?.id ?? null,
        landlordName: landlord?.name ?? facts.landlord.name,
        landlordKind: facts.landlordKind,
        monthsUnpaid: facts.monthsUnpaid ?? 0,
        amountOwed: facts.amount ?? 0,
        repeated: facts.repeatWithin12Months,
        notifiedOn: TODAY,
        receivedOn: TODAY,
        recoverySafeDay: facts.daysLeft === null ? null : addDays(TODAY, facts.daysLeft),
        evictionAt:
          facts.daysToEviction === null ? null : `${addDays(TODAY, facts.daysToEviction)}T09:00:00Z`,
        committee: municipality.defaultCommittee,
        facts: {
          needs: facts.needs,
          violence: facts.violence,
          ...(facts.tenancyKind === 'unknown' ? {} : { tenancyKind: facts.tenancyKind }),
        },
      },
    ])
    await contactsOf(trx, id, facts, municipality.defaultCommittee)
  })
  return id
}

async function contactsOf(
  trx: Parameters<typeof insertRows>[0],
  caseId: string,
  facts: RoutingFacts,
  committee: string,
): Promise<void> {
  const reached = facts.contactState === 'reached'
  const attempts = Math.max(facts.contactAttempts, reached || facts.contactState === 'trying' ? 1 : 0)
  await insertRows(
    trx,
    'contact',
    Array.from({ length: attempts }, (_, nth) => ({
      caseId,
      committee,
      channel: 'phone',
      result: reached ? 'NADD_TACKAR_JA' : 'EJ_NADD',
      reached,
      occurredAt: `2026-11-2${nth % 5}T09:00:00Z`,
    })),
  )
  // A landlord-independent word of a colleague: not reached, whatever the number of attempts that are logged here.
  if (facts.contactState === 'not-reached' && attempts < 3)
    await sql`update arrears_case set facts = facts || '{"flags": ["not-reached"]}' where id = ${caseId}`.execute(
      trx,
    )
}

/** Gives a case's household an identity number, and puts it in the registers of these committees. */
export async function makeClient(
  on: On,
  caseId: string,
  number: string,
  facts: Partial<RoutingFacts>,
): Promise<void> {
  const identity = blindIndex(on.tools.keys, 'household', number)
  await on.owner.transaction().execute(async (trx) => {
    await sql`insert into household_key (key, kind, household_id)
      select ${identity}, 'identity', household_id from arrears_case where id = ${caseId}`.execute(trx)
    await insertRows(
      trx,
      'clientRegister',
      (facts.clientOf ?? []).map(({ committee, unit, caseworker }, nth) => ({
        knownSince: `2026-01-0${nth + 1}T03:00:00Z`,
        committee,
        unit,
        caseworker,
        key: clientKey(on.tools.keys, committee, identity),
      })),
    )
  })
}

/** Adds a person who can sign in as a caseworker of a unit; returns the id. */
export async function personIn(
  owner: Db,
  person: { username: string; committee: string; unit: string; role?: string },
): Promise<string> {
  const { role = 'caseworker', ...rest } = person
  const row = await owner
    .insertInto('person')
    .values({ ...rest, role, subject: `sub-${rest.username}`, name: rest.username })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ role }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Routes these cases as the worker does, in one transaction of its role. */
export async function route(on: On, caseIds: readonly string[]): Promise<void> {
  await on.worker.transaction().execute(async (trx) => {
    await routeCases(trx, await moment(trx), on.tools, caseIds)
  })
}

/** A person or system who acts in a test. */
export const actorIn = (
  committee: string,
  role: string,
  personId: string | null = null,
  unit: string | null = null,
) => ({
  role,
  personId,
  committee,
  unit,
  sender: `person:${personId ?? role}`,
  landlordId: null,
  name: role,
})

/** How a deed that must be refused was refused; a deed that went through is an error of the test. */
export async function refusalOf(deed: Promise<unknown>): Promise<Refusal> {
  const answer: unknown = await deed.catch((reason: unknown) => reason)
  if (answer instanceof Refusal) return answer
  throw new Error('The deed was not refused', { cause: answer })
}

/** An administrator of the labour market committee, added to the municipality, as an actor. */
export async function administratorIn(owner: Db, username: string) {
  const person = { username, role: 'administrator', committee: 'GAN', unit: 'GAN-FS' }
  return actorIn('GAN', 'administrator', await personIn(owner, person))
}
