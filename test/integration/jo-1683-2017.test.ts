// JO 1683-2017 replayed with nobody acting: told to a named supervisor and the duty list, again and again, in good time.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { demoPeople } from '../../services/start/demo-staff.ts'
import { replayJo, type Replay } from '../../services/start/jo-replay.ts'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { daysBetween } from '../../shared/domain/calendar.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
let replay: Replay

beforeAll(async () => {
  spine = await openSpine()
  await loadDemoPeople(spine.owner, demoPeople(readDataFile('demo/people.csv')))
  replay = await replayJo(spine)
})
afterAll(async () => spine.close())

const before = (days: number) =>
  replay.alerts.filter((alert) => daysBetween(alert.at.slice(0, 10), replay.evictionDay) >= days)

describe('JO 1683-2017 with nobody acting', () => {
  test('nothing fails and everything belongs to one household', async () => {
    expect(spine.failures).toEqual([])
    const cases = await spine.worker.selectFrom('arrearsCase').select(['id', 'stage', 'state']).execute()
    expect(cases).toEqual([expect.objectContaining({ stage: 'executed', state: 'open' })])
  })

  test('a named supervisor is told already of the first notices, months before the eviction', () => {
    expect(
      before(200).filter((alert) => alert.recipient === 'unit-supervisor' && alert.person !== null).length,
    ).toBeGreaterThan(2)
  })

  test('the duty list is told more than once, ten days before the eviction at the latest', () => {
    expect(before(10).filter((alert) => alert.recipient === 'duty-list').length).toBeGreaterThan(1)
  })

  test('after the date is set the urgency rises to the highest, days before the eviction', () => {
    const set = replay.alerts.filter((alert) => alert.trigger.startsWith('eviction'))
    const urgencies = set
      .filter((alert) => alert.at.slice(0, 10) < replay.evictionDay)
      .map((alert) => alert.urgency)
    expect(urgencies.at(-1)).toBe(4)
    expect(Math.min(...urgencies)).toBeLessThan(4)
    expect(before(3).some((alert) => alert.urgency === 4 && alert.recipient === 'duty-list')).toBe(true)
  })

  test('nothing stops after one ignored alert: in the last fortnight no two working days pass in silence', () => {
    const days = [
      ...new Set(
        before(0)
          .filter((alert) => daysBetween(alert.at.slice(0, 10), replay.evictionDay) <= 14)
          .map((alert) => alert.at.slice(0, 10)),
      ),
    ]
    const gaps = days.slice(1).map((day, place) => daysBetween(days[place] ?? day, day))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4)
  })

  test('the day after the eviction the outcome and the housing are asked for, and it is told that nobody answers', () => {
    const outcome = replay.tasks.filter((task) => /hur det gick|boendesituation|bor/i.test(task.title))
    expect(outcome.length).toBeGreaterThan(0)
    expect(
      replay.alerts.some((alert) => alert.trigger === 'outcome-missing' && alert.recipient === 'duty-list'),
    ).toBe(true)
  })

  test('no letter says anything of the household', () => {
    expect(spine.letters.length).toBeGreaterThan(10)
    for (const letter of spine.letters)
      expect(`${letter.subject} ${letter.text}`).not.toMatch(/Ensamstig|Enslingsv|1972|avhys/i)
  })
})
