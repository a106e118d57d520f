// Letters: each leaves once, at least once, under one Message-ID; and what becomes of them when nobody knows.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { startMailSink, type MailSink } from '../../services/start/mail-sink.ts'
import { INVARIANTS } from '../../shared/casework/invariants.ts'
import { sendMail, type Mailer } from '../../shared/casework/mail.ts'
import { openMailer } from '../../shared/mailer.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
})
afterAll(() => spine.close())
// What one test has left unsent must not hold back the next.
beforeEach(() => sql`delete from mail`.execute(spine.owner))

const aReceiver = async () => {
  const { rows } = await sql<{ id: string }>`insert into landlord (name, email)
    values ('Provhus AB', 'hus@example.se') returning id`.execute(spine.owner)
  return rows[0]?.id ?? ''
}
/** A letter to somebody who gets no other, or to a receiver that is given. */
const oneMail = async (to?: string) => {
  const { rows } = await sql<{ id: string }>`insert into mail (once_key, template, landlord_id)
    values ('test ' || gen_random_uuid(), 'completion-needed', ${to ?? (await aReceiver())}) returning id`.execute(
    spine.owner,
  )
  return rows[0]?.id ?? ''
}
const pass = (seconds: number) =>
  sql`update clock_shift set shift = shift + make_interval(secs => ${seconds})`.execute(spine.owner)
const stateOf = async (id: string) =>
  (await spine.owner.selectFrom('mail').select('state').where('id', '=', id).executeTakeFirst())?.state
const send = (mailer: Mailer, id: string) => sendMail(spine.worker, mailer, id, 'http://localhost:3000')

test('sent by two at once, it leaves once, and the second may not call it done before it is', async () => {
  const id = await oneMail()
  const post: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = send(
    {
      send: async (letter) => {
        await gate.promise
        post.push(letter.id)
      },
    },
    id,
  )
  while ((await stateOf(id)) !== 'sending');
  await expect(send({ send: async (letter) => void post.push(letter.id) }, id)).rejects.toMatchObject({
    code: 'EBUSY',
  })
  gate.resolve()
  expect(await first).toBe('sent')
  expect(await send({ send: async (letter) => void post.push(letter.id) }, id)).toBe('done')
  expect(post).toEqual([id])
})

