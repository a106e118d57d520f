// What somebody writes in a form and has not sent: kept for them alone, also when the session has run out; never for a stranger.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { readDataFile } from '../../config/files.ts'
import { runRetention } from '../../shared/casework/retention.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { readRetentionRules } from '../../shared/domain/retention.ts'
import { COOKIE, cookieOf, draftsIn, OTHER_FORMS, tokenIn } from '../support/draft-world.ts'
import { openWorld, type World } from '../support/secrecy-world.ts'

let world: World
let form: string
beforeAll(async () => {
  world = await openWorld()
  await sql`delete from form_draft`.execute(world.owner)
  form = `/arenden/${world.marks.gan.caseId}/kontakt`
})
afterAll(() => world?.stop())

const { signedIn, open, send, keep, kept, contacts, runOut, forget, places } = draftsIn(() => world)

describe('What is typed', () => {
  test('is kept once however often, under seal, shown with when it was written, and gone when it is sent', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const page = await open(cookie)
    expect(page).not.toContain('finns kvar')
    const token = tokenIn(page)
    const { seen = '' } = await keep(cookie, token, { note: 'Hon vill bli ringd', channel: 'sms' })
    await keep(cookie, token, { note: 'Hon vill bli ringd efter fem', channel: 'sms', _seen: seen })
    const rows = await kept()
    expect(rows.map(({ subject, form: of }) => [subject, of])).toEqual([
      ['assigned.gan', '/arenden/:id/kontakt'],
    ])
    expect(rows[0]?.row).not.toMatch(/ringd|sms/)
    const again = await open(cookie)
    expect(again).toMatch(/Det du skrev \S+ \d+ \S+ klockan \d\d:\d\d finns kvar/)
    expect(again).toContain('Hon vill bli ringd efter fem')
    expect(again).toMatch(/value="sms" checked/)
    const outcome = /name="outcome"[^>]*value="([^"]+)"/.exec(again)?.[1] ?? ''
    const fields = { outcome, channel: 'sms', day: '2026-11-20', time: '10:00', byWhom: 'municipality' }
    expect(await send(form, cookie, { _csrf: token, ...fields })).toMatchObject({ status: 303 })
    expect(await kept()).toEqual([])
    expect(await open(cookie)).not.toContain('finns kvar')
  })

  test('in two windows: the later one wins, and is told so once', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    const first = await keep(cookie, token, { note: 'Första', _seen: '' })
    expect(first).toMatchObject({ status: 200, told: null })
    const second = await keep(cookie, token, { note: 'Andra', _seen: '' })
    expect(second.told).toMatch(/ett annat fönster klockan \d\d:\d\d är ersatt/)
    expect(await keep(cookie, token, { note: 'Andra igen', _seen: second.seen! })).toMatchObject({
      told: null,
    })
    expect(await open(cookie)).toContain('Andra igen')
  })

  test('is thrown away at a press, twice as well', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    await keep(cookie, token, { note: 'Fel ärende' })
    const drop = `/utkast/kasta?form=${encodeURIComponent(form)}`
    const press = () => send(drop, cookie, { _csrf: token })
    expect([await press(), await press()]).toMatchObject([
      { status: 303, to: form },
      { status: 303, to: form },
    ])
    expect(await kept()).toEqual([])
  })

  test('is seen by nobody else, and nobody writes about what they do not see', async () => {
    const { cookie } = await signedIn('assigned.gan')
    await keep(cookie, tokenIn(await open(cookie)), { note: 'Bara mitt' })
    const colleague = await signedIn('colleague.gan')
    expect(await open(colleague.cookie)).not.toContain('Bara mitt')
    for (const [who, status] of [
      ['caseworker.sn', 404],
      ['caseworker.von', 404],
      ['landlord.a', 403],
      ['administrator.gan', 403],
    ] as const) {
      const other = await signedIn(who)
      const token = tokenIn(await open(other.cookie, '/personuppgifter'))
      expect({ who, ...(await keep(other.cookie, token, { note: 'x' })) }).toMatchObject({ who, status })
    }
    expect(await kept()).toHaveLength(1)
    await forget()
  })

  test.each<[string, string, Record<string, string>, number]>([
    ['no form', '', {}, 404],
    ['an address that is no form', '/arenden/x/kontakt', {}, 404],
    ['a form that keeps no draft', '/arenden/ID/ta', {}, 404],
    ['a letter whose name is none', '/arenden/ID/brev/nytt/..%2F..', {}, 404],
    ['a form of another role', '/arenden/ID/flytta', {}, 403],
    ['a case that is not there', `/arenden/${randomUUID()}/kontakt`, {}, 404],
    ['another service', '//evil.example/arenden/ID/kontakt', {}, 404],
    ['no token', '/arenden/ID/kontakt', { _csrf: 'x' }, 403],
    ['more text than a form has', '/arenden/ID/kontakt', { note: 'å'.repeat(21_000) }, 413],
    ['more than a megabyte', '/arenden/ID/kontakt', { note: 'a'.repeat(1_100_000) }, 413],
  ])('with %s is refused, and nothing is kept', async (_what, address, fields, status) => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    const at = address.replace('ID', world.marks.gan.caseId)
    expect(await keep(cookie, token, fields, at)).toMatchObject({ status })
    expect(await kept()).toEqual([])
  })

  test('and never sent is erased after a week', async () => {
    const { cookie } = await signedIn('assigned.gan')
    await keep(cookie, tokenIn(await open(cookie)), { note: 'Glömt' })
    const rules = readRetentionRules(readDataFile('law/retention.csv'), null).rules!
    const eraser = openDatabase({ url: world.url, role: 'bokvar_eraser', max: 1 })
    const older = (days: number) =>
      sql`update form_draft set updated_at = clock_now() - make_interval(days => ${days})`.execute(
        world.owner,
      )
    try {
      await older(6)
      await runRetention(eraser, rules)
      expect(await kept()).toHaveLength(1)
      await older(8)
      expect((await runRetention(eraser, rules)).counts).toMatchObject({ form_draft: 1 })
      expect(await kept()).toEqual([])
    } finally {
      await eraser.destroy()
    }
  })
})

