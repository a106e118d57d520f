// Consent and coordination meetings on a real database: what may be told to whom, and what each participant sees of a case.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import {
  recordBasis,
  recordConsent,
  recordTelling,
  registerOf,
  withdrawConsent,
  type ConsentGiven,
} from '../../shared/casework/consents.ts'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { callExtraMeeting, decideInMeeting } from '../../shared/casework/meeting-decisions.ts'
import { listMeetings, readMeeting } from '../../shared/casework/meetings.ts'
import { contactOf, householdsOfContact, nameContact } from '../../shared/casework/neutral-contacts.ts'
import { nominateByHand } from '../../shared/casework/nominations.ts'
import { recordFacts } from '../../shared/casework/recorded-facts.ts'
import { deskOf } from '../support/story-tenancy.ts'
import { actorNamed, openStory, type Story } from '../support/story.ts'

let story: Story
let caseId: string
let own: Actor
let outside: Actor
beforeAll(async () => {
  story = await openStory('2026-11-23')
  await story.notify({
    rents: [
      { period: '2026-10', dueDate: '2026-09-30', amount: 8450 },
      { period: '2026-11', dueDate: '2026-10-30', amount: 8450 },
    ],
    amountToRecover: 16_912.5,
    tenant: { name: 'Vera Exempel', personalIdentityNumber: '19590120-9816' },
  })
  const desk = await deskOf(story)
  caseId = desk.caseId
  own = desk.caseworker
  outside = await actorNamed(story.spine, 'olle.sn')
})
afterAll(async () => {
  expect(story.spine.failures).toEqual([])
  await story.close()
})

const web = () => story.spine.web
const consent = (over: Partial<ConsentGiven> = {}): ConsentGiven => ({
  caseId,
  person: 'Vera Exempel',
  recipient: 'landlord',
  items: ['PLAN', 'KONTAKT'],
  purpose: 'BETALNINGSPLAN',
  from: '2026-11-23',
  to: '2026-12-31',
  givenHow: 'spoken',
  ...over,
})
const telling = (over: object = {}) => ({
  caseId,
  person: 'Vera Exempel',
  recipient: 'landlord',
  items: ['PLAN'],
  purpose: 'BETALNINGSPLAN',
  ...over,
})
const register = () => inContext(web(), own, (trx) => registerOf(trx, caseId))

describe('consent', () => {
  test('nothing is told without it; with it the item is told and recorded once, with its basis', async () => {
    await expect(recordTelling(web(), own, telling())).rejects.toThrow(/Samtycke saknas. Be personen/)
    const { id } = await recordConsent(web(), own, consent())
    expect((await recordConsent(web(), own, consent({ items: ['KONTAKT', 'PLAN'] }))).id).toBe(id)
    await recordTelling(web(), own, telling())
    await recordTelling(web(), own, telling())
    expect((await register()).disclosures).toMatchObject([
      { recipient: 'landlord', items: ['PLAN'], basisSv: 'Samtycke från 2026-11-23.' },
    ])
    await expect(recordTelling(web(), own, telling({ items: ['PLAN', 'SKULD'] }))).rejects.toThrow(
      /andra uppgifter/,
    )
    await expect(recordTelling(web(), own, telling({ purpose: 'ANSTAND' }))).rejects.toThrow(/annat ändamål/)
    await withdrawConsent(web(), own, id)
    await withdrawConsent(web(), own, id)
    await expect(recordTelling(web(), own, telling({ items: ['KONTAKT'] }))).rejects.toThrow(/återtaget/)
    await recordBasis(web(), own, {
      caseId,
      recipient: 'landlord',
      items: ['KONTAKT'],
      paragraph: 'OSL 10:2',
      harmTest: 'Inget men: hyresvärden vet redan.',
    })
    await recordTelling(web(), own, telling({ items: ['KONTAKT'] }))
    expect((await register()).disclosures[0]).toMatchObject({ basisSv: 'Stöd i OSL 10:2.' })
  })

  test.each<[string, Partial<ConsentGiven>, string]>([
    ["a recipient that is no list's", { recipient: 'grannen' }, '/recipient'],
    ["an item that is no list's", { items: ['ALLT'] }, '/items'],
    ['no item', { items: [] }, '/items'],
    ["a purpose that is no list's", { purpose: 'NYFIKENHET' }, '/purpose'],
    ['an end before the beginning', { to: '2026-11-22' }, '/to'],
    ['an end that has been', { from: '2026-10-01', to: '2026-11-01' }, '/to'],
  ])('with %s is refused at that field', async (_what, over, pointer) => {
    await expect(recordConsent(web(), own, consent(over))).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ pointer })]),
    })
  })

  test('another committee neither sees nor adds to it', async () => {
    await expect(recordConsent(web(), outside, consent())).rejects.toMatchObject({ kind: 'not-found' })
    expect(await inContext(web(), outside, (trx) => registerOf(trx, caseId))).toEqual({
      consents: [],
      bases: [],
      disclosures: [],
    })
  })
})

