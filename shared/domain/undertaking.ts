// The committee's undertaking for the rent (JB 12:44 4 st): when it may be given, and what makes it complete.
import type { IsoDate } from './days.ts'
import type { Objection } from './objection.ts'
import { objectIf } from './objection.ts'

export type UndertakingRequest = {
  noticeType: string
  tenancyKind: string
  /** Legal last day of the recovery period; null when its start is not known, and so it cannot have ended. */
  lastDay: IsoDate | null
  /** Who decides, and who has checked it: two different persons. */
  decidedBy: string | null
  checkedBy: string | null
  /** The periods (YYYY-MM) whose rent is undertaken. */
  periods: readonly string[]
}

/** What stands in the way of the undertaking on `today`; empty: it may be written and sent today. */
export function mayUndertake(request: UndertakingRequest, today: IsoDate): Objection[] {
  const cooperative = request.tenancyKind === 'cooperative' || request.noticeType.startsWith('cooperative')
  return [
    ...objectIf(
      cooperative,
      'cooperative',
      'Nämnden kan inte åta sig avgiften för en bostadsrätt (BRL 7:23). Pröva bistånd eller en plan med föreningen.',
      'The committee cannot undertake the fee of a cooperative flat (BRL 7:23). Try assistance or a plan with the cooperative.',
    ),
    ...objectIf(
      !cooperative && request.noticeType !== 'rent-termination',
      'not-unpaid-rent',
      'Ett åtagande hjälper bara vid uppsägning för obetald hyra (JB 12:44).',
      'An undertaking helps only at a termination for unpaid rent (JB 12:44).',
    ),
    ...objectIf(
      request.lastDay !== null && today > request.lastDay,
      'too-late',
      `Sista dagen var ${request.lastDay}. Ta i stället upp frågan med hyresvärden: plan, garantihyra eller anstånd.`,
      `The last day was ${request.lastDay}. Ask the landlord instead: a plan, a guarantee rent or a respite.`,
    ),
    ...aboutPeople(request),
    ...objectIf(
      request.periods.length === 0,
      'periods-missing',
      'Ange vilka hyror åtagandet gäller.',
      'Say which rents the undertaking covers.',
    ),
  ]
}

function aboutPeople({ decidedBy, checkedBy }: UndertakingRequest): Objection[] {
  return [
    ...objectIf(
      decidedBy === null || checkedBy === null,
      'two-persons',
      'Två personer behövs: en som beslutar och en som kontrollerar. Be en kollega kontrollera.',
      'Two persons are needed: one who decides and one who checks. Ask a colleague to check.',
    ),
    ...objectIf(
      decidedBy !== null && decidedBy === checkedBy,
      'same-person',
      'Den som kontrollerar får inte vara den som beslutar. Be en kollega kontrollera.',
      'The one who checks must not be the one who decides. Ask a colleague to check.',
    ),
  ]
}

export type Dispatch = {
  method: 'registered-letter' | 'letter' | 'e-mail' | 'e-service'
  on: IsoDate
  proof: string | null
  receivedOn: IsoDate | null
}

/**
 * Whether the undertaking has reached the landlord in time. A registered letter counts when it is sent (JB 12:63), all
 * else when it is received; without proof it counts as not sent.
 */
export function dispatchedInTime(dispatch: Dispatch, lastDay: IsoDate): Objection[] {
  const countsOn = dispatch.method === 'registered-letter' ? dispatch.on : dispatch.receivedOn
  return [
    ...objectIf(
      dispatch.proof === null || dispatch.proof.trim() === '',
      'proof-missing',
      'Lägg till beviset på avsändning, till exempel det rekommenderade brevets nummer.',
      'Add the proof of dispatch, for example the number of the registered letter.',
    ),
    ...objectIf(
      countsOn === null,
      'receipt-unknown',
      'Skicka rekommenderat, eller be hyresvärden bekräfta att brevet har kommit fram.',
      'Send it registered, or ask the landlord to confirm that it has arrived.',
    ),
    ...objectIf(
      countsOn !== null && countsOn > lastDay,
      'sent-too-late',
      `Åtagandet kom efter sista dagen ${lastDay}. Ta upp frågan med hyresvärden i dag.`,
      `The undertaking came after the last day ${lastDay}. Talk with the landlord today.`,
    ),
  ]
}
