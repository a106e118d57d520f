// The watchdog's judgement: which alarms a look raises, which senders have fallen silent, and when a person is told.
import { describe, expect, it, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  alarmsOf,
  endsToKeep,
  isInTime,
  newsOf,
  silentFeeds,
  told,
  usualLimits,
  type Alarm,
  type Due,
  type Limits,
  type Memory,
  type News,
  type Sight,
} from '../../shared/domain/watch.ts'
import { addDays } from '../../shared/domain/days.ts'
import { watchLetter } from '../../shared/text/watch.ts'

const workingTime = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const limits: Limits = { ...usualLimits, lateSeconds: 60, kinds: ['web', 'sweep'], production: true }
const well: Sight = {
  today: '2026-11-20',
  shifted: false,
  due: [{ what: 'work', due: 3, oldestSeconds: 2 }],
  hearts: [
    { kind: 'web', secondsAgo: 5, aheadMs: 10 },
    { kind: 'sweep', secondsAgo: 1, aheadMs: -20 },
  ],
  feeds: [],
  lostEnds: [],
  workingTime,
}
const names = (alarms: readonly Alarm[]) => alarms.map(({ code, about }) => `${code} ${about}`.trim())
const look = (change: Partial<Sight>, watched = 1000) =>
  names(alarmsOf({ ...well, ...change }, limits, watched))

describe('one look', () => {
  it.each<[string, Partial<Sight>, string[]]>([
    ['nothing when all is well', {}, []],
    ['work left lying', { due: [{ what: 'work', due: 1, oldestSeconds: 61 }] }, ['late-work']],
    ['stages not fired', { due: [{ what: 'stages', due: 1, oldestSeconds: 90_000 }] }, ['late-stages']],
    [
      'nothing for work that is tried again within its time',
      { due: [{ what: 'stuck', due: 1, oldestSeconds: 600 }] },
      [],
    ],
    ['work that never ends', { due: [{ what: 'stuck', due: 1, oldestSeconds: 901 }] }, ['late-stuck']],
    [
      'a kind of process that has fallen silent',
      { hearts: [well.hearts[0]!, { kind: 'sweep', secondsAgo: 46, aheadMs: 0 }] },
      ['silent sweep'],
    ],
    ['a kind of process that never lived', { hearts: [well.hearts[1]!] }, ['silent web']],
    [
      'a clock that is off',
      { hearts: [{ kind: 'web', secondsAgo: 1, aheadMs: -7_200_000 }, well.hearts[1]!] },
      ['clock-apart web'],
    ],
    ['a clock moved by hand in production', { shifted: true }, ['clock-shifted']],
    ['an audit log that was cut', { lostEnds: [{ lane: 'GAN', seq: 7, hash: 'aa' }] }, ['log-cut GAN']],
  ])('raises %s', (_name, change, expected) => {
    expect(look(change)).toEqual(expected)
  })

  it('goes on remembering an end that is lost, and of every other lane the newest', () => {
    const lost = { lane: 'GAN', seq: 7, hash: 'aa' }
    const now = [
      { lane: 'GAN', seq: 3, hash: 'bb' },
      { lane: 'SN', seq: 9, hash: 'cc' },
    ]
    expect(endsToKeep(now, [lost])).toEqual([lost, now[1]])
    expect(endsToKeep(now, [])).toEqual(now)
  })

  it('lets a rehearsal move its clock', () => {
    expect(alarmsOf({ ...well, shifted: true }, { ...limits, production: false }, 1000)).toEqual([])
  })

  it('gives what was late or silent before it began to look the same time to recover', () => {
    const asleep = { due: [{ what: 'stages', due: 9, oldestSeconds: 90_000 } as Due], hearts: [] }
    expect(look(asleep, 30)).toEqual([])
    expect(look(asleep, 61)).toEqual(['late-stages', 'silent web', 'silent sweep'])
  })

  it('counts as late only what waits without having failed by itself', () => {
    expect(isInTime([{ what: 'stuck', due: 1, oldestSeconds: 500 }], 60)).toBe(true)
    expect(isInTime([{ what: 'mails', due: 1, oldestSeconds: 61 }], 60)).toBe(false)
  })
})

