// Plays one household's way on a database and prints every stored day; run as a child whose zone and database differ.
import { sql } from 'kysely'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { receiveNotice, receiveUpdate } from '../../shared/casework/intake.ts'
import type { NoticeBody } from '../../shared/domain/notice-body.ts'
import { landlordActor, spineOn } from './spine.ts'

const spine = await spineOn(process.argv[2] ?? '', '1880', async () => undefined)
const landlord = landlordActor('a')
const sentAs = <Body extends object>(key: string, body: Body) => ({
  key,
  raw: Buffer.from(JSON.stringify(body)),
  body,
})

const notice: NoticeBody = {
  type: 'rent-termination',
  reference: 'Z-1',
  landlord: { name: 'Exempelfastigheter i Örebro AB' },
  tenant: { name: 'Zara Exempel' },
  dwelling: { address: 'Storgatan 1', postalCode: '702 10', city: 'Örebro' },
  rents: [{ period: '2026-11', dueDate: '2026-10-30', amount: 8450 }],
  noticeDate: '2026-12-02',
  dispatchedDate: '2026-12-02',
  dispatchMethod: 'e-service',
}

// Half past midnight in Sweden is yesterday in UTC and in New York, and two days' dates must not follow them there.
await spine.moveTo('2026-12-02T23:30:00Z')
const { id } = await receiveNotice(spine.web, spine.tools, landlord, sentAs('n', notice))
await spine.drain()
await receiveUpdate(spine.web, spine.tools, landlord, {
  ...sentAs('u', { type: 'served' as const, date: '2026-12-03' }),
  noticeId: id,
})
await spine.moveTo('2026-12-23T23:30:00Z')
const kronofogden = { ...landlord, role: 'kronofogden', sender: 'client:kronofogden' }
const eviction = {
  event: 'date-set' as const,
  caseNumber: 'U-1-26/0210',
  occurredOn: '2026-12-23',
  respondent: { name: 'Zara Exempel', address: 'Storgatan 1', postalCode: '702 10', city: 'Örebro' },
  evictionAt: '2027-01-19T23:30:00Z',
  opportunityToRespondOn: '2026-12-22',
}
await receiveEvictionNotice(spine.web, spine.tools, kronofogden, sentAs('e', eviction))
await spine.drain()
await spine.moveTo('2026-12-28T23:00:30Z')

const rows = async (query: ReturnType<typeof sql>) => (await query.execute(spine.worker)).rows
const printed = {
  deadlines:
    await rows(sql`select kind, version, raw_date, last_day, safe_day, not_before, basis, state, moved, superseded_at is null as current
    from deadline order by kind, version`),
  cases:
    await rows(sql`select notified_on, received_on, event_on, recovery_last_day, recovery_safe_day, eviction_day, eviction_at, passes_on
    from arrears_case`),
  tasks: await rows(
    sql`select occurrence, due_on, due_at, alarm_at, state from task where template <> 'review' order by occurrence`,
  ),
  stages: await rows(
    sql`select trigger, step, date_trunc('minute', due_at) as due_at from stage where trigger like '%recovery%' order by trigger, step, due_at`,
  ),
  diary: await rows(sql`select kind, detail ->> 'deadline' as deadline, detail ->> 'day' as day from timeline
    where kind in ('deadline.passed', 'deadline.moved') order by id`),
  failures: spine.failures,
}
await spine.close()
process.stdout.write(JSON.stringify(printed))
