// The doors to rules, registers and the reasons of a case: who may, what is answered, and what a refusal names.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { moment } from '../../shared/casework/act.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { casework } from '../support/api-case.ts'

let api: Api
let work: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  work = casework(api)
})
afterAll(() => api.stop())

const ADMIN: Who = 'administrator.gan'
const OTHER: Who = 'administrator2.gan'

function multipart(text: string) {
  const edge = '----prov'
  const head = `--${edge}\r\nContent-Disposition: form-data; name="file"; filename="klienter.csv"\r\nContent-Type: text/csv\r\n\r\n`
  return {
    raw: Buffer.from(`${head}${text}\r\n--${edge}--\r\n`),
    headers: { 'content-type': `multipart/form-data; boundary=${edge}` },
  }
}
const inForce = async () => {
  const { body } = await api.call('/v1/rule-versions?kind=routing', { as: ADMIN })
  return (body.versions as { id: number; inForce: boolean }[]).find((one) => one.inForce)?.id ?? 0
}
const sheet = async (id: number) =>
  (await api.call(`/v1/rule-versions/${id}/rules.csv`, { as: ADMIN })).text.replace(/^\uFEFF/, '')
const draft = (csv: string, as = ADMIN) =>
  api.call('/v1/rule-versions', { as, json: { kind: 'routing', csv, note: 'Prov' } })
const today = async () => (await moment(api.owner)).today

