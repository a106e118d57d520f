// Who is let in and as what: two administrators at once, nobody's own rights, and landlords' people who ask or are invited.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Actor } from '../../shared/casework/act.ts'
import {
  askLandlordAccess,
  inviteLandlordUser,
  redeemInvitation,
} from '../../shared/casework/landlord-users.ts'
import {
  changeLandlord,
  listLandlords,
  readLandlord,
  setLandlordSuspended,
  setLandlordUser,
} from '../../shared/casework/landlords.ts'
import { addPerson, changePerson, readPerson, reopenPerson } from '../../shared/casework/people-changes.ts'
import { endPerson, openWorkOf } from '../../shared/casework/person-ending.ts'
import { findClient, findPersonBySubject } from '../../shared/casework/people.ts'
import {
  answerBarrierReport,
  listBarrierReports,
  reportBarrier,
} from '../../shared/casework/accessibility.ts'
import { readTheme, saveTheme } from '../../shared/casework/theme.ts'
import { administratorIn, NOON, refusalOf } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
let anna: Actor
let bo: Actor

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  anna = await administratorIn(spine.owner, 'anna')
  bo = await administratorIn(spine.owner, 'bo')
})
afterAll(() => spine.close())

const wish = { name: 'Nina Nybo', email: 'nina@example.se', role: 'caseworker', unit: 'SN-MOTT' }
const own = { subject: 'sub-nina', username: 'nina' }
/** Who has nothing open is ended without a question. */
const nothing = { heir: undefined, reason: '' }

describe('a person', () => {
  test('is let in once, belongs to the unit’s committee, and comes in at the next click', async () => {
    const [one, two] = await Promise.all(
      [anna, bo].map((who) => addPerson(spine.web, who, { ...wish, ...own })),
    )
    expect(one).toBe(two)
    expect(await findPersonBySubject(spine.web, 'sub-nina')).toMatchObject({
      committee: 'SN',
      unit: 'SN-MOTT',
    })
    expect((await readPerson(spine.web, anna, one!)).changes.map(({ what }) => what)).toEqual(['added'])
    const taken = addPerson(spine.web, anna, { ...wish, ...own, name: 'En annan' })
    expect(await refusalOf(taken)).toMatchObject({ code: 'person.taken' })
  })

  test.each<[string, Partial<typeof wish & typeof own>, string]>([
    ['without a name', { name: ' ' }, '/name'],
    ['with an address that is none', { email: 'hej' }, '/email'],
    ['with a line of mail in the address', { email: 'a@b.se\r\nBcc: c@d.se' }, '/email'],
    ['with no role', { role: 'system' }, '/role'],
    ['with a landlord’s role', { role: 'landlord' }, '/role'],
    ['with a unit that is not there', { unit: 'SN-BORTA' }, '/unit'],
    ['who works with cases and has no unit', { unit: '' }, '/unit'],
    ['without an identity', { subject: '' }, '/subject'],
  ])('%s is not let in, and the field is named', async (_what, change, pointer) => {
    const refusal = await refusalOf(
      addPerson(spine.web, anna, { ...wish, ...own, subject: 'sub-x', ...change }),
    )
    expect(refusal.problems).toEqual([expect.objectContaining({ pointer, en: expect.any(String) as never })])
  })

  test('is moved and ended with who did it written down; twice is once', async () => {
    const id = await addPerson(spine.web, anna, { ...wish, ...own })
    const moved = { ...wish, role: 'supervisor', unit: 'SN-BOS' }
    await changePerson(spine.web, bo, id, moved)
    await changePerson(spine.web, bo, id, moved)
    await endPerson(spine.web, anna, id, nothing)
    await endPerson(spine.web, anna, id, nothing)
    expect(await findPersonBySubject(spine.web, 'sub-nina')).toBeNull()
    await reopenPerson(spine.web, anna, id)
    await reopenPerson(spine.web, anna, id)
    expect(await openWorkOf(spine.web, anna, id)).toMatchObject({ work: { tasks: 0, cases: 0 } })
    await endPerson(spine.web, anna, id, nothing)
    const { changes } = await readPerson(spine.web, anna, id)
    expect(changes.map(({ what, byName }) => [what, byName])).toEqual([
      ['ended', 'anna'],
      ['reopened', 'anna'],
      ['ended', 'anna'],
      ['changed', 'bo'],
      ['added', expect.any(String)],
    ])
  })
})

