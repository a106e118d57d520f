// What every operation needs besides the database: the keys and the law.
import type { Keys } from '../seal.ts'
import type { Law } from '../domain/periods.ts'

/** Handed down from the process that starts; nothing in it changes while the process lives. */
export type Tools = { keys: Keys; law: Law }
