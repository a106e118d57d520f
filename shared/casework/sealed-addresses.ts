// Keeps where a protected person lives sealed: in the case, in what senders wrote, in letters; copies stand empty meanwhile.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { hideAddress, NOWHERE, showAddress, type Place } from '../domain/hidden-address.ts'
import { seal, unseal, type Keys } from '../seal.ts'

/** A row whose place may be sealed: its own columns are empty then. */
export type SealedPlace = Place & { id: string; sealedAddress: Buffer | null }

/** The columns of a case with its place sealed. */
export function sealPlace(keys: Keys, id: string, place: Place): Place & { sealedAddress: Buffer } {
  const { address, apartment, postalCode, city } = place
  const sealedAddress = seal(keys, id, JSON.stringify({ address, apartment, postalCode, city }))
  return { ...NOWHERE, sealedAddress }
}

/** A case's row with its place as it is; the caller has read the row as somebody who may see it. */
export function openPlace<T extends SealedPlace>(keys: Keys, row: T): T {
  if (row.sealedAddress === null) return row
  return { ...row, ...(JSON.parse(unseal(keys, row.id, row.sealedAddress).toString()) as Place) }
}

/** In one line, as a visit or a referral carries it. */
export function lineOf({ address, apartment, postalCode, city }: Place): string {
  const town = [postalCode, city].filter(Boolean).join(' ')
  return [address, apartment, town].filter(Boolean).join(', ')
}

/** The same line in SQL, of the case named `c`: empty while its place is sealed. */
export const lineInSql = sql`concat_ws(', ', nullif(c.address, ''), c.apartment, nullif(concat_ws(' ', c.postal_code, c.city), ''))`

/** What carries its case's line, with the place that is sealed behind it; `case_id` and `address` are read beside it. */
export type CarriedPlace = { caseId: string; address: string; placeBehind: Buffer | null }

/** The column `place_behind` for rows of `alias`; the case is read as the reader may read it. */
export const placeBehind = (alias: string) =>
  sql`case when ${sql.ref(`${alias}.address`)} = '' then (select h.sealed_address from arrears_case h
    where h.id = ${sql.ref(`${alias}.case_id`)}) end as place_behind`

/** A visit or a referral with the line that its case's place reads as. */
export function openCarried<T extends CarriedPlace>(keys: Keys, row: T): Omit<T, 'placeBehind'> {
  const { placeBehind: sealed, ...rest } = row
  if (sealed === null) return rest
  const place = JSON.parse(unseal(keys, row.caseId, sealed).toString()) as Place
  return { ...rest, address: lineOf(place) }
}

/** What a sender wrote, as it is. */
export function openContent<T extends object>(
  keys: Keys,
  row: { id: string; content: T; sealedAddress: Buffer | null },
): T {
  if (row.sealedAddress === null) return row.content
  return showAddress(
    row.content,
    JSON.parse(unseal(keys, row.id, row.sealedAddress).toString()) as Record<string, unknown>,
  )
}

/** The content of a notice with its address sealed, to be stored. */
export function sealContent<T extends object>(keys: Keys, id: string, content: T) {
  const { left, taken } = hideAddress(content)
  return { content: left, sealedAddress: seal(keys, id, JSON.stringify(taken)) }
}

type Routed = { id: string; protected: boolean; postalCode: string | null; sealedAddress: Buffer | null }

/**
 * Brings cases in line with whether their person is protected, before anything else is done with them: seals what came
 * in or was recorded, or puts back what was sealed. The rows come back with the postal code that rules may ask for.
 */
export async function keepSealed<T extends Routed>(trx: Trx, keys: Keys, rows: readonly T[]): Promise<T[]> {
  await sealCases(
    trx,
    keys,
    rows.filter((row) => row.protected).map(({ id }) => id),
  )
  await unsealCases(
    trx,
    keys,
    rows.filter((row) => !row.protected && row.sealedAddress).map(({ id }) => id),
  )
  return rows.map((row) => {
    const { sealedAddress: sealed } = row
    if (sealed === null) return row
    return { ...row, postalCode: (JSON.parse(unseal(keys, row.id, sealed).toString()) as Place).postalCode }
  })
}

