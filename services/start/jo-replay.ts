// Replays JO 1683-2017 with nobody acting: what the service would have told whom, and when.
import { readDataFile } from '../../config/files.ts'
import { addDays, instantAt } from '../../shared/domain/calendar.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { noticeBody } from '../../shared/domain/notice-body.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import type { Rehearsal } from './rehearsal.ts'

type Step = { day: number; at: string; kind: 'notice' | 'message' | 'eviction-notice'; body: unknown }
type Course = { evictionDay: number; steps: Step[] }

/** One alert of the replay: when, how urgent, to whom, and in which words. */
export type ReplayAlert = {
  at: string
  urgency: number
  recipient: string
  person: string | null
  unit: string | null
  trigger: string
  text: string
}

/** What the replay ended with. `evictionDay` is the ISO day of the eviction. */
export type Replay = {
  evictionDay: string
  alerts: ReplayAlert[]
  tasks: { title: string; dueOn: string; state: string }[]
}

const senders = {
  notice: sender('landlord:jo', 'landlord'),
  'eviction-notice': sender('client:kronofogden', 'kronofogden'),
}

function sender(name: string, role: string): Actor {
  return { role, personId: null, committee: null, unit: null, sender: name, landlordId: null, name }
}

/** Runs the whole course, from its first notice to a week after the eviction; the base day is `demo.json`'s. */
export async function replayJo(rehearsal: Rehearsal): Promise<Replay> {
  const course = JSON.parse(readDataFile('demo/jo-1683-2017.json')) as Course
  const { baseDay } = JSON.parse(readDataFile('demo/demo.json')) as { baseDay: string }
  const first = course.steps[0]
  if (!first) throw new Error('The course has no steps')
  await rehearsal.moveTo(instantAt(addDays(baseDay, first.day), first.at))
  for (const [place, step] of course.steps.entries()) {
    await rehearsal.passTo(instantAt(addDays(baseDay, step.day), step.at))
    await send(rehearsal, step, place)
    await rehearsal.drain()
  }
  const evictionDay = addDays(baseDay, course.evictionDay)
  await rehearsal.passTo(instantAt(addDays(evictionDay, 7), '12:00'))
  return { evictionDay, ...(await readLog(rehearsal)) }
}

async function send(rehearsal: Rehearsal, step: Step, place: number): Promise<void> {
  const raw = Buffer.from(JSON.stringify(step.body))
  const key = `jo ${place}`
  if (step.kind === 'notice') {
    await receiveNotice(rehearsal.web, rehearsal.tools, senders.notice, {
      key,
      raw,
      body: noticeBody.parse(step.body),
    })
  }
  if (step.kind === 'eviction-notice') {
    const body = evictionNoticeBody.parse(step.body)
    await receiveEvictionNotice(rehearsal.web, rehearsal.tools, senders['eviction-notice'], {
      key,
      raw,
      body,
    })
  }
}

async function readLog(rehearsal: Rehearsal): Promise<Omit<Replay, 'evictionDay'>> {
  const alerts = await rehearsal.worker
    .selectFrom('alert')
    .leftJoin('person', 'person.id', 'alert.personId')
    .select([
      'alert.createdAt as at',
      'urgency',
      'recipient',
      'person.name as person',
      'alert.unit as unit',
      'trigger',
      'textSv as text',
    ])
    .orderBy('alert.createdAt')
    .orderBy('urgency')
    .orderBy('trigger')
    .orderBy('recipient')
    .execute()
  const tasks = await rehearsal.worker
    .selectFrom('task')
    .select(['titleSv as title', 'dueOn', 'state'])
    .orderBy('dueOn')
    .orderBy('title')
    .execute()
  return { alerts, tasks }
}