describe('A form whose session has run out', () => {
  const login = () => `/login?next=${encodeURIComponent(form)}`

  test('is kept for whoever wrote it, and stands there after signing in; nothing is done meanwhile', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    const before = await contacts()
    await runOut()
    const fields = { note: 'Skrivet över lunchen', channel: 'phone', outcome: 'NADD_TACKAR_JA' }
    expect(await send(form, cookie, { _csrf: token, ...fields })).toMatchObject({ status: 303, to: login() })
    expect((await kept()).map(({ subject }) => subject)).toEqual(['assigned.gan'])
    expect(await contacts()).toBe(before)
    // Somebody else at the same machine finds nothing.
    expect(await open((await signedIn('colleague.gan')).cookie)).not.toContain('över lunchen')
    expect(await open((await signedIn('assigned.gan')).cookie)).toContain('Skrivet över lunchen')
    await forget()
  })

  test.each<[string, (own: { id: string; cookie: string; token: string }) => Promise<[string, string]>]>([
    ['without a cookie', async ({ token }) => ['', token]],
    ['with a cookie that we did not sign', async ({ id, token }) => [`${COOKIE}=${id}.forged`, token]],
    ['with a session that never was', async ({ token }) => [cookieOf(randomUUID()), token]],
    ['without the token of that session', async ({ cookie }) => [cookie, 'x']],
    [
      'with the token of a colleague’s session',
      async ({ cookie }) => {
        const other = await signedIn('colleague.gan')
        const token = tokenIn(await open(other.cookie))
        await runOut()
        return [cookie, token]
      },
    ],
    [
      'whose session was signed out of',
      async ({ cookie, token }) => {
        await sql`delete from web_session`.execute(world.owner)
        return [cookie, token]
      },
    ],
    [
      'whose session ran out long ago',
      async ({ cookie, token }) => {
        await runOut(25)
        return [cookie, token]
      },
    ],
    [
      'whose writer has left',
      async ({ cookie, token }) => {
        await sql`update person set active = false where subject = 'assigned.gan'`.execute(world.owner)
        return [cookie, token]
      },
    ],
  ])('%s is not kept: the sign-in is all there is', async (_what, made) => {
    const { id, cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    await runOut()
    const [sentCookie, sentToken] = await made({ id, cookie, token })
    const { status, to } = await send(form, sentCookie, { _csrf: sentToken, note: 'Inte mitt' })
    expect([302, 303]).toContain(status)
    expect(to).toMatch(/^\/login\?next=/)
    expect(await kept()).toEqual([])
    await sql`update person set active = true where subject = 'assigned.gan'`.execute(world.owner)
  })

  test('and comes from another site is refused before it is read', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    await runOut()
    const answer = await world.app.inject({
      method: 'POST',
      url: form,
      headers: {
        cookie,
        origin: 'https://evil.example',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ _csrf: token, note: 'x' }).toString(),
    })
    expect(answer.statusCode).toBe(403)
    expect(await kept()).toEqual([])
  })

  test('is shown again when its writer has signed in anew in another window, and done when it is sent then', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const token = tokenIn(await open(cookie))
    const colleague = tokenIn(await open((await signedIn('colleague.gan')).cookie))
    await runOut()
    const anew = await signedIn('assigned.gan')
    expect((await send(form, anew.cookie, { _csrf: colleague, note: 'Inte mitt' })).status).toBe(403)
    expect(await kept()).toEqual([])
    const before = await contacts()
    expect(await send(form, anew.cookie, { _csrf: token, note: 'Från i morse' })).toMatchObject({
      status: 303,
      to: form,
    })
    expect(await contacts()).toBe(before)
    const page = await open(anew.cookie)
    expect(page).toContain('Från i morse')
    expect(page).toContain('Du har loggat in igen')
    await forget()
  })

  test.each(OTHER_FORMS)(
    'stands there after the next sign-in: %s',
    async (_what, who, address, shownAt, given) => {
      await forget()
      const ids = await places()
      const filled = (text: string) => text.replace(/CASE|VISIT|REFERRAL/, (name) => ids[name as 'CASE'])
      const url = filled(address)
      const page = filled(shownAt || address)
      const words = 'Skrivet före mötet'
      const fields = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value || words]))
      const { cookie } = await signedIn(who)
      const token = tokenIn(await open(cookie, page))
      await runOut()
      const to = `/login?next=${encodeURIComponent(page)}`
      expect(await send(url, cookie, { _csrf: token, ...fields })).toMatchObject({ status: 303, to })
      const anew = await signedIn(who)
      expect(((await open(anew.cookie, page)).match(/<main[^]*/) ?? [''])[0]).toContain(words)
      // What the script keeps while one types is the same draft.
      const atForm = url.replace('avboka', 'andra')
      const again = await keep(anew.cookie, tokenIn(await open(anew.cookie, page)), fields, atForm)
      expect([again.status, (await kept()).length]).toEqual([200, 1])
      await forget()
    },
  )
})