test('the database going away as it leaves: its sender notes it as soon as it can, and nobody sends it again', async () => {
  const id = await oneMail()
  const [post, away] = [[] as string[], { tries: 0 }]
  const shaky = spine.worker.withPlugin({
    transformQuery: ({ node }) => {
      if (post.length > 0 && (away.tries += 1) <= 2) throw new Error('Connection terminated unexpectedly')
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const mailer: Mailer = { send: async (letter) => void post.push(letter.id) }
  expect(await sendMail(shaky, mailer, id, 'http://localhost:3000')).toBe('sent')
  expect(away.tries).toBe(3)
  expect(await send(mailer, id)).toBe('done')
  expect(post).toEqual([id])
})

test('when the sender died in the middle it is sent again under the same id', async () => {
  const id = await oneMail()
  await sql`update mail set state = 'sending', sending_at = clock_now() - interval '1 minute' where id = ${id}`.execute(
    spine.owner,
  )
  const post: string[] = []
  expect(await send({ send: async (letter) => void post.push(letter.id) }, id)).toBe('sent')
  expect(post).toEqual([id])
})

test.each([
  [{ responseCode: 550, code: 'EENVELOPE' }, 'refused'],
  [{ responseCode: 451, code: 'EMESSAGE' }, 'pending'],
  [{ responseCode: 535, code: 'EAUTH' }, 'pending'],
  [{ code: 'ECONNREFUSED' }, 'pending'],
])('a server that fails with %o leaves it %s', async (fault, state) => {
  const id = await oneMail()
  const sending = send(
    {
      send: async () => {
        throw Object.assign(new Error('planned'), fault)
      },
    },
    id,
  )
  if (state === 'refused') expect(await sending).toBe('refused')
  else await expect(sending).rejects.toThrow()
  expect(await stateOf(id)).toBe(state)
  const tasks = await spine.owner.selectFrom('task').select('id').where('subjectId', '=', id).execute()
  expect(tasks).toHaveLength(state === 'refused' ? 1 : 0)
})

const paused = { code: 'ECONNPAUSED', alone: true }

test('a letter whose fate is unknown waits ever longer, holds back the others, and ends with a person', async () => {
  const [id, other] = [await oneMail(), await oneMail()]
  const lost: Mailer = {
    send: async () => {
      throw Object.assign(new Error('planned'), { code: 'ECONNECTION', mayHaveArrived: true })
    },
  }
  for (const retrySeconds of [20, 40, 60, 60, 60]) {
    await expect(send(lost, id)).rejects.toMatchObject({ code: 'ECONNLOST', retrySeconds })
    await pass(retrySeconds - 10)
    // Neither it nor another letter leaves before that: the server would take it and cut the line as well.
    for (const one of [id, other])
      await expect(send({ send: async () => undefined }, one)).rejects.toMatchObject(paused)
    await pass(10)
  }
  expect(await send(lost, id)).toBe('refused')
  const tasks = await spine.owner.selectFrom('task').select('id').where('subjectId', '=', id).execute()
  expect(tasks).toHaveLength(1)
  await pass(75)
  expect(await send({ send: async () => undefined }, other)).toBe('sent')
})

describe('a real server that takes letters and cuts the line', () => {
  let cut = true
  let sink: MailSink
  let mailer: ReturnType<typeof openMailer>
  beforeAll(async () => {
    sink = await startMailSink({
      behaviour: (stage) => (stage === 'data' && cut ? { drop: true } : undefined),
    })
    mailer = openMailer(sink.smtpUrl, 'Bokvar <bokvar@localhost>')
  })
  afterAll(async () => {
    mailer.close()
    await sink.stop()
  })
  const arrived = (...ids: string[]) =>
    sink
      .letters()
      .map(({ messageId }) => messageId.slice(1, 37))
      .filter((id) => ids.includes(id))

  test('one letter at a time is at risk, and none is repeated to whoever has had the same words since', async () => {
    cut = true
    const to = await aReceiver()
    const [first, second, other] = [await oneMail(to), await oneMail(to), await oneMail()]
    await expect(send(mailer, first)).rejects.toMatchObject({ code: 'ECONNLOST' })
    await pass(11)
    // The second says what the first said: it goes ahead of it, and of all others.
    for (const one of [first, other]) await expect(send(mailer, one)).rejects.toMatchObject(paused)
    await expect(send(mailer, second)).rejects.toMatchObject({ code: 'ECONNLOST' })
    cut = false
    const third = await oneMail(to)
    await expect(send(mailer, third)).rejects.toMatchObject(paused)
    await pass(21)
    expect(await send(mailer, third)).toBe('sent')
    for (const one of [first, second]) {
      expect(await send(mailer, one)).toBe('done')
      expect(await stateOf(one)).toBe('covered')
    }
    expect(await send(mailer, other)).toBe('sent')
    expect(arrived(first, second, third, other)).toEqual([first, second, third, other])
    const rule = INVARIANTS.find(([name]) => name === 'I8')?.[2] ?? ''
    expect((await sql`${sql.raw(rule)}`.execute(spine.owner)).rows).toEqual([{ count: 0 }])
    // Called needless with nobody to speak for it, a letter is lost, and the judge says so.
    await sql`update mail set state = 'covered' where id = ${other}`.execute(spine.owner)
    expect((await sql`${sql.raw(rule)}`.execute(spine.owner)).rows).toEqual([{ count: 1 }])
  })

  test('with nobody to speak for it, the lost letter itself goes again, and all others after it', async () => {
    cut = true
    const [lost, other] = [await oneMail(), await oneMail()]
    await expect(send(mailer, lost)).rejects.toMatchObject({ code: 'ECONNLOST', retrySeconds: 20 })
    cut = false
    await pass(20)
    await expect(send(mailer, other)).rejects.toMatchObject(paused)
    expect(await send(mailer, lost)).toBe('sent')
    expect(await send(mailer, other)).toBe('sent')
    expect(arrived(lost, other)).toEqual([lost, lost, other])
  })

  test('two at once after a loss: only one is tried', async () => {
    cut = true
    const to = await aReceiver()
    const [lost, one, two] = [await oneMail(to), await oneMail(to), await oneMail(to)]
    await expect(send(mailer, lost)).rejects.toMatchObject({ code: 'ECONNLOST' })
    await pass(11)
    const tried = await Promise.allSettled([one, two].map((id) => send(mailer, id)))
    const codes = tried.map((end) =>
      end.status === 'rejected' ? (end.reason as { code: string }).code : 'sent',
    )
    expect(codes.toSorted()).toEqual(['ECONNLOST', 'ECONNPAUSED'])
    expect(arrived(lost, one, two)).toHaveLength(2)
  })
})

test('a sender that died is spoken for by a letter that left since, and nobody is told twice', async () => {
  const to = await aReceiver()
  const [dead, later] = [await oneMail(to), await oneMail(to)]
  await sql`update mail set state = 'sending', sending_at = clock_now() - interval '26 seconds' where id = ${dead}`.execute(
    spine.owner,
  )
  const post: string[] = []
  const mailer: Mailer = { send: async (letter) => void post.push(letter.id) }
  await expect(send(mailer, dead)).rejects.toMatchObject({ code: 'EBUSY' })
  expect(await send(mailer, later)).toBe('sent')
  expect(await send(mailer, dead)).toBe('done')
  expect(post).toEqual([later])
  // One that does not leave keeps nobody from telling in the end.
  const lone = await oneMail()
  await sql`update mail set state = 'sending', sending_at = clock_now() - interval '46 seconds' where id = ${lone}`.execute(
    spine.owner,
  )
  await sql`insert into mail (once_key, template, landlord_id) select 'test stuck ' || id, template, landlord_id from mail where id = ${lone}`.execute(
    spine.owner,
  )
  expect(await send(mailer, lone)).toBe('sent')
})

test('whoever slept past its time neither sends a letter that another has taken, nor puts it back', async () => {
  const id = await oneMail()
  const gate = Promise.withResolvers<void>()
  const sleepy = send(
    {
      send: async () => {
        await gate.promise
        throw Object.assign(new Error('planned'), { code: 'ECONNRESET' })
      },
    },
    id,
  )
  while ((await stateOf(id)) !== 'sending');
  await pass(26)
  const [awake, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const other = send(
    {
      send: async () => {
        awake.resolve()
        await answered.promise
      },
    },
    id,
  )
  await awake.promise
  gate.resolve()
  await expect(sleepy).rejects.toThrow('planned')
  expect(await stateOf(id)).toBe('sending')
  answered.resolve()
  expect(await other).toBe('sent')
})
