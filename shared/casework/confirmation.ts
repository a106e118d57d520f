// The same-day confirmation to Kronofogden (SoF 2025:468 11:3), prepared for a person to read, send and answer for.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { localDateOf, localTimeOf } from '../domain/calendar.ts'
import { longDate } from '../domain/date-words.ts'
import { confirmationToEnforcement, confirmationToPerson, type Letter } from '../text/letters.ts'
import { moment } from './act.ts'
import { readDirectory, toldIn } from './recipients.ts'

/** Both letters in both languages; `responsible` is whom they name, null when only the unit could be named. */
export type Confirmation = {
  responsible: string | null
  enforcement: { sv: Letter; en: Letter }
  person: { sv: Letter; en: Letter }
}

type Facts = {
  municipality: string
  committee: string
  committeeSv: string
  committeeEn: string
  unit: string | null
  unitSv: string | null
  unitEn: string | null
  assignee: string | null
  number: string
  enforcementNumber: string
  evictionAt: string
  evictionToldAt: string
  tenantName: string
  address: string
  protected: boolean
}

/** The confirmation as it should read now; null while no eviction time stands in a case that the reader may see. */
export async function confirmationLetter(trx: Trx, caseId: string): Promise<Confirmation | null> {
  const { rows } = await sql<Facts>`
    select m.name as municipality, c.committee, k.name_sv as committee_sv, k.name_en as committee_en, c.unit, u.name_sv as unit_sv,
      u.name_en as unit_en, c.assignee, c.number, c.enforcement_number, c.eviction_at, c.eviction_told_at, c.tenant_name, c.protected,
      concat_ws(E'\n', c.address, concat_ws(' ', regexp_replace(c.postal_code, '^(\\d{3})(\\d{2})$', '\\1 \\2'), c.city)) as address
    from arrears_case c cross join municipality m join committee k on k.code = c.committee left join unit u on u.code = c.unit
    where c.id = ${caseId} and c.eviction_at is not null and c.eviction_told_at is not null and c.enforcement_number is not null`.execute(
    trx,
  )
  const facts = rows[0]
  if (!facts) return null
  const responsible = await responsibleFor(trx, facts)
  const said = { sv: wordsOf(facts, responsible, 'sv'), en: wordsOf(facts, responsible, 'en') }
  return {
    responsible,
    enforcement: { sv: confirmationToEnforcement.sv(said.sv), en: confirmationToEnforcement.en(said.en) },
    person: { sv: confirmationToPerson.sv(said.sv), en: confirmationToPerson.en(said.en) },
  }
}

/** The case's own caseworker; whoever is away or missing is replaced by the unit's supervisor. */
async function responsibleFor(trx: Trx, { committee, unit, assignee }: Facts): Promise<string | null> {
  const { today } = await moment(trx)
  const about = { committee, unit, assignee, counsellor: null, counsellorCommittee: null }
  const { personId } = toldIn('assignee', about, await readDirectory(trx, today))
  if (!personId) return null
  const person = await trx.selectFrom('person').select('name').where('id', '=', personId).executeTakeFirst()
  return person?.name ?? null
}

function wordsOf(facts: Facts, responsible: string | null, language: 'sv' | 'en') {
  const at = (instant: string) => {
    const clock = localTimeOf(instant)
    const day = longDate(localDateOf(instant))[language]
    return language === 'sv' ? `${day} kl. ${clock.replace(':', '.')}` : `${day}, ${clock}`
  }
  const unit = language === 'sv' ? facts.unitSv : facts.unitEn
  const committee = language === 'sv' ? facts.committeeSv : facts.committeeEn
  return {
    municipality: facts.municipality,
    committee,
    enforcementNumber: facts.enforcementNumber,
    caseNumber: facts.number,
    receivedAt: at(facts.evictionToldAt),
    evictionAt: at(facts.evictionAt),
    responsible: responsible ?? unit ?? committee,
    name: facts.tenantName,
    // The address of a protected person is never written by the service.
    address: facts.protected ? null : facts.address,
  }
}
