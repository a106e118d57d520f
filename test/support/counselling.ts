// Counselling for tests: households that are referred, their counsellors, and the steps of a referral over the API.
import { expect } from '@jest/globals'
import type { Actor } from '../../shared/casework/act.ts'
import { aNotice, type Answer, type Api, type Who } from './api.ts'

export type Referral = {
  id: string
  caseId: string
  counsellor: string
  latestDay: string | null
  slotMissingAt: string | null
}
export type Slot = { id: string; counsellor: string; startsAt: string; inTime: boolean }

export const home = (place: number) => ({
  address: `Tidgatan ${place}`,
  postalCode: '702 10',
  city: 'Örebro',
})

/** What the tests of counselling do again and again. */
export function counselling(api: Api) {
  const counsellor = (who: 'counsellor.sn' | 'counsellor2.sn' = 'counsellor.sn'): Actor => ({
    role: 'counsellor',
    personId: api.person(who),
    committee: 'SN',
    unit: 'SN-BOS',
    sender: '',
    landlordId: null,
    name: who,
  })

  let made = 0
  const notify = async function (change: Record<string, unknown> = {}): Promise<string> {
    made += 1
    const json = aNotice({
      reference: `B-${made}`,
      tenant: { name: `Tid Prov${made}` },
      dwelling: home(made),
      ...change,
    })
    const headers = { 'idempotency-key': `b-${made}` }
    const { body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
    await api.drain()
    expect(api.failures).toEqual([])
    const { caseId } = await api.owner
      .selectFrom('notice')
      .select('caseId')
      .where('id', '=', body.id as string)
      .executeTakeFirstOrThrow()
    return caseId!
  }

  const referralOf = async (caseId: string): Promise<Referral> => {
    const { id } = await api.owner
      .selectFrom('referral')
      .select('id')
      .where('caseId', '=', caseId)
      .where('state', 'in', ['assigned', 'accepted'])
      .executeTakeFirstOrThrow()
    return (await api.call(`/v1/referrals/${id}`, { as: 'counsellor.sn' })).body as Referral
  }

  const nameOf = (id: string): Who =>
    id === api.person('counsellor.sn') ? 'counsellor.sn' : 'counsellor2.sn'
  const step = (id: string, name: string, as: Who, json: unknown = {}): Promise<Answer> =>
    api.call(`/v1/referrals/${id}/${name}`, { as, json })
  const slotsOf = async (id: string): Promise<Slot[]> =>
    (await api.call(`/v1/referrals/${id}/slots`, { as: 'counsellor.sn' })).body.slots as Slot[]

  async function accepted(): Promise<Referral & { me: Who }> {
    const found = await referralOf(await notify())
    const me = nameOf(found.counsellor)
    await step(found.id, 'acceptance', me)
    return { ...found, me }
  }

  return { counsellor, notify, referralOf, nameOf, step, slotsOf, accepted, latest: () => made }
}
