// A case as the tests of its dates look at it: what is stored, and the same computed afresh from everything that came in.
import { expect } from '@jest/globals'
import { sql } from 'kysely'
import { moment, type Actor } from '../../shared/casework/act.ts'
import { readCaseInputs } from '../../shared/casework/case-inputs.ts'
import { receiveNotice, receiveUpdate } from '../../shared/casework/intake.ts'
import { datesOfCase } from '../../shared/domain/case-deadlines.ts'
import type { NoticeBody, UpdateBody } from '../../shared/domain/notice-body.ts'
import { landlordActor, type Spine } from './spine.ts'

/** The n-th household's notice of rent due 30 October, in every field right, with `change` over it. */
export function noticeFor(n: number, change: Partial<NoticeBody> = {}): NoticeBody {
  return {
    type: 'rent-termination',
    reference: `H-${n}`,
    landlord: {
      name: 'Exempelfastigheter i Örebro AB',
      organisationNumber: '559999-0115',
      postalAddress: 'Box 1, 701 00 Örebro',
      phone: '019-000 00 00',
    },
    tenant: { name: `Vera Exempel ${n}`, postalAddress: `Storgatan ${n}` },
    dwelling: {
      address: `Storgatan ${n}`,
      postalCode: '702 10',
      city: 'Örebro',
      apartmentNumber: '1101',
      rooms: 2,
    },
    rents: [{ period: '2026-11', dueDate: '2026-10-30', amount: 8450 }],
    interest: 0,
    amountToRecover: 8450,
    payment: { bankgiro: '5050-1055' },
    noticeDate: '2026-12-02',
    terminatedDate: '2026-12-02',
    dispatchedDate: '2026-12-02',
    dispatchMethod: 'registered-letter',
    ...change,
  }
}

/** What a landlord does in a test: each deed under a key of its own, and worked until nothing is due. */
export function landlordOf(spine: () => Spine) {
  const actor = landlordActor('a')
  let sent = 0
  const keyed = <Body extends object>(body: Body) => {
    sent += 1
    return { key: `key ${sent}`, raw: Buffer.from(JSON.stringify(body)), body }
  }
  const worked = async <Answer>(answer: Answer): Promise<Answer> => {
    await spine().drain()
    expect(spine().failures).toEqual([])
    return answer
  }
  const send = async (body: NoticeBody) =>
    worked(await receiveNotice(spine().web, spine().tools, actor, keyed(body)))
  /** Told, and not yet worked. */
  const tell = (noticeId: string, type: UpdateBody['type'], date: string, amount?: number) =>
    receiveUpdate(spine().web, spine().tools, actor, { ...keyed({ type, date, amount }), noticeId })
  const update = async (...told: Parameters<typeof tell>) => worked(await tell(...told))
  return { actor, send, tell, update }
}

/** The case that a notice, or one of Kronofogden's messages, was joined to. */
export async function caseOf(spine: Spine, arrivalId: string) {
  const { rows } = await sql<{ caseId: string }>`select case_id from notice where id = ${arrivalId}
    union all select case_id from eviction_notice where id = ${arrivalId}`.execute(spine.worker)
  const id = rows[0]?.caseId ?? ''
  return spine.worker.selectFrom('arrearsCase').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The recovery periods of a case as they stand, the earliest arrival first. */
export async function recoveriesOf(spine: Spine, caseId: string) {
  return spine.worker
    .selectFrom('deadline')
    .select(['origin', 'lastDay', 'state'])
    .where('caseId', '=', caseId)
    .where('kind', '=', 'recovery')
    .where('supersededAt', 'is', null)
    .orderBy('computedAt')
    .orderBy('version')
    .orderBy('lastDay')
    .execute()
}

/** Open tasks whose occurrence begins with `start`. */
export async function openTasks(spine: Spine, caseId: string, start: string) {
  const tasks = await spine.worker
    .selectFrom('task')
    .selectAll()
    .where('caseId', '=', caseId)
    .where('state', '=', 'open')
    .orderBy('occurrence')
    .execute()
  return tasks.filter(({ occurrence }) => occurrence.startsWith(start))
}

/** The diary of a case, oldest first. */
export async function timelineOf(spine: Spine, caseId: string) {
  const entries = spine.worker
    .selectFrom('timeline')
    .select(['kind', 'actor', 'detail'])
    .where('caseId', '=', caseId)
  return entries.orderBy('id').execute()
}

/** Somebody of this role in the committee and unit of a case. */
export async function staffActor(spine: Spine, caseId: string, role: string): Promise<Actor> {
  const { rows } = await sql<{ committee: string; unit: string }>`
    select committee, unit from arrears_case where id = ${caseId}`.execute(spine.worker)
  const { committee = '', unit = '' } = rows[0] ?? {}
  const person = await sql<{ id: string }>`
    insert into person (subject, username, name, email, role, committee, unit)
    values (${`${role} ${unit}`}, ${role}, ${`Exempel ${role}`}, ${`${role}@${unit}.example.test`}, ${role}, ${committee}, ${unit})
    on conflict (subject) do update set role = excluded.role returning id`.execute(spine.owner)
  const personId = person.rows[0]?.id ?? null
  return { role, personId, committee, unit, sender: '', landlordId: null, name: `Exempel ${role}` }
}

const shown = (one: {
  origin: string
  kind: string
  rawDate: string | null
  lastDay: string | null
  safeDay: string | null
  notBefore: string | null
  basis: string
  periodVersion: string
}) =>
  [
    one.origin,
    one.kind,
    one.rawDate,
    one.lastDay,
    one.safeDay,
    one.notBefore,
    one.basis,
    one.periodVersion,
  ].join(' ')

/** Every date of a case as it is stored, with its state and why. */
export async function storedDates(spine: Spine, caseId: string): Promise<string[]> {
  const rows = await spine.worker
    .selectFrom('deadline')
    .selectAll()
    .where('caseId', '=', caseId)
    .where('supersededAt', 'is', null)
    .execute()
  return rows.map((row) => `${shown(row)} ${row.state} ${row.stateReason} ${row.explanationSv}`).toSorted()
}

/** Every date of a case computed afresh from all that has come in. */
export async function freshDates(spine: Spine, caseId: string): Promise<string[]> {
  return spine.worker.transaction().execute(async (trx) => {
    const input = (await readCaseInputs(trx, [caseId])).get(caseId)
    if (!input) return []
    const { today } = await moment(trx)
    const { deadlines } = datesOfCase(
      caseId,
      { ...input, eviction: input.facts.eviction },
      spine.tools.law,
      today,
    )
    return deadlines
      .map((one) => `${shown(one)} ${one.state?.state} ${one.state?.why.sv} ${one.explanation.sv}`)
      .toSorted()
  })
}