describe('an administrator', () => {
  test('gives nobody access to cases by changing their own role, nor ends themselves', async () => {
    const mine = { name: 'anna', email: '', role: 'supervisor', unit: 'GAN-FS' }
    expect(await refusalOf(changePerson(spine.web, anna, anna.personId!, mine))).toMatchObject({
      code: 'person.own-rights',
    })
    const ending = endPerson(spine.web, anna, anna.personId!, nothing)
    expect(await refusalOf(ending)).toMatchObject({ code: 'person.own-rights' })
    await changePerson(spine.web, anna, anna.personId!, { ...mine, role: 'administrator', name: 'Anna' })
    expect((await readPerson(spine.web, anna, anna.personId!)).person.name).toBe('Anna')
  })

  test('ends another; of two who end each other at the same moment one remains', async () => {
    const both = await Promise.allSettled([
      endPerson(spine.web, anna, bo.personId!, nothing),
      endPerson(spine.web, bo, anna.personId!, nothing),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const left = sql<{
      count: number
    }>`select count(*)::int as count from person where role = 'administrator' and active`
    expect((await left.execute(spine.owner)).rows).toEqual([{ count: 1 }])
    await sql`update person set active = true where role = 'administrator'`.execute(spine.owner)
  })
})

describe('somebody who acts for a landlord', () => {
  const claims = (nth: number) => ({
    subject: `e-id-${nth}`,
    username: `e${nth}`,
    name: `Företrädare ${nth}`,
    email: null,
  })
  const company = { organisationNumber: '5599990115', landlordName: 'Exempelfastigheter' }
  const landlordId = async () => (await findLandlordId()) ?? ''
  const findLandlordId = async () =>
    (
      await spine.owner
        .selectFrom('landlord')
        .select('id')
        .where('organisationNumber', '=', company.organisationNumber)
        .executeTakeFirst()
    )?.id

  test('waits until let in, and asks once however often they sign in', async () => {
    const asked = await Promise.all(
      [1, 1].map((nth) => askLandlordAccess(spine.web, { ...claims(nth), ...company })),
    )
    expect(asked).toEqual(['waiting', 'waiting'])
    expect(await findPersonBySubject(spine.web, 'e-id-1')).toBeNull()
    const { landlords } = await listLandlords(spine.web, anna, { limit: 1, page: 1 })
    expect(landlords[0]).toMatchObject({ waiting: 1, approvedAt: null })
    const { users } = await readLandlord(spine.web, anna, landlords[0]!.id)
    const answer = { landlordId: landlords[0]!.id, personId: users[0]!.id, active: true }
    await setLandlordUser(spine.web, anna, answer)
    await setLandlordUser(spine.web, anna, answer)
    const { landlord, changes } = await readLandlord(spine.web, anna, landlords[0]!.id)
    expect(landlord.approvedAt).not.toBeNull()
    expect(changes.map(({ what }) => what)).toEqual(['let-in', 'asked'])
    expect(await findPersonBySubject(spine.web, 'e-id-1')).toMatchObject({
      role: 'landlord',
      landlordId: landlord.id,
    })
    expect(await askLandlordAccess(spine.web, { ...claims(1), ...company })).toBe('active')
  })

  const alone = { organisationNumber: null, landlordName: null }
  const lineOf = async (subject: string) => {
    const { landlordId: id, id: personId } = await spine.owner
      .selectFrom('person')
      .select(['id', 'landlordId'])
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    const { landlord } = await readLandlord(spine.web, anna, id!)
    return { landlordId: id!, personId, landlord }
  }

  test('who acts for themselves is let in at once, stands first on the list until somebody has looked, and can be closed', async () => {
    expect(await askLandlordAccess(spine.web, { ...claims(2), ...alone })).toBe('active')
    const { landlordId: id, personId } = await lineOf('e-id-2')
    const { landlords } = await listLandlords(spine.web, anna, { limit: 1, page: 1 })
    expect(landlords[0]).toMatchObject({ id, unseen: true, approvedAt: null, users: 1 })
    for (let time = 0; time < 2; time++)
      await setLandlordUser(spine.web, anna, { landlordId: id, personId, active: true })
    expect((await lineOf('e-id-2')).landlord).toMatchObject({ unseen: false, approvedAt: expect.any(String) })
    await setLandlordUser(spine.web, anna, { landlordId: id, personId, active: false })
    expect(await findPersonBySubject(spine.web, 'e-id-2')).toBeNull()
    expect(await askLandlordAccess(spine.web, { ...claims(2), ...alone })).toBe('waiting')
  })

  test('who acts for themselves waits like an organisation where the municipality has decided so', async () => {
    await sql`insert into rule_version (kind, version, body, sha256, state, valid_from, created_by, reviewed_by, published_by)
      select kind, version + 1, replace(body, 'privata_hyresvardar_direkt;ja', 'privata_hyresvardar_direkt;nej'), sha256, state,
        valid_from, a.id, b.id, b.id
      from rule_version, (select min(id::text)::uuid as id from person) a, (select max(id::text)::uuid as id from person) b
      where kind = 'settings'`.execute(spine.owner)
    expect(await askLandlordAccess(spine.web, { ...claims(9), ...alone })).toBe('waiting')
    expect(await findPersonBySubject(spine.web, 'e-id-9')).toBeNull()
    expect((await lineOf('e-id-9')).landlord).toMatchObject({ unseen: false, waiting: 1 })
  })

  test('comes by an invitation that is used once, by one, and not for ever', async () => {
    const code = await inviteLandlordUser(spine.web, anna, await landlordId())
    expect(await refusalOf(redeemInvitation(spine.web, claims(3), 'fel'))).toMatchObject({
      code: 'invitation.unknown',
    })
    await redeemInvitation(spine.web, claims(3), code)
    await redeemInvitation(spine.web, claims(3), code)
    expect(await findPersonBySubject(spine.web, 'e-id-3')).toMatchObject({ landlordId: await landlordId() })
    expect(await refusalOf(redeemInvitation(spine.web, claims(4), code))).toMatchObject({
      code: 'invitation.ended',
    })
    const second = await inviteLandlordUser(spine.web, anna, await landlordId())
    const staff = redeemInvitation(spine.web, { ...claims(5), subject: 'sub-nina' }, second)
    expect(await refusalOf(staff)).toMatchObject({ code: 'person.taken' })
    const both = await Promise.allSettled(
      [6, 7].map((nth) => redeemInvitation(spine.web, claims(nth), second)),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const third = await inviteLandlordUser(spine.web, anna, await landlordId())
    await sql`update landlord_invitation set expires_at = clock_now() - interval '1 second' where used_at is null`.execute(
      spine.owner,
    )
    expect(await refusalOf(redeemInvitation(spine.web, claims(8), third))).toMatchObject({
      code: 'invitation.ended',
    })
    const stored = await sql<{
      row: string
    }>`select row_to_json(l)::text as row from landlord_invitation l`.execute(spine.owner)
    expect(stored.rows.map(({ row }) => row).join()).not.toContain(code)
  })

  test('stays out while the landlord is suspended, as do its systems', async () => {
    const id = await landlordId()
    await spine.owner
      .insertInto('systemClient')
      .values({ clientId: 'prov', kind: 'landlord', landlordId: id })
      .execute()
    await setLandlordSuspended(spine.web, anna, id, true)
    await setLandlordSuspended(spine.web, bo, id, true)
    expect([await findPersonBySubject(spine.web, 'e-id-1'), await findClient(spine.web, 'prov')]).toEqual([
      null,
      null,
    ])
    expect(await refusalOf(inviteLandlordUser(spine.web, anna, id))).toMatchObject({
      code: 'landlord.suspended',
    })
    await setLandlordSuspended(spine.web, anna, id, false)
    expect(await findClient(spine.web, 'prov')).toMatchObject({ landlordId: id })
  })

  test.each([
    ['a number whose check digit is wrong', { organisationNumber: '5599990116' }, '/organisationNumber'],
    ['another landlord’s number', { organisationNumber: '559999-0107' }, '/organisationNumber'],
    ['no name', { name: '' }, '/name'],
    ['an unknown kind', { kind: 'x' }, '/kind'],
  ])('a landlord does not get %s', async (_what, change, pointer) => {
    const facts = { name: 'X', organisationNumber: company.organisationNumber, kind: 'private', ...change }
    const refusal = await refusalOf(changeLandlord(spine.web, anna, await landlordId(), facts))
    expect(refusal.problems[0]).toMatchObject({ pointer })
  })
})

describe('the look and reports of barriers', () => {
  const look = {
    name: 'Örebro kommun',
    brand: '#5C1F3A',
    brandText: '#fff',
    link: '5c1f3a',
    logo: 'none' as const,
  }

  test('the same look saved twice, or twice at once, is one version; a logo is kept until it is taken away', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => saveTheme(spine.web, anna, look)))
    expect(one?.version).toBe(two?.version)
    const logo = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h4v4z"/></svg>')
    await saveTheme(spine.web, anna, { ...look, logo })
    expect(await saveTheme(spine.web, anna, { ...look, logo: 'keep', name: 'Örebro' })).toMatchObject({
      logoType: 'image/svg+xml',
    })
    expect(await saveTheme(spine.web, anna, look)).toMatchObject({ logoType: null, brand: '#5c1f3a' })
    expect(await refusalOf(saveTheme(spine.web, anna, { ...look, brand: 'red;}' }))).toMatchObject({
      code: 'theme.unfit',
    })
    expect((await readTheme(spine.web))?.brand).toBe('#5c1f3a')
  })

  test('the same report sent twice is one task, with a last day in working days; it is answered once', async () => {
    const report = { page: '/sok', problem: 'Syns inte.', contact: '' }
    await Promise.all([reportBarrier(spine.web, report), reportBarrier(spine.web, report)])
    const [found, more] = await listBarrierReports(spine.web, anna)
    expect(more).toBeUndefined()
    expect(found).toMatchObject({ dueOn: '2026-12-09', overdue: false, answer: null })
    await answerBarrierReport(spine.web, anna, found!.id, 'Rättat.')
    await answerBarrierReport(spine.web, bo, found!.id, 'Något annat.')
    expect((await listBarrierReports(spine.web, bo))[0]).toMatchObject({ answer: 'Rättat.' })
  })
})