type Words = { id: string; address: string | null; body: string; sealedText: Buffer | null }

/** A letter's window and words, sealed: what people write into it may be an address. */
export function sealWords(keys: Keys, { id, address, body }: Omit<Words, 'sealedText'>) {
  return { address: null, body: '', sealedText: seal(keys, id, JSON.stringify({ address, body })) }
}

/** A letter with its window and words as they are. */
export function openWords<T extends Words>(keys: Keys, row: T): Omit<T, 'sealedText'> {
  const { sealedText, ...letter } = row
  if (sealedText === null) return letter
  return {
    ...letter,
    ...(JSON.parse(unseal(keys, row.id, sealedText).toString()) as Pick<Words, 'address' | 'body'>),
  }
}

/** Protects these cases, with their place sealed from the same moment. What is protected already is left as it is. */
export async function protectCases(trx: Trx, keys: Keys, caseIds: readonly string[]): Promise<void> {
  await sql`update arrears_case c set protected = true, facts = c.facts
      || jsonb_build_object('flags', coalesce(c.facts -> 'flags', '[]') || '["protected"]')
    where c.id = any(${[...caseIds]}::uuid[]) and not c.protected`.execute(trx)
  await sealCases(trx, keys, caseIds)
}

/**
 * Seals what is plain of these protected cases and takes the copies of it away; doing it twice changes nothing. A
 * landlord's own words are sealed as well: what was sent yesterday tells where the person lives today.
 */
export async function sealCases(trx: Trx, keys: Keys, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return
  const ids = [...caseIds]
  const { rows } =
    await sql<SealedPlace>`select id, address, apartment, postal_code, city, sealed_address from arrears_case
    where id = any(${ids}::uuid[]) and sealed_address is null order by id for update`.execute(trx)
  await writePlaces(
    trx,
    rows.map((row) => ({ id: row.id, ...sealPlace(keys, row.id, row) })),
  )
  for (const table of ['notice', 'eviction_notice'] as const) {
    const found = await sql<{ id: string; content: object }>`select id, content from ${sql.table(table)}
      where case_id = any(${ids}::uuid[]) and sealed_address is null order by id for update`.execute(trx)
    await writeContents(
      trx,
      table,
      found.rows.map(({ id, content }) => ({ id, ...sealContent(keys, id, content) })),
    )
  }
  const letters = await sql<Words>`select id, address, body, sealed_text from letter
    where case_id = any(${ids}::uuid[]) and sealed_text is null order by id for update`.execute(trx)
  await writeLetters(
    trx,
    letters.rows.map((row) => ({ id: row.id, ...sealWords(keys, row) })),
  )
  await emptyCopies(trx, ids)
}

/** Puts back what {@link sealCases} sealed: the person is not protected any more. */
export async function unsealCases(trx: Trx, keys: Keys, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return
  const ids = [...caseIds]
  const { rows } =
    await sql<SealedPlace>`select id, address, apartment, postal_code, city, sealed_address from arrears_case
    where id = any(${ids}::uuid[]) and sealed_address is not null order by id for update`.execute(trx)
  await writePlaces(
    trx,
    rows.map((row) => ({ ...openPlace(keys, row), sealedAddress: null })),
  )
  for (const table of ['notice', 'eviction_notice'] as const) {
    const found = await sql<{ id: string; content: object; sealedAddress: Buffer }>`
      select id, content, sealed_address from ${sql.table(table)}
      where case_id = any(${ids}::uuid[]) and sealed_address is not null order by id for update`.execute(trx)
    const opened = found.rows.map((row) => ({
      id: row.id,
      content: openContent(keys, row),
      sealedAddress: null,
    }))
    await writeContents(trx, table, opened)
  }
  const letters = await sql<Words>`select id, address, body, sealed_text from letter
    where case_id = any(${ids}::uuid[]) and sealed_text is not null order by id for update`.execute(trx)
  await writeLetters(
    trx,
    letters.rows.map((row) => ({ ...openWords(keys, row), sealedText: null })),
  )
  await fillCopies(trx, ids)
}

