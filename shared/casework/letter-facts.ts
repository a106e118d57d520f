// What a case knows that a letter may say, in the letter's language: names, days in words, who is responsible.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { localDateOf, localTimeOf } from '../domain/calendar.ts'
import { longDate } from '../domain/date-words.ts'
import type { LetterLanguage, LetterNeed, LetterRecipient, LetterValues } from '../domain/letter-template.ts'
import { kronorInWords } from '../text/letters.ts'
import { moment } from './act.ts'
import { readDirectory, toldIn } from './recipients.ts'

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
  enforcementNumber: string | null
  evictionAt: string | null
  evictionToldAt: string | null
  tenantName: string
  address: string
  street: string
  protected: boolean
  landlordName: string
  landlordAddress: string | null
  amountOwed: number
  recoveryLastDay: string | null
  undertaken: { periods: string[]; amount: number; decidedOn: string; lastDay: string | null } | null
}

/** What a letter about this case may say. `stands`: which needs of letters the case fulfils. */
export type LetterFacts = {
  caseId: string
  /** Whom the letters name; null when only the unit could be named. */
  responsible: string | null
  /** Whether the case has somebody of its own; else whoever writes a letter stands under it. */
  owned: boolean
  protected: boolean
  stands: ReadonlySet<LetterNeed>
  valuesIn: (language: LetterLanguage) => LetterValues
  /** The lines that show in the window of the envelope; null where they must not be written out. */
  windowFor: (recipient: LetterRecipient) => string | null
}

/** Reads them; null when there is no such case for the one who reads. */
export async function readLetterFacts(trx: Trx, caseId: string): Promise<LetterFacts | null> {
  const { rows } = await sql<Facts>`
    select m.name as municipality, c.committee, k.name_sv as committee_sv, k.name_en as committee_en, c.unit, u.name_sv as unit_sv,
      u.name_en as unit_en, c.assignee, c.number, c.enforcement_number, c.eviction_at, c.eviction_told_at, c.tenant_name, c.protected,
      c.address as street, c.landlord_name, c.amount_owed, c.recovery_last_day::text as recovery_last_day,
      concat_ws(E'\\n', c.address, concat_ws(' ', regexp_replace(c.postal_code, '^(\\d{3})(\\d{2})$', '\\1 \\2'), c.city)) as address,
      (select n.content #>> '{landlord,postalAddress}' from notice n where n.case_id = c.id
         and n.content #>> '{landlord,postalAddress}' is not null order by n.received_at desc limit 1) as landlord_address,
      (select jsonb_build_object('periods', t.periods, 'amount', t.amount, 'decidedOn', (t.decided_at at time zone 'Europe/Stockholm')::date,
         'lastDay', t.last_day) from undertaking t where t.case_id = c.id and t.state in ('granted', 'sent')
         order by t.asked_at desc limit 1) as undertaken
    from arrears_case c cross join municipality m join committee k on k.code = c.committee left join unit u on u.code = c.unit
    where c.id = ${caseId}`.execute(trx)
  const facts = rows[0]
  if (!facts) return null
  const responsible = await responsibleFor(trx, facts)
  const { today } = await moment(trx)
  const stands = new Set<LetterNeed>()
  if (facts.undertaken) stands.add('undertaking')
  if (facts.evictionAt && facts.evictionToldAt && facts.enforcementNumber) stands.add('eviction')
  return {
    caseId,
    responsible,
    owned: facts.assignee !== null,
    protected: facts.protected,
    stands,
    valuesIn: (language) => valuesOf(facts, responsible, today, language === 'en' ? 'en' : 'sv'),
    windowFor: (recipient) => windowOf(facts, recipient),
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

function windowOf(facts: Facts, recipient: LetterRecipient): string | null {
  if (recipient === 'enforcement') return 'Kronofogden'
  if (recipient === 'landlord')
    return facts.landlordAddress ? `${facts.landlordName}\n${facts.landlordAddress}` : facts.landlordName
  // The address of a protected person is never written by the service.
  return facts.protected ? null : `${facts.tenantName}\n${facts.address}`
}

function valuesOf(
  facts: Facts,
  responsible: string | null,
  today: string,
  language: 'sv' | 'en',
): LetterValues {
  const day = (date: string | null) => (date ? longDate(date)[language] : undefined)
  const at = (instant: string | null) => {
    if (!instant) return undefined
    const clock = localTimeOf(instant)
    const on = longDate(localDateOf(instant))[language]
    return language === 'sv' ? `${on} kl. ${clock.replace(':', '.')}` : `${on}, ${clock}`
  }
  const committee = language === 'sv' ? facts.committeeSv : facts.committeeEn
  const unit = (language === 'sv' ? facts.unitSv : facts.unitEn) ?? committee
  const { undertaken } = facts
  const values: Record<string, string | undefined> = {
    municipality: facts.municipality,
    committee,
    unit,
    caseworker: responsible ?? unit,
    caseNumber: facts.number,
    today: day(today),
    name: facts.tenantName,
    address: [facts.tenantName, ...(facts.protected ? [] : [facts.address])].join('\n'),
    landlord: facts.landlordName,
    dwelling: facts.protected ? undefined : facts.street,
    debt: facts.amountOwed > 0 ? kronorInWords(facts.amountOwed, language) : undefined,
    lastDay: day(undertaken?.lastDay ?? facts.recoveryLastDay),
    enforcementNumber: facts.enforcementNumber ?? undefined,
    receivedAt: at(facts.evictionToldAt),
    evictionAt: at(facts.evictionAt),
    periods: undertaken?.periods.join(', '),
    undertaken: undertaken ? kronorInWords(undertaken.amount, language) : undefined,
    decidedOn: day(undertaken?.decidedOn ?? null),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
