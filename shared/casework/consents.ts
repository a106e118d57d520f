// The consent register: who may be told what, for which purpose and how long; nothing is told without it or another basis.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { findCode, type CodeList } from '../domain/codes.ts'
import {
  mayShare,
  RECIPIENTS,
  type Consent,
  type ConsentRecipient,
  type LegalBasis,
} from '../domain/consent.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { findCase, nameInDiary, noSuch, type LockedCase } from './open-case.ts'
import { refreshShown } from './shown-items.ts'
import { rulesInForce } from './settings.ts'
import { writeTimeline } from './timeline.ts'

/** A consent as it stands in the register. `person` is the name of whoever gave it. */
export type KeptConsent = Omit<Consent, 'personId' | 'notedBy'> & {
  id: string
  person: string
  notedByName: string | null
}

/** Another basis as it stands in the register. */
export type KeptBasis = LegalBasis & { id: string; harmTest: string }

/** Something that has been told. */
export type Disclosure = {
  id: string
  recipient: ConsentRecipient
  items: string[]
  purpose: string
  basisSv: string
  basisEn: string
  toldOn: string
}

export type Register = { consents: KeptConsent[]; bases: KeptBasis[]; disclosures: Disclosure[] }

/** Everything recorded of a case's consents, the latest first. */
export async function registerOf(trx: Trx, caseId: string): Promise<Register> {
  const consents = await sql<KeptConsent>`
    select c.id, c.person, c.recipient, c.items, c.purpose, c.from_day as from, c.to_day as to, c.given_how, c.withdrawn_on, p.name as noted_by_name
    from consent c left join person p on p.id = c.noted_by where c.case_id = ${caseId} order by c.noted_at desc, c.id`.execute(
    trx,
  )
  const bases = await sql<KeptBasis>`
    select id, recipient, items, paragraph, harm_test, coalesce(noted_by::text, '') as noted_by, noted_on as "on"
    from sharing_basis where case_id = ${caseId} order by noted_on desc, id`.execute(trx)
  const disclosures = await sql<Disclosure>`
    select id, recipient, items, purpose, basis_sv, basis_en, told_on from disclosure
    where case_id = ${caseId} order by told_at desc, id limit 200`.execute(trx)
  return { consents: consents.rows, bases: bases.rows, disclosures: disclosures.rows }
}

/** A consent as it is recorded. Days are inclusive; `to` null: until it is withdrawn. */
export type ConsentGiven = {
  caseId: string
  person: string
  recipient: string
  items: readonly string[]
  purpose: string
  from: string
  to: string | null
  givenHow: Consent['givenHow']
}

/** Records a consent; the same again is the one that stands. Refuses unknown codes, and an end before the beginning. */
export async function recordConsent(db: Db, actor: Actor, given: ConsentGiven): Promise<{ id: string }> {
  return inContext(db, actor, async (trx, at) => {
    const found = await caseFor(trx, given.caseId)
    await demandKnown(trx, at, given)
    demandDays(given, at)
    const { from, to, items, recipient, purpose, person } = given
    const row = {
      id: randomUUID(),
      caseId: found.id,
      person,
      recipient,
      purpose,
      items: sorted(items),
      fromDay: from,
      toDay: to,
      givenHow: given.givenHow,
      notedBy: actor.personId,
      notedAt: at.now,
    }
    const once = sql`on conflict (case_id, person, recipient, purpose, items, from_day) where withdrawn_on is null do nothing returning id`
    const [added] = await insertRows<'consent', { id: string }>(trx, 'consent', [row], once)
    if (!added) return sameConsent(trx, row)
    await noteInDiary(trx, at, actor, { caseId: found.id, kind: 'consent.given', recipient })
    await refreshShown(trx, at, [found.id])
    return added
  })
}

const sorted = (items: readonly string[]) => [...new Set(items)].toSorted()

