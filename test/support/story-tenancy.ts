// What saves a tenancy, told in a story: the undertaking by two people, and whoever acts for the committee that has the case.
import { moment, type Actor } from '../../shared/casework/act.ts'
import {
  askUndertaking,
  decideUndertaking,
  dispatchUndertaking,
  type Undertaking,
  type UndertakingAsked,
  type UndertakingDispatch,
} from '../../shared/casework/undertaking-steps.ts'
import { actorNamed, type Story } from './story.ts'

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
