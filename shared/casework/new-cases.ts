// Opens the cases of households nobody has heard of: with their facts and dates at once where one notice tells it all.
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import type { CaseDates } from '../domain/case-deadlines.ts'
import type { Moment } from './act.ts'
import { NOTHING_OWN, type CaseInput } from './case-inputs.ts'
import { datesOfInput, writeFirstDates } from './deadlines.ts'
import { caseRow } from './refresh.ts'
import { sealPlace } from './sealed-addresses.ts'
import type { Tools } from './tools.ts'

/** The columns a case is born with. */
export type NewCase = {
  tenantName: string
  address: string
  apartment: string | null
  postalCode: string | null
  city: string | null
  landlordId: string | null
  landlordName: string
  landlordKind: string
  stage: string
  noticeType: string
  notifiedOn: string
  receivedOn: string
  bornOn: string | null
  monthsUnpaid: number
  amountOwed: number
  committee: string
  /** The sender says that the person's details are protected: policies go by this, planning and letters by the flag. */
  protected: boolean
}

/** What the one notice of a new case tells, folded. */
export type FirstFacts = Pick<CaseInput, 'facts' | 'notices'>

/** A case about to be opened. `first`: the one notice that tells all there is of it, null when more must be read. */
export type BornCase = { id: string; householdId: string; newCase: NewCase; first: FirstFacts | null }

/**
 * Inserts the cases. Those with a `first` notice have their facts and dates from the beginning, exactly as a refresh
 * would find them: written first and refreshed then, each was stored twice and its notice read again.
 */
export async function openNewCases(
  trx: Trx,
  at: Moment,
  tools: Tools,
  born: readonly BornCase[],
): Promise<void> {
  const dates = new Map<string, CaseDates>()
  const counted = born.flatMap((one) => {
    if (one.first === null) return []
    const { columns, ...found } = countFirst(one.id, one.first, at, tools)
    dates.set(one.id, found.dates)
    return [{ ...bornRow(one, at, tools), ...columns }]
  })
  const plain = born.filter(({ first }) => first === null).map((one) => bornRow(one, at, tools))
  await insertRows(trx, 'arrearsCase', plain)
  await insertRows(trx, 'arrearsCase', counted)
  await writeFirstDates(trx, at, dates)
}

function countFirst(id: string, first: FirstFacts, at: Moment, { law }: Tools) {
  const input = { ...first, events: [], own: NOTHING_OWN, restarts: {} }
  const dates = datesOfInput(id, input, law, at.today)
  return { dates, columns: caseRow(id, input, dates, at) }
}

function bornRow({ id, householdId, newCase }: BornCase, at: Moment, { keys }: Tools) {
  return {
    id,
    householdId,
    ...newCase,
    openedAt: at.now,
    sealedAddress: null,
    ...(newCase.protected && sealPlace(keys, id, newCase)),
    facts: newCase.protected ? { flags: ['protected'] } : {},
  }
}