async function sameConsent(
  trx: Trx,
  row: {
    caseId: string
    person: string
    recipient: string
    purpose: string
    fromDay: string
    items: string[]
  },
): Promise<{ id: string }> {
  const { rows } = await sql<{
    id: string
  }>`select id from consent where case_id = ${row.caseId} and person = ${row.person}
    and recipient = ${row.recipient} and purpose = ${row.purpose} and from_day = ${row.fromDay} and items = ${row.items}::text[]
    and withdrawn_on is null`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

async function caseFor(trx: Trx, caseId: string): Promise<LockedCase> {
  const found = await findCase(trx, caseId)
  if (!found) throw noSuch()
  return found
}

async function demandKnown(
  trx: Trx,
  at: Moment,
  { recipient, items, purpose }: { recipient: string; items: readonly string[]; purpose: string | null },
): Promise<void> {
  const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
  const isCode = (list: CodeList, code: string) => findCode(codes, list, code) !== null
  const wrong = [
    ...(RECIPIENTS.some((known) => known === recipient) ? [] : [['/recipient', 'Välj mottagare i listan.']]),
    ...(items.length > 0 && items.every((item) => isCode('consent-item', item))
      ? []
      : [['/items', 'Välj minst en uppgift i listan.']]),
    ...(purpose === null || isCode('consent-purpose', purpose)
      ? []
      : [['/purpose', 'Välj ändamål i listan.']]),
  ]
  refuseAll(
    'invalid',
    wrong.map(([pointer = '', detail = '']) => ({ pointer, code: 'code.unknown', detail })),
  )
}

function refuseAll(kind: 'invalid' | 'unprocessable', problems: readonly Problem[]): void {
  const [first] = problems
  if (first) throw new Refusal(kind, first.code, first.detail, problems)
}

function demandDays({ from, to }: ConsentGiven, { today }: Moment): void {
  const ended = 'Samtycket slutar innan det börjar. Ändra sista dagen, eller lämna den tom.'
  const past = 'Samtycket har redan gått ut. Be om ett nytt, eller lämna sista dagen tom.'
  refuseAll('unprocessable', [
    ...(to !== null && to < from ? [{ pointer: '/to', code: 'consent.days', detail: ended }] : []),
    ...(to !== null && to >= from && to < today
      ? [{ pointer: '/to', code: 'consent.past', detail: past }]
      : []),
  ])
}

/** Withdraws a consent from today on; withdrawing again changes nothing. What was told before was told lawfully. */
export async function withdrawConsent(db: Db, actor: Actor, consentId: string): Promise<{ caseId: string }> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{ caseId: string; recipient: string; withdrawnOn: string | null }>`
      select case_id, recipient, withdrawn_on from consent where id = ${consentId} for update`.execute(trx)
    const [found] = rows
    if (!found) throw noSuch()
    const { caseId, recipient } = found
    if (found.withdrawnOn !== null) return { caseId }
    await sql`update consent set withdrawn_on = ${at.today}, withdrawn_by = ${actor.personId} where id = ${consentId}`.execute(
      trx,
    )
    await noteInDiary(trx, at, actor, { caseId, kind: 'consent.withdrawn', recipient })
    await refreshShown(trx, at, [caseId])
    return { caseId }
  })
}

/** Another basis: the provision, and how harm was weighed. */
export type BasisGiven = {
  caseId: string
  recipient: string
  items: readonly string[]
  paragraph: string
  harmTest: string
}

/** Records another legal basis than consent; the same again on the same day is one. */
export async function recordBasis(db: Db, actor: Actor, given: BasisGiven): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const found = await caseFor(trx, given.caseId)
    await demandKnown(trx, at, { ...given, purpose: null })
    const { recipient, paragraph, harmTest } = given
    const row = {
      caseId: found.id,
      recipient,
      items: sorted(given.items),
      paragraph,
      harmTest,
      notedBy: actor.personId,
      notedOn: at.today,
    }
    const once = sql`on conflict (case_id, recipient, items, paragraph, noted_on) do nothing returning id`
    const added = await insertRows(trx, 'sharingBasis', [row], once)
    if (added.length === 0) return
    await noteInDiary(trx, at, actor, { caseId: found.id, kind: 'basis.noted', recipient })
    await refreshShown(trx, at, [found.id])
  })
}

/** What is to be told to whom. */
export type Telling = {
  caseId: string
  person: string
  recipient: string
  items: readonly string[]
  purpose: string
}

/**
 * Records that something is told. Refuses when one of the items has neither consent nor another basis today, item by
 * item and with what to do instead. Telling the same twice on a day is recorded once.
 */
export async function recordTelling(db: Db, actor: Actor, telling: Telling): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const found = await caseFor(trx, telling.caseId)
    await demandKnown(trx, at, telling)
    const words = await demandBasis(trx, at, telling)
    const row = {
      caseId: found.id,
      person: telling.person,
      recipient: telling.recipient,
      items: sorted(telling.items),
      purpose: telling.purpose,
      basisSv: words.sv,
      basisEn: words.en,
      toldOn: at.today,
      toldBy: actor.personId,
      toldAt: at.now,
    }
    const once = sql`on conflict (case_id, person, recipient, items, purpose, told_on, told_by) do nothing returning id`
    const added = await insertRows(trx, 'disclosure', [row], once)
    if (added.length === 0) return
    await noteInDiary(trx, at, actor, { caseId: found.id, kind: 'disclosure', recipient: telling.recipient })
  })
}

async function demandBasis(trx: Trx, at: Moment, telling: Telling): Promise<{ sv: string; en: string }> {
  const { consents, bases } = await registerOf(trx, telling.caseId)
  const asked = {
    personId: telling.person,
    recipient: telling.recipient as ConsentRecipient,
    purpose: telling.purpose,
  }
  const answers = sorted(telling.items).map((item) =>
    mayShare({ ...asked, item }, at.today, consents.map(asConsent), bases),
  )
  const missing = answers.flatMap((answer) => (answer.allowed ? [] : [answer.why]))
  const why = new Map(missing.map((words) => [words.sv, words.en]))
  refuseAll(
    'unprocessable',
    [...why].map(([detail, en]) => ({ pointer: '/items', code: 'consent.missing', detail, en })),
  )
  const all = (language: 'sv' | 'en') =>
    [...new Set(answers.flatMap((answer) => (answer.allowed ? [answer.basis[language]] : [])))].join(' ')
  return { sv: all('sv'), en: all('en') }
}

const asConsent = ({ person, notedByName, ...consent }: KeptConsent): Consent => ({
  ...consent,
  personId: person,
  notedBy: notedByName ?? '',
})

async function noteInDiary(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { caseId, kind, recipient }: { caseId: string; kind: string; recipient: string },
): Promise<void> {
  await writeTimeline(trx, at, [{ caseId, kind, actor: nameInDiary(actor), detail: { recipient } }])
}
