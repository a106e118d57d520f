// Asks for the weeks of home visits to be planned anew, by whatever has changed them.
import type { Trx } from '../db/open.ts'
import { emit } from '../outbox.ts'

/** What is planned: all visits together, so there is one subject, and many wishes at once are one plan. */
export const WHOLE_PLAN = '00000000-0000-4000-8000-0000000000b1'

/** Has the weeks planned anew, soon and once, however many ask at the same time. */
export function wantPlan(trx: Trx): Promise<void> {
  return emit(trx, 'visit-plan.due', [WHOLE_PLAN])
}
