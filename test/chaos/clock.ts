// Moves the clock of this process by what a file says, while the process runs: as a wrong time server would.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvironment } from '../../config/env.ts'

const lookEveryMs = 200
const fileOf = (folder: string, kind: string) => join(folder, `clock-${kind}`)

/** Sets the clock of all processes of a kind in this run, in ms ahead of the real one. */
export function setClock(folder: string, kind: string, aheadMs: number): void {
  writeFileSync(fileOf(folder, kind), String(aheadMs))
}

/** From now on this process believes what `setClock` says of its kind. Timers keep to the real time, as they would. */
export function followClock(kind: string): void {
  const file = fileOf(readEnvironment([]).dataFolder, kind)
  const Real = Date
  let ahead = 0
  const look = () => {
    try {
      ahead = Number(readFileSync(file, 'utf8')) || 0
    } catch {
      ahead = 0
    }
  }
  look()
  setInterval(look, lookEveryMs).unref()
  globalThis.Date = class extends Real {
    constructor(...given: []) {
      if (given.length === 0) super(Real.now() + ahead)
      else super(...given)
    }
    static override now() {
      return Real.now() + ahead
    }
  } as DateConstructor
}