describe('What is done', () => {
  test('and the draft it was written in end together, or neither does', async () => {
    const { cookie } = await signedIn('assigned.gan')
    const address = `/arenden/${world.marks.gan.caseId}/rattslig-grund`
    const page = await open(cookie, address)
    const item = /name="items"[^>]*value="([^"]+)"/.exec(page)?.[1] ?? ''
    const values = { recipient: 'landlord', items: item }
    const token = tokenIn(page)
    const fields = { _csrf: token, ...values, paragraph: '10 kap. 2 §', harmTest: 'Ingen skada' }
    await forget()
    await keep(cookie, token, fields, address)
    const done = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from sharing_basis`.execute(world.owner)).rows[0]!.n
    const before = await done()
    await sql`revoke delete on form_draft from bokvar_web`.execute(world.owner)
    expect((await send(address, cookie, fields)).status).toBe(500)
    expect([await done(), (await kept()).length]).toEqual([before, 1])
    await sql`grant delete on form_draft to bokvar_web`.execute(world.owner)
    expect(await send(address, cookie, fields)).toMatchObject({ status: 303 })
    expect([await done(), (await kept()).length]).toEqual([before + 1, 0])
  })

  test('of a case that has changed meanwhile is refused with what was written, and done when it is sent again', async () => {
    const { cookie } = await signedIn('supervisor.gan')
    const { CASE } = await places()
    const page = await open(cookie, `/arenden/${CASE}`)
    await sql`update arrears_case set version = version + 1 where id = ${CASE}`.execute(world.owner)
    const written = (html: string) => ({
      _csrf: tokenIn(html),
      version: /name="version" value="(\d+)"/.exec(html)?.[1] ?? '',
      to: 'unit:GAN-BETAL',
      reason: 'Familjen är känd där',
    })
    const sent = await send(`/arenden/${CASE}/flytta`, cookie, written(page))
    expect([sent.status, sent.body.includes('Familjen är känd där')]).toEqual([409, true])
    expect(await send(`/arenden/${CASE}/flytta`, cookie, written(sent.body))).toMatchObject({ status: 303 })
  })
})