describe('a sender that usually sends', () => {
  const daily = ['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13']
  const monthly = ['2026-06-30', '2026-07-31', '2026-08-31', '2026-09-30']
  it.each([
    ['daily, silent over a weekend', daily, '2026-11-16', []],
    ['daily, silent on the third working day', daily, '2026-11-18', []],
    ['daily, silent on the fourth', daily, '2026-11-19', ['x']],
    ['monthly, silent for a month', monthly, '2026-10-30', []],
    ['monthly, silent for a month and a half', monthly, '2026-11-20', ['x']],
    ['too new to know', daily.slice(0, 3), '2026-12-24', []],
    ['never heard of', [], '2026-12-24', []],
  ])('%s', (_name, days, today, expected) => {
    expect(silentFeeds({ feeds: [{ feed: 'x', days }], today, workingTime })).toEqual(expected)
  })

  it('is never called silent on a day it sends, whatever its habit', () => {
    const habit = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 4, maxLength: 30 })
    fc.assert(
      fc.property(habit, (offsets) => {
        const days = offsets.map((offset) => addDays('2026-05-01', offset))
        const today = days.toSorted().at(-1) ?? ''
        expect(silentFeeds({ feeds: [{ feed: 'x', days }], today, workingTime })).toEqual([])
      }),
    )
  })
})

describe('what a person is told', () => {
  const alarm: Alarm = { code: 'silent', about: 'sweep', count: 1, seconds: 50 }
  const other: Alarm = { code: 'late-work', about: '', count: 4, seconds: 70 }
  const empty: Memory = { standing: [], tested: '2026-11-16', ends: [] }
  const kinds = (news: readonly News[]) => news.map(({ kind }) => kind)
  const at = (now: number, today = '2026-11-20') => ({ now, today, remindMs: 3_600_000 })

  test('a change is told once, then a reminder an hour after, then the end', () => {
    const first = newsOf(empty, [alarm], at(0))
    expect(kinds(first.news)).toEqual(['began'])
    const known = told(first.memory, 0, '2026-11-20')
    expect(newsOf(known, [{ ...alarm, seconds: 60 }], at(5_000)).news).toEqual([])
    const reminded = newsOf(known, [alarm], at(3_600_000))
    expect(kinds(reminded.news)).toEqual(['stands'])
    expect(kinds(newsOf(known, [alarm, other], at(5_000)).news)).toEqual(['began'])
    expect(kinds(newsOf(known, [], at(9_000)).news)).toEqual(['ended'])
  })

  test('what could not be told is told at the next look, and what ended untold needs no all-clear', () => {
    const first = newsOf(empty, [alarm], at(0))
    expect(kinds(newsOf(first.memory, [alarm], at(5_000)).news)).toEqual(['began'])
    expect(newsOf(first.memory, [], at(5_000)).news).toEqual([])
  })

  test('once a week the way of alarms is tried, and never on the first look of all', () => {
    expect(newsOf({ standing: [], tested: null, ends: [] }, [], at(0)).news).toEqual([])
    expect(newsOf(empty, [], at(0, '2026-11-22')).news).toEqual([])
    expect(kinds(newsOf(empty, [], at(0, '2026-11-23')).news)).toEqual(['test'])
    const after = told(newsOf(empty, [], at(0, '2026-11-23')).memory, 0, '2026-11-23')
    expect(newsOf(after, [], at(0, '2026-11-29')).news).toEqual([])
  })

  test('the letter says in both languages what is wrong, and what to do first', () => {
    const { subject, text } = watchLetter([{ kind: 'began', alarm }], 'https://bokvar.example')
    expect(subject).toBe('Bokvar: driftlarm')
    expect(text).toContain('NYTT: Inget livstecken från sweep på 50 s.')
    expect(text).toContain('NEW: No sign of life from sweep for 50 s.')
    expect(text).not.toContain('{')
  })
})