describe('versions of the rules', () => {
  test('go from a sheet, through a colleague, to being in force; and out again as a sheet', async () => {
    const first = await inForce()
    const csv = await sheet(first)
    const made = await draft(csv.replace('Skyddade personuppgifter', 'Skyddad'))
    expect(made).toMatchObject({ status: 201, body: { state: 'draft', basedOn: first, inForce: false } })
    const path = `/v1/rule-versions/${made.body.id}`
    expect(made.headers['location']).toBe(path)

    expect(await api.call(`${path}/review`, { as: ADMIN, json: {} })).toMatchObject({
      status: 403,
      body: { code: 'review.own' },
    })
    expect(await api.call(`${path}/publication`, { as: OTHER, json: { from: '2099-01-01' } })).toMatchObject({
      status: 422,
      body: { code: 'rules.not-reviewed' },
    })
    expect(await api.call(`${path}/review`, { as: OTHER, json: {} })).toMatchObject({
      status: 200,
      body: { state: 'reviewed' },
    })
    expect(await api.call(`${path}/diff`, { as: ADMIN })).toMatchObject({
      status: 200,
      body: { from: 1, rows: [{ kind: 'changed', row: 5, cells: [{ column: 'skal_sv' }] }], lines: [] },
    })
    const from = await today()
    expect(await api.call(`${path}/publication`, { as: ADMIN, json: { from } })).toMatchObject({
      status: 200,
      body: { state: 'published', inForce: true },
    })
    expect(await inForce()).toBe(made.body.id)
    const out = await api.call(`${path}/rules.csv`, { as: 'caseworker.gan' })
    expect(out.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8' })
    expect(out.text.startsWith('\uFEFFrad;typ;')).toBe(true)
    expect((await api.call(`${path}/examples.csv`, { as: ADMIN })).text).toContain('fall;anmalan')
    expect(await api.call(`/v1/rule-versions/${first}/restoration`, { as: ADMIN, json: {} })).toMatchObject({
      status: 201,
      body: { state: 'draft', note: 'Som version 1' },
    })
  })

  test('are refused with the row, the column and the reason, and the one in force stays', async () => {
    const before = await inForce()
    const csv = await sheet(before)
    const forbidden = await draft(csv.replace('alder', 'personnummer'))
    expect(forbidden).toMatchObject({ status: 400, body: { code: 'rules.unreadable' } })
    expect(forbidden.body.errors[0]).toMatchObject({
      code: 'forbidden-field',
      pointer: expect.stringMatching(/\/personnummer$/),
    })
    const unknown = await draft(csv.replace(';SN-BARN;', ';SN-BORTA;'))
    const path = `/v1/rule-versions/${unknown.body.id}`
    expect(unknown.body.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ severity: 'error', code: 'unknown-unit', column: 'enhet' }),
      ]),
    )
    await api.call(`${path}/review`, { as: OTHER, json: {} })
    const refused = await api.call(`${path}/publication`, { as: ADMIN, json: { from: await today() } })
    expect(refused).toMatchObject({ status: 422, body: { code: 'rules.unsound' } })
    expect(refused.body.errors[0]).toMatchObject({
      code: 'unknown-unit',
      pointer: expect.stringMatching(/^\/rules\/rows\/\d+\/enhet$/),
    })
    expect(await inForce()).toBe(before)
  })

  test('can be tried on one made-up case, with the reasons in the reader’s language', async () => {
    const path = `/v1/rule-versions/${await inForce()}/trials`
    const json = { facts: { age: 82, needs: ['care'] } }
    const found = await api.call(path, { as: 'supervisor.gan', json, headers: { 'accept-language': 'en' } })
    expect(found).toMatchObject({
      status: 200,
      body: {
        row: 50,
        owners: ['VON/VON-BIST'],
        values: expect.arrayContaining([expect.objectContaining({ column: 'behov' })]),
      },
    })
    expect(found.body.notMatched[0].why).toMatch(/is "nej", the row asks for "ja"/)
    expect(await api.call(path, { as: ADMIN, json: { facts: { shoeSize: 44 } } })).toMatchObject({
      status: 400,
    })
  })

  test('are rehearsed as a job that can be followed', async () => {
    const path = `/v1/rule-versions/${await inForce()}/rehearsals`
    const json = { from: '2026-01-01', to: '2026-12-31' }
    const asked = await api.call(path, { as: ADMIN, json })
    expect(asked).toMatchObject({ status: 202, body: { state: 'waiting', done: 0, result: null } })
    await api.drain()
    const done = await api.call(String(asked.headers['location']), { as: ADMIN })
    expect(done).toMatchObject({ status: 200, body: { state: 'done', result: { newOwner: 0 }, cases: [] } })
    expect((await api.call(path, { as: ADMIN })).body.rehearsals).toHaveLength(1)
    expect(await api.call(path, { as: ADMIN, json: { from: '2026-02-01', to: '2026-01-01' } })).toMatchObject(
      { status: 400, body: { code: 'period.reversed' } },
    )
  })

  test.each<[Who, string, 'GET' | 'POST', number]>([
    ['caseworker.gan', '/v1/rule-versions', 'GET', 200],
    ['caseworker.gan', '/v1/rule-versions', 'POST', 403],
    ['supervisor.gan', '/v1/rule-versions/1/review', 'POST', 403],
    ['administrator.gan', '/v1/rule-versions/1/moves', 'GET', 403],
    ['supervisor.gan', '/v1/rule-versions/1/moves', 'GET', 200],
    ['system', '/v1/rule-versions', 'GET', 403],
    ['landlord', '/v1/rule-versions', 'GET', 403],
    ['landlord', '/v1/client-registers', 'POST', 403],
    ['caseworker.gan', '/v1/client-registers', 'POST', 403],
    ['administrator.gan', '/v1/rule-versions/nummer', 'GET', 404],
    ['administrator.gan', '/v1/rule-versions/999999', 'GET', 404],
  ])('%s at %s %s is answered %i', async (as, path, method, status) => {
    const upload = path === '/v1/client-registers' ? multipart('a') : {}
    const answer = await api.call(path, { as, method, ...(method === 'POST' && { json: {} }), ...upload })
    expect(answer.status).toBe(status)
  })
})

