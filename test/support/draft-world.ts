// People who write in forms and lose their sessions: signs them in, types, sends, and looks at what is kept of it.
import { randomUUID } from 'node:crypto'
import { Signer } from '@fastify/cookie'
import { sql } from 'kysely'
import { saveSession } from '../../shared/casework/web-sessions.ts'
import { aNotice } from './api.ts'
import { BASE } from './http.ts'
import type { Who } from './secrecy-people.ts'
import { SESSION_SECRET, type World } from './secrecy-world.ts'

const signer = new Signer(SESSION_SECRET)

/** The session's cookie, named after the port. */
export const COOKIE = `bokvar-${new URL(BASE).port}`
export const cookieOf = (id: string) => `${COOKIE}=${encodeURIComponent(signer.sign(id))}`

/** The token of a page's form. */
export const tokenIn = (html: string) => /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''

/** Each form: what it is, who writes in it, its address, where it is shown, and its fields; an empty one is filled in. */
export const OTHER_FORMS: [string, Who, string, string, Record<string, string>][] = [
  ['a restart', 'assigned.gan', '/arenden/CASE/omstart', '', { answer: 'no', reason: '' }],
  ['a letter', 'assigned.gan', '/arenden/CASE/brev/nytt/home-visit', '', { sprak: 'en', phone: '' }],
  ['a visit to be booked', 'assigned.gan', '/arenden/CASE/besok', '', { purpose: '', minutes: '55' }],
  ['a visit to be moved', 'assigned.gan', '/hembesok/VISIT/andra', '', { why: '' }],
  [
    'a visit to be called off',
    'assigned.gan',
    '/hembesok/VISIT/avboka',
    '/hembesok/VISIT/andra',
    { why: '' },
  ],
  ['a case to be moved', 'supervisor.gan', '/arenden/CASE/flytta', '/arenden/CASE', { reason: '' }],
  [
    'a referral given back',
    'counsellor.sn',
    '/hanvisningar/REFERRAL/tillbaka',
    '/hanvisningar/REFERRAL',
    { reason: '' },
  ],
  ['a meeting', 'counsellor.sn', '/hanvisningar/REFERRAL/mote', '/hanvisningar/REFERRAL', { day: '' }],
]

/** What is done in such a world, which stands once the tests run. `open` and `keep` without an address: a contact's form. */
export function draftsIn(at: () => World) {
  return { ...visitors(at), ...drafts(at) }
}

function visitors(at: () => World) {
  /** A sign-in of somebody's: the session's id and its cookie. */
  async function signedIn(who: Who) {
    const id = randomUUID()
    await saveSession(
      at().web,
      id,
      { subject: who, provider: 'staff' },
      { idleMinutes: 30, absoluteHours: 8 },
    )
    return { id, cookie: cookieOf(id) }
  }
  const open = async (cookie: string, url = formIn(at())) =>
    (await at().app.inject({ url, headers: { cookie } })).body
  async function send(url: string, cookie: string, fields: Record<string, string>) {
    const answer = await at().app.inject({
      method: 'POST',
      url,
      headers: { ...(cookie && { cookie }), 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    })
    return { status: answer.statusCode, body: answer.body, to: answer.headers['location'] ?? '' }
  }
  /** Keeps what is typed as the page's script does. */
  async function keep(cookie: string, token: string, fields: Record<string, string>, address = formIn(at())) {
    const answer = await send(`/utkast?form=${encodeURIComponent(address)}`, cookie, {
      _csrf: token,
      ...fields,
    })
    const { seen, told } = answer.status === 200 ? (JSON.parse(answer.body) as Record<string, string>) : {}
    return { status: answer.status, seen, told }
  }
  return { signedIn, open, send, keep }
}

const formIn = (world: World) => `/arenden/${world.marks.gan.caseId}/kontakt`

function drafts(at: () => World) {
  const kept = async () =>
    (
      await sql<{ subject: string; form: string; row: string }>`select p.subject, d.form, d::text as row
        from form_draft d join person p on p.id = d.person_id`.execute(at().owner)
    ).rows
  const contacts = async () =>
    (await sql<{ n: number }>`select count(*)::int as n from contact`.execute(at().owner)).rows[0]!.n
  const runOut = (hours = 1) =>
    sql`update web_session set expires_at = clock_now() - make_interval(hours => ${hours})`.execute(
      at().owner,
    )
  const forget = () => sql`delete from form_draft`.execute(at().owner)
  /** A case as it comes out of the pipeline, and a visit and a referral that somebody can open. */
  async function places() {
    const headers = { authorization: 'Bearer client:landlord', 'idempotency-key': 'utkast' }
    const sent = await at().app.inject({ method: 'POST', url: '/v1/notices', headers, payload: aNotice() })
    await at().drain()
    const { rows } = await sql<Record<'CASE' | 'VISIT' | 'REFERRAL', string>>`
      select n.case_id as "CASE", v.id as "VISIT", r.id as "REFERRAL"
      from notice n, visit v join referral r on r.case_id = v.case_id
      where n.id = ${sent.json<{ id: string }>().id} and v.case_id = ${at().marks.gan.caseId} and v.state = 'booked'`.execute(
      at().owner,
    )
    await sql`update referral set state = 'accepted' where id = ${rows[0]!.REFERRAL}`.execute(at().owner)
    return rows[0]!
  }
  return { kept, contacts, runOut, forget, places }
}
