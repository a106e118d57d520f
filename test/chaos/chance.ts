// Chance that can be repeated: the same seed makes the same choices.

/** A seeded source of choices (mulberry32). Timings stay the machine's own, so two runs of one seed are alike, not equal. */
export type Chance = {
  /** A number from 0 up to, but not including, 1. */
  next: () => number
  /** A whole number from `least` to `most`. */
  whole: (least: number, most: number) => number
  pick: <T>(from: readonly T[]) => T
}

/** Opens the source for a seed. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return { next, whole, pick: (from) => from[whole(0, from.length - 1)] as (typeof from)[number] }
}
