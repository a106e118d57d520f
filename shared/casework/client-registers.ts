// Who is already a client: each committee's nightly list as keyed hashes, and the logged question whether somebody is on it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { readClientRegister } from '../domain/client-register.ts'
import { Refusal } from '../domain/refusal.ts'
import type { ClientAt } from '../domain/routing-facts.ts'
import type { SheetProblem } from '../domain/sheet.ts'
import { decodeText } from '../domain/text-encoding.ts'
import { blindIndex, type Keys } from '../seal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import type { RoutedCase } from './routing-facts.ts'
import type { Tools } from './tools.ts'

/** What became of a file: `rows` in it, `accepted` people, how many stood there twice, and what could not be used. */
export type RegisterReport = {
  committee: string
  rows: number
  accepted: number
  repeated: number
  problems: readonly SheetProblem[]
}

/** The hash by which one committee's list knows somebody; `identity` is the household's hash of the identity number. */
export function clientKey(keys: Keys, committee: string, identity: Buffer): Buffer {
  return blindIndex(keys, `client ${committee}`, identity.toString('hex'))
}

/**
 * Takes the place of the committee's whole list with a file `committee;unit;caseworker;personnummer`: whoever is not in
 * it is no longer a client. Rows that cannot be read are reported and left out. Refuses `register.unreadable` for a
 * file without a single usable row; the list from before then stands.
 */
export async function importClientRegister(
  db: Db,
  tools: Tools,
  actor: Actor,
  file: Uint8Array,
): Promise<RegisterReport> {
  const { committee } = actor
  if (!committee) throw new Refusal('forbidden', 'forbidden', 'Bara en nämnd kan skicka sitt klientregister.')
  const text = textOf(file)
  return inContext(db, actor, async (trx, at) => {
    // Two files at the same time: one whole list after the other, never a mix.
    await lockTexts(trx, [`client register ${committee}`])
    const units = await trx.selectFrom('unit').select(['code', 'committee']).execute()
    const hash = (number: string) =>
      clientKey(tools.keys, committee, blindIndex(tools.keys, 'household', number)).toString('hex')
    const read = readClientRegister(text, { committee, units, today: at.today, hash })
    if (read.rows.length === 0 && read.problems.length > 0) throw unreadable(read.problems)
    const since = await removeList(trx, committee)
    await insertRows(
      trx,
      'clientRegister',
      read.rows.map(({ identityHash, ...row }) => ({
        ...row,
        key: Buffer.from(identityHash, 'hex'),
        knownSince: since.get(identityHash) ?? at.now,
      })),
    )
    const bad = new Set(read.problems.map((problem) => problem.line)).size
    const { repeated, problems } = read
    const accepted = read.rows.length
    return { committee, rows: accepted + repeated + bad, accepted, repeated, problems }
  })
}

/** Removes the old list and tells since when each person had been on it. */
async function removeList(trx: Trx, committee: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ key: Buffer; knownSince: string }>`
    delete from client_register where committee = ${committee} returning key, known_since`.execute(trx)
  return new Map(
    rows
      .toSorted((one, other) => (one.knownSince > other.knownSince ? -1 : 1))
      .map(({ key, knownSince }) => [key.toString('hex'), knownSince]),
  )
}

function textOf(file: Uint8Array): string {
  const decoded = decodeText(file)
  if ('text' in decoded) return decoded.text
  const detail = 'Filen går inte att läsa som text. Spara den som CSV med semikolon, i UTF-8.'
  throw new Refusal('invalid', 'register.unreadable', detail, [
    { pointer: '/file', code: decoded.unreadable, detail },
  ])
}

function unreadable(problems: readonly SheetProblem[]): Refusal {
  return new Refusal(
    'unprocessable',
    'register.unreadable',
    'Ingen rad i filen kan användas. Registret från förra filen gäller fortfarande.',
    problems.slice(0, 100).map(({ line, column, code, reason }) => ({
      pointer: `/lines/${line}${column ? `/${column}` : ''}`,
      code,
      detail: reason.sv,
    })),
  )
}

type Answer = {
  caseId: string
  committee: string
  found: boolean
  unit: string | null
  caseworker: string | null
}

/**
 * Asks every committee that keeps a list whether the people of these cases are its clients, and logs that it was asked
 * and answered yes or no (SoL 15:8). A protected person is not asked about: the answer would change nothing, and each
 * question tells somebody something. One question to the lists, however many cases.
 */
export async function askRegisters(
  trx: Trx,
  at: Moment,
  tools: Tools,
  cases: readonly RoutedCase[],
): Promise<Map<string, ClientAt[]>> {
  const asked = cases.filter((row) => row.identities !== null && !row.protected)
  if (asked.length === 0) return new Map()
  const committees = await trx.selectFrom('committee').select('code').orderBy('code').execute()
  const questions = asked.flatMap(({ id, identities }) =>
    (identities ?? []).flatMap((identity) =>
      committees.map(({ code }) => ({
        id,
        committee: code,
        key: clientKey(tools.keys, code, Buffer.from(identity, 'hex')),
      })),
    ),
  )
  const { rows } = await sql<Answer>`
    select q.id as case_id, q.committee, r.key is not null as found, r.unit, r.caseworker
    from unnest(${questions.map((one) => one.id)}::uuid[], ${questions.map((one) => one.committee)}::text[],
      ${questions.map((one) => one.key)}::bytea[]) as q(id, committee, key)
    left join client_register r on r.committee = q.committee and r.key = q.key
    where exists (select 1 from client_register k where k.committee = q.committee)
    order by q.id, r.known_since, q.committee, r.unit`.execute(trx)
  await logQuestions(trx, at, asked, rows)
  const clients = new Map<string, ClientAt[]>()
  for (const { caseId, found, committee, unit, caseworker } of rows) {
    if (found) clients.set(caseId, [...(clients.get(caseId) ?? []), { committee, unit, caseworker }])
  }
  return clients
}

async function logQuestions(
  trx: Trx,
  at: Moment,
  asked: readonly RoutedCase[],
  answers: readonly Answer[],
): Promise<void> {
  const asking = new Map(asked.map((row) => [row.id, row.committee]))
  const known = new Map<string, Answer>()
  for (const answer of answers) {
    const key = `${answer.caseId} ${answer.committee}`
    if (!known.get(key)?.found) known.set(key, answer)
  }
  await insertRows(
    trx,
    'clientQuestion',
    [...known.values()].map(({ caseId, committee, found }) => ({
      caseId,
      committee,
      askedBy: 'system',
      asking: asking.get(caseId) ?? committee,
      purpose: 'routing',
      answer: found,
      askedOn: at.today,
      askedAt: at.now,
    })),
    sql`on conflict do nothing`,
  )
}

export type Question = {
  askedAt: string
  askedBy: string
  asking: string
  committee: string
  purpose: string
  answer: boolean
}

/** What has been asked about the people of one case, the latest first; only the committees that asked or were asked see it. */
export async function readQuestions(db: Db, actor: Actor, caseId: string): Promise<Question[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Question>`select asked_at, asked_by, asking, committee, purpose, answer
      from client_question where case_id = ${caseId} order by asked_at desc, committee`.execute(trx)
    return rows
  })
}
