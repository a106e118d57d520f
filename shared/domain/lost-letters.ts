// When letters may leave after one whose fate is unknown: a server that takes letters and cuts the line gets one at a time.

/** How often one letter's fate may be unknown before a person is asked. */
export const mostLosses = 6

/**
 * How a letter stands to those that were lost: it was tried already, it says the same to the same receiver as one of
 * them (`kin`), or neither.
 */
export type Standing = 'tried' | 'kin' | 'other'

/** What is known of the line since: letters lost without an answer, how long ago the last, and whether one is on its way. */
export type LineState = { losses: number; secondsSince: number; underWay: boolean }

const firstPauseSeconds = 10
const longestPauseSeconds = 30
/** So much later the others try, when neither a lost letter nor its kin has been heard of: they may have ended. */
const othersLaterSeconds = 15

const pauseAfter = (losses: number): number =>
  Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** (Math.min(losses, 9) - 1))

/**
 * How long a lost letter waits for its next try: twice as long as its kin, because it has most likely arrived, and one
 * that says the same to the same receiver makes a second one needless.
 */
export const retryAfterLoss = (losses: number): number => 2 * pauseAfter(losses)

/**
 * Whether a letter may leave. Until the server has answered one whole letter only one is at risk at a time: first one that
 * says the same as the lost one, then the lost one itself. A clock that was set back stops nobody.
 */
export function mayLeave({ losses, secondsSince, underWay }: LineState, letter: Standing): boolean {
  if (losses === 0 || secondsSince < 0) return true
  const pause = { kin: pauseAfter(losses), tried: retryAfterLoss(losses) }
  const wait = letter === 'other' ? pause.tried + othersLaterSeconds : pause[letter]
  return !underWay && secondsSince >= wait
}