describe('a neutral contact', () => {
  test('sees nothing but what is consented to, from its first day until its last or its withdrawal', async () => {
    await expect(
      nameContact(web(), own, { caseId, personId: own.personId, organisation: 'GAN' }),
    ).rejects.toThrow(/ser redan hela ärendet/)
    await nameContact(web(), own, { caseId, personId: outside.personId, organisation: 'Bokonsulenterna' })
    await nameContact(web(), own, { caseId, personId: outside.personId, organisation: 'Bokonsulenterna' })
    expect(await inContext(web(), own, (trx) => contactOf(trx, caseId))).toMatchObject({
      personName: 'Olle Bokvist',
    })
    expect(await householdsOfContact(web(), outside)).toMatchObject([{ items: [] }])
    const given = { recipient: 'neutral-person', purpose: 'BEHALLA_HEMMET', items: ['KONTAKTVAG', 'SKULD'] }
    const { id } = await recordConsent(
      web(),
      own,
      consent({ ...given, from: '2026-11-24', to: '2026-11-30' }),
    )
    expect(await householdsOfContact(web(), outside)).toMatchObject([{ items: [] }])
    await story.moveTo('2026-11-24')
    const [household] = await householdsOfContact(web(), outside)
    expect(household?.items.map(({ sv }) => sv)).toEqual([
      expect.stringContaining('Vera Exempel, Storgatan 1'),
      expect.stringContaining('2 obetalda hyror'),
    ])
    // The case itself stays closed, and so does everything else of it.
    for (const table of [
      'arrears_case',
      'consent',
      'contact',
      'deadline',
      'payment_plan',
      'undertaking',
      'eviction_plan',
    ])
      expect(
        await inContext(
          web(),
          outside,
          async (trx) => (await sql`select 1 from ${sql.table(table)}`.execute(trx)).rows,
        ),
      ).toEqual([])
    await withdrawConsent(web(), own, id)
    expect(await householdsOfContact(web(), outside)).toMatchObject([{ items: [] }])
  })
})

