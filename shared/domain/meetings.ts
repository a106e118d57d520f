// The coordination meeting (samverkansmöte, Kvarbo-mötet): which cases come to it by themselves, and in what order.
import { holds } from './condition.ts'
import type { IsoDate } from './days.ts'
import type { EscalationTable } from './escalation-ladder.ts'
import type { Words } from './routing-facts.ts'

export type NominationFacts = {
  monthsUnpaid: number
  repeatWithin12Months: boolean
  nuisance: boolean
  /** Attempts have been made and none has reached the household. */
  notReached: boolean
  age: number | null
  needs: readonly string[]
}

/** Why a case is taken to the next meeting without anybody asking for it; empty when nothing calls for it. */
export function reasonsToNominate(
  facts: NominationFacts,
  table: EscalationTable,
): { code: string; sentence: Words }[] {
  const answers = {
    manader_obetalda: facts.monthsUnpaid,
    upprepad: facts.repeatWithin12Months,
    storning: facts.nuisance || facts.needs.includes('debt-and-nuisance'),
    ej_nadd: facts.notReached,
    alder: facts.age,
    psykisk_ohalsa: facts.needs.includes('mental-health'),
  }
  return table.nominate
    .filter((rule) => holds(rule.condition, answers))
    .map((rule) => ({ code: rule.code, sentence: rule.title }))
}

export type AgendaCase = {
  caseId: string
  /** The nearest day that can cost the home: end of the recovery period, or the eviction. */
  nearestStop: IsoDate | null
  children: boolean
  nominatedOn: IsoDate
}

/** The agenda: nearest stop first, children first of two on one day, then the one that has waited longest. */
export function agendaOf(cases: readonly AgendaCase[]): AgendaCase[] {
  const rank = (one: AgendaCase): string =>
    [one.nearestStop ?? '9999-12-31', one.children ? 0 : 1, one.nominatedOn, one.caseId].join(' ')
  return cases.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