async function writePlaces(trx: Trx, rows: readonly SealedPlace[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update arrears_case c set address = n.address, apartment = n.apartment, postal_code = n.postal_code, city = n.city,
      sealed_address = n.sealed
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map((row) => row.address)}::text[],
      ${rows.map((row) => row.apartment)}::text[], ${rows.map((row) => row.postalCode)}::text[],
      ${rows.map((row) => row.city)}::text[], ${rows.map((row) => row.sealedAddress)}::bytea[])
      as n (id, address, apartment, postal_code, city, sealed) where c.id = n.id`.execute(trx)
}

async function writeContents(
  trx: Trx,
  table: 'notice' | 'eviction_notice',
  rows: readonly { id: string; content: object; sealedAddress: Buffer | null }[],
): Promise<void> {
  if (rows.length === 0) return
  await sql`update ${sql.table(table)} t set content = n.content::jsonb, sealed_address = n.sealed
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ content }) => JSON.stringify(content))}::text[],
      ${rows.map(({ sealedAddress }) => sealedAddress)}::bytea[]) as n (id, content, sealed) where t.id = n.id`.execute(
    trx,
  )
}

async function writeLetters(trx: Trx, rows: readonly Words[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update letter t set address = n.address, body = n.body, sealed_text = n.sealed
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ address }) => address)}::text[],
      ${rows.map(({ body }) => body)}::text[], ${rows.map(({ sealedText }) => sealedText)}::bytea[])
      as n (id, address, body, sealed) where t.id = n.id`.execute(trx)
}

/** Where else a case's place is written down, for those who work without the case. */
async function emptyCopies(trx: Trx, ids: readonly string[]): Promise<void> {
  const cases = sql`any(${[...ids]}::uuid[])`
  await sql`update visit set address = '', postal_code = null where case_id = ${cases} and address <> ''`.execute(
    trx,
  )
  await sql`update visit_need set postal_code = null where case_id = ${cases} and postal_code is not null`.execute(
    trx,
  )
  await sql`update referral set address = '' where case_id = ${cases} and address <> ''`.execute(trx)
  await sql`update counselling_task k set address = '' from task t
    where t.id = k.task_id and t.case_id = ${cases} and k.address <> ''`.execute(trx)
  await sql`update meeting_case set shared = '[]' where case_id = ${cases} and shared <> '[]'`.execute(trx)
  await sql`update neutral_contact set shown = '[]' where case_id = ${cases} and shown <> '[]'`.execute(trx)
  for (const table of ['arrears_case', 'assignment'] as const)
    await sql`update ${sql.table(table)} set routing_facts = routing_facts || '{"postalCode": null}'
      where ${sql.ref(table === 'assignment' ? 'case_id' : 'id')} = ${cases} and routing_facts ->> 'postalCode' is not null`.execute(
      trx,
    )
}

async function fillCopies(trx: Trx, ids: readonly string[]): Promise<void> {
  const of = sql`c.id = any(${[...ids]}::uuid[])`
  await sql`update visit v set address = ${lineInSql}, postal_code = c.postal_code from arrears_case c
    where ${of} and v.case_id = c.id and v.address = ''`.execute(trx)
  await sql`update referral r set address = ${lineInSql} from arrears_case c
    where ${of} and r.case_id = c.id and r.address = ''`.execute(trx)
  await sql`update counselling_task k set address = ${lineInSql} from arrears_case c, task t
    where ${of} and t.case_id = c.id and k.task_id = t.id and k.address = ''`.execute(trx)
}