describe('the coordination meeting', () => {
  const agenda = async (actor: Actor) => {
    const { coming } = await listMeetings(web(), actor)
    const kvarbo = coming.find(({ series }) => series === 'KVARBO')
    return readMeeting(web(), actor, kvarbo!.id)
  }

  test('comes every other week, and takes up by itself whoever is 65 or older', async () => {
    const { coming } = await listMeetings(web(), own)
    expect(coming.map(({ series, day }) => [series, day])).toEqual(
      expect.arrayContaining([
        ['KVARBO', '2026-12-01'],
        ['ALLM', '2026-12-10'],
      ]),
    )
    const meeting = await agenda(own)
    expect(meeting.lines).toMatchObject([
      { own: true, reasons: [{ sv: '65 år eller äldre' }], nearestStop: '2026-12-14', decision: null },
    ])
    expect(meeting.partners).toEqual(['Allmännyttans bokonsulenter'])
  })

  test('other committees see a case only with consent to it, and never more than that', async () => {
    expect((await agenda(outside)).lines).toEqual([])
    await recordConsent(
      web(),
      own,
      consent({
        recipient: 'other-committee',
        items: ['SKULD'],
        purpose: 'BEHALLA_HEMMET',
        from: '2026-11-24',
      }),
    )
    const [line] = (await agenda(outside)).lines
    expect(line).toMatchObject({ own: false, caseId: null, reasons: [], stage: null, nearestStop: null })
    expect(line?.items.map(({ item }) => item)).toEqual(['SKULD'])
    expect(JSON.stringify(line)).not.toMatch(/Vera|Storgatan/)
    // Whoever does not sit at the meeting does not find it, though the case is their own committee's.
    const elsewhere = await actorNamed(story.spine, 'petter.gan')
    await expect(readMeeting(web(), elsewhere, (await agenda(own)).id)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('the same case nominated by hand stands once; a decision becomes a task of whoever is responsible', async () => {
    const before = await agenda(own)
    const { meetingId } = await nominateByHand(web(), own, { caseId, series: 'KVARBO' })
    expect(meetingId).toBe(before.id)
    await expect(nominateByHand(web(), own, { caseId, series: 'INGET' })).rejects.toThrow(/Välj ett möte/)
    const [line] = before.lines
    const decided = {
      lineId: line!.id,
      decision: 'Bokonsulenten och loten besöker tillsammans på kvällstid.',
      responsible: own.personId ?? '',
      dueOn: '2026-12-04',
    }
    await expect(decideInMeeting(web(), own, { ...decided, dueOn: '2026-11-20' })).rejects.toThrow(
      /redan varit/,
    )
    await expect(
      decideInMeeting(web(), own, { ...decided, responsible: outside.personId ?? '' }),
    ).rejects.toThrow(/den nämnd som har ärendet/)
    await expect(decideInMeeting(web(), outside, decided)).rejects.toMatchObject({ kind: 'not-found' })
    await decideInMeeting(web(), own, decided)
    await decideInMeeting(web(), own, decided)
    await story.spine.drain()
    const tasks = (await story.rows()).filter(({ occurrence }) =>
      occurrence.startsWith('manual/meeting-decision'),
    )
    expect(tasks).toMatchObject([{ assignee: 'gunilla.gan', dueOn: '2026-12-04', state: 'open' }])
    expect((await agenda(outside)).lines).toEqual([])
  })

  test('a household that becomes repeated debt later comes to the next meeting, once', async () => {
    await sql`update arrears_case set repeated = true where id = ${caseId}`.execute(story.spine.owner)
    const plan = async () => {
      await sql`insert into outbox (topic, subject_id) values ('case.routed', ${caseId})`.execute(
        story.spine.owner,
      )
      await story.spine.drain()
    }
    await plan()
    await plan()
    const rows = await story.spine.owner.selectFrom('meetingCase').select(['reasons', 'removedOn']).execute()
    expect(rows.flatMap(({ reasons }) => reasons).filter((code) => code === 'repeat-debt')).toHaveLength(1)
  })

  test("the landlord's monthly list holds what that landlord sent, to those who have the cases", async () => {
    const { coming } = await listMeetings(web(), own)
    const monthly = coming.find(({ series }) => series === 'PRIVATA')!
    expect((await readMeeting(web(), own, monthly.id)).landlordList).toMatchObject([
      { type: 'rent-termination' },
    ])
    expect(
      (await readMeeting(web(), await actorNamed(story.spine, 'pia.sn'), monthly.id)).landlordList,
    ).toEqual([])
  })

  test('an extra meeting is called by those who hold the series', async () => {
    const supervisor = await actorNamed(story.spine, 'christian.sn')
    const { id } = await callExtraMeeting(web(), supervisor, { series: 'KVARBO', day: '2026-11-26' })
    expect((await callExtraMeeting(web(), supervisor, { series: 'KVARBO', day: '2026-11-26' })).id).toBe(id)
    await expect(callExtraMeeting(web(), own, { series: 'KVARBO', day: '2026-11-26' })).rejects.toThrow(
      /din nämnd/,
    )
    await expect(
      callExtraMeeting(web(), supervisor, { series: 'KVARBO', day: '2026-11-01' }),
    ).rejects.toThrow(/redan varit/)
  })

  test('a protected person is on no agenda and no contact is told, from that moment', async () => {
    await nameContact(web(), own, { caseId, personId: outside.personId, organisation: 'Bokonsulenterna' })
    await recordFacts(web(), own, { caseId, ifMatch: null }, { protected: true })
    expect(await householdsOfContact(web(), outside)).toEqual([])
    await story.spine.drain()
    const open = await story.spine.owner
      .selectFrom('meetingCase')
      .select('id')
      .where('removedOn', 'is', null)
      .where('decidedAt', 'is', null)
      .execute()
    expect(open).toEqual([])
    for (const actor of [own, outside])
      for (const { id } of (await listMeetings(web(), actor)).coming)
        expect((await readMeeting(web(), actor, id)).lines).toEqual([])
    await expect(nominateByHand(web(), own, { caseId, series: 'KVARBO' })).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})
