// What saves a tenancy, told in a story: the undertaking by two people, and whoever acts for the committee that has the case.
import { afterEach, beforeEach, expect } from '@jest/globals'
import { moment, type Actor } from '../../shared/casework/act.ts'
import {
  askUndertaking,
  decideUndertaking,
  dispatchUndertaking,
  type Undertaking,
  type UndertakingAsked,
  type UndertakingDispatch,
} from '../../shared/casework/undertaking-steps.ts'
import { actorNamed, openStory, type Story } from './story.ts'

const PEOPLE: Readonly<Record<string, readonly [string, string]>> = {
  GAN: ['gunilla.gan', 'anette.gan'],
  SN: ['hanna.sn', 'christian.sn'],
}

/** The only case, a caseworker and a supervisor of the committee that has it. */
export async function deskOf(
  story: Story,
): Promise<{ caseId: string; caseworker: Actor; supervisor: Actor }> {
  const { id, committee } = await story.theCase()
  const [caseworker = '', supervisor = ''] = PEOPLE[committee] ?? []
  return {
    caseId: id,
    caseworker: await actorNamed(story.spine, caseworker),
    supervisor: await actorNamed(story.spine, supervisor),
  }
}

/** The undertaking as it is asked for, decided and sent, today and in order; `over` changes what is asked or sent. */
export async function undertake(
  story: Story,
  over: Partial<UndertakingAsked & UndertakingDispatch> = {},
): Promise<Undertaking> {
  const { spine } = story
  const { caseId, caseworker, supervisor } = await deskOf(story)
  const { today } = await moment(spine.web)
  const {
    periods = ['2026-11'],
    amount = 845_000,
    reason = 'Barnfamilj, tillfälligt inkomstbortfall.',
  } = over
  const { id } = await askUndertaking(spine.web, caseworker, { caseId, periods, amount, reason })
  await decideUndertaking(spine.web, supervisor, { undertakingId: id, granted: true, reason: 'Beviljas.' })
  await spine.drain()
  const { method = 'registered-letter', on = today, proof = 'RR123456789SE', receivedOn = null } = over
  const sent = { undertakingId: id, method, on, proof, receivedOn }
  const undertaking = await dispatchUndertaking(spine.web, supervisor, sent)
  await spine.drain()
  return undertaking
}

/** A date that Kronofogden has set for the household. */
export const dateSet = { occurredOn: '2026-11-23', evictionAt: '2026-12-14T08:00:00Z' }

/** A refusal whose sentence says this of one of the fields. */
export const refusedWith = (sentence: RegExp) => ({
  problems: expect.arrayContaining([expect.objectContaining({ detail: expect.stringMatching(sentence) })]),
})

/**
 * Tells each test of a file as a story of its own that begins on 23 November 2026. Afterwards nothing has failed, and no
 * letter has told whom it is about.
 */
export function tellStories(): {
  story: () => Story
  kinds: () => Promise<Record<string, string>>
  diary: () => Promise<string[]>
} {
  let story: Story
  beforeEach(async () => {
    story = await openStory('2026-11-23')
  })
  afterEach(async () => {
    expect(story.spine.failures).toEqual([])
    for (const { subject, text } of story.spine.letters)
      expect(`${subject} ${text}`).not.toMatch(/Vera|Storgatan|8450|avhys|skuld|hyra|barn|2026-\d{4}/i)
    await story.close()
  })
  return {
    story: () => story,
    kinds: () => story.open(),
    diary: async () => {
      const rows = await story.spine.worker.selectFrom('timeline').select('kind').orderBy('id').execute()
      return rows.map(({ kind }) => kind)
    },
  }
}