describe('the registers', () => {
  const heading = 'committee;unit;caseworker;personnummer'

  test('are taken in by the committee’s system and answered with a report that repeats no number', async () => {
    const rows = ['GAN;GAN-FS;caseworker.gan;19900101-2385', 'GAN;GAN-FS;caseworker.gan;19900101-0000']
    const sent = await api.call('/v1/client-registers', {
      as: 'system',
      ...multipart([heading, ...rows].join('\n')),
    })
    expect(sent).toMatchObject({
      status: 200,
      body: {
        committee: 'GAN',
        rows: 2,
        accepted: 1,
        problems: [{ row: 3, column: 'personnummer', code: 'bad-identity-number' }],
      },
    })
    expect(sent.text).not.toContain('19900101')
    const broken = await api.call('/v1/client-registers', { as: 'system', ...multipart('helt;annat') })
    expect(broken).toMatchObject({ status: 422, body: { code: 'register.unreadable' } })
  })

  test('make a known client’s notice the own caseworker’s, and the case says why and who was asked', async () => {
    const { id } = await work.aCase({
      tenant: { name: 'Känd Klient', personalIdentityNumber: '19900101-2385' },
    })
    const told = await api.call(`/v1/cases/${id}/routing`, { as: 'caseworker.gan' })
    expect(told).toMatchObject({
      status: 200,
      body: { ruleSet: 'routing', row: 10, questions: [{ committee: 'GAN', answer: 'yes' }] },
    })
    const owner = (told.body.history as { kind: string; personId: string }[]).find(
      (one) => one.kind === 'owner',
    )
    expect(owner?.personId).toBe(api.person('caseworker.gan'))
    expect(await api.call(`/v1/cases/${id}/routing`, { as: 'supervisor.von' })).toMatchObject({ status: 404 })
  })
})

describe('facts, proposals and screening', () => {
  test('a recorded need proposes another owner, which the supervisor confirms', async () => {
    const { id } = await work.aCase()
    const json = { needs: ['addiction'] }
    expect(await api.call(`/v1/cases/${id}/facts`, { as: 'caseworker.gan', json })).toMatchObject({
      status: 200,
      body: { changed: ['needs'] },
    })
    expect(
      await api.call(`/v1/cases/${id}/facts`, { as: 'caseworker.gan', json: { needs: ['rik'] } }),
    ).toMatchObject({ status: 400, body: { errors: [{ pointer: '/needs/0' }] } })
    expect(await api.call(`/v1/cases/${id}/facts`, { as: 'caseworker.sn', json })).toMatchObject({
      status: 404,
    })
    await api.drain()
    const { history } = (await api.call(`/v1/cases/${id}/routing`, { as: 'supervisor.gan' })).body
    const proposal = (history as { id: string; state: string }[]).find((one) => one.state === 'proposed')
    const decision = { assignmentId: proposal?.id, decision: 'confirmed' }
    expect(
      await api.call(`/v1/cases/${id}/owner-proposals`, { as: 'caseworker.gan', json: decision }),
    ).toMatchObject({ status: 403 })
    expect(
      await api.call(`/v1/cases/${id}/owner-proposals`, {
        as: 'supervisor.gan',
        json: { ...decision, decision: 'declined' },
      }),
    ).toMatchObject({ status: 400, body: { code: 'reason.missing' } })
    expect(
      await api.call(`/v1/cases/${id}/owner-proposals`, { as: 'supervisor.gan', json: decision }),
    ).toMatchObject({ status: 200, body: { committee: 'SN', state: 'proposed' } })
  })

  test('a screening names every committee that has not been answered for', async () => {
    const { id } = await work.aCase()
    const rows = await api.owner
      .selectFrom('task')
      .select('id')
      .where('caseId', '=', id)
      .where('titleEn', 'like', 'Screen the case%')
      .execute()
    const path = `/v1/tasks/${rows[0]?.id}/screening`
    const no = (committee: string) => ({ committee, answer: 'not-ours', reason: 'Känns inte hos oss.' })
    const missing = await api.call(path, {
      as: 'caseworker.gan',
      json: { answers: [no('GAN'), no('SN'), no('VON')] },
    })
    expect(missing).toMatchObject({
      status: 422,
      body: { code: 'screening.incomplete', errors: [{ pointer: '/committees/FSN' }] },
    })
    const answers = ['GAN', 'SN', 'VON', 'FSN'].map(no)
    expect(await api.call(path, { as: 'caseworker.gan', json: { answers } })).toMatchObject({
      status: 200,
      body: { state: 'done', outcome: 'PROVAD' },
    })
  })
})
