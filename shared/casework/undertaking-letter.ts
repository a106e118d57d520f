// The undertaking to the landlord as a letter to read, sign and send: only of one that has been decided.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { localDateOf } from '../domain/calendar.ts'
import { longDate } from '../domain/date-words.ts'
import type { Letter } from '../text/letters.ts'
import { undertakingToLandlord } from '../text/undertaking-letter.ts'

type Facts = {
  municipality: string
  committeeSv: string
  committeeEn: string
  landlordName: string
  tenantName: string
  dwelling: string
  protected: boolean
  number: string
  periods: string[]
  amount: number
  decidedBy: string
  decidedAt: string
}

/** The letter in both languages; null while nothing is decided in a case that the reader may see. */
export async function undertakingLetter(
  trx: Trx,
  caseId: string,
): Promise<{ sv: Letter; en: Letter } | null> {
  const { rows } = await sql<Facts>`
    select m.name as municipality, k.name_sv as committee_sv, k.name_en as committee_en, c.landlord_name, c.tenant_name, c.protected, c.number,
      concat_ws(', ', c.address, c.apartment, concat_ws(' ', c.postal_code, c.city)) as dwelling, u.periods, u.amount, p.name as decided_by, u.decided_at
    from undertaking u join arrears_case c on c.id = u.case_id join committee k on k.code = c.committee join person p on p.id = u.decided_by
      cross join municipality m
    where u.case_id = ${caseId} and u.state in ('granted', 'sent') order by u.decided_at desc limit 1`.execute(
    trx,
  )
  const [facts] = rows
  if (!facts) return null
  return {
    sv: undertakingToLandlord.sv(wordsOf(facts, 'sv')),
    en: undertakingToLandlord.en(wordsOf(facts, 'en')),
  }
}

function wordsOf(facts: Facts, language: 'sv' | 'en') {
  const kronor = Math.floor(facts.amount / 100)
  const ore = String(facts.amount % 100).padStart(2, '0')
  return {
    municipality: facts.municipality,
    committee: language === 'sv' ? facts.committeeSv : facts.committeeEn,
    landlord: facts.landlordName,
    tenant: facts.tenantName,
    // The address of a protected person is never written by the service.
    dwelling: facts.protected ? null : facts.dwelling,
    periods: facts.periods.join(', '),
    amount: language === 'sv' ? `${kronor},${ore} kronor` : `SEK ${kronor}.${ore}`,
    decidedBy: facts.decidedBy,
    decidedOn: longDate(localDateOf(facts.decidedAt))[language],
    caseNumber: facts.number,
  }
}
