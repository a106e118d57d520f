// The one error that says "the house says no": mapped once to an HTTP status, and never retried by a worker.

export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'unprocessable'
  | 'stale'
  | 'too-large'

/**
 * One thing that is wrong: where (JSON pointer), which rule (stable code), and how to mend it in plain Swedish. `en` is
 * the English of a sentence that is made up of values; other sentences have theirs in the catalogue, by code.
 */
export type Problem = { pointer: string; code: string; detail: string; en?: string }

/**
 * Thrown when an operation must not happen. `code` is stable and free of personal data;
 * `detail` is a sentence in plain Swedish that says what to do instead, and never repeats what was sent.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(kind: RefusalKind, code: string, detail: string, problems: readonly Problem[] = []) {
    super(detail)
    this.name = 'Refusal'
    this.kind = kind
    this.code = code
    this.problems = problems
  }
}
