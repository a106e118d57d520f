// Several papers about one debt: which are repeats, which fill a gap, and which correct what was said before.
import { contentKey, type Notice } from './notice.ts'

/** An update as it stands beside its notice. Days are ISO, amounts öre. */
export type FoldedUpdate = {
  id: string
  type: string
  occurredOn: string | null
  amount: number | null
  receivedOn: string
  receivedAt: string
}

/** A notice with what has been told about it since. */
export type FoldedNotice = {
  id: string
  notice: Notice
  bornOn: string | null
  landlordId: string | null
  receivedOn: string
  receivedAt: string
  duplicateOf: string | null
  /** The first version of the notice that this one corrects or completes. */
  corrects: string | null
  updates: readonly FoldedUpdate[]
  /** The day its words came, when a later paper has filled in what it lacked. */
  saidOn?: string
}

/** What may become known after the paper was written, without being another paper. */
const TOLD_LATER = [
  'terminatedDate',
  'dispatchedDate',
  'dispatchMethod',
  'servedDate',
  'enforcementCaseNumber',
] as const

/** True when `later` says what `earlier` said and only fills in days that were not known: the same paper, told late. */
export function completes(later: Notice, earlier: Notice): boolean {
  const same: Notice = { ...later }
  for (const field of TOLD_LATER) if (earlier[field] === null) Object.assign(same, { [field]: null })
  return contentKey(same) === contentKey({ ...same, ...earlier })
}

/** What is told of one version is told of the debt, except that one paper is withdrawn, served or corrected by itself. */
const OF_ONE_VERSION: ReadonlySet<string> = new Set(['withdrawn', 'served', 'corrected'])
const isWithdrawn = (folded: FoldedNotice) => folded.updates.some((update) => update.type === 'withdrawn')

/** Notices as chains of versions, in the order they came: repeats folded away, filled gaps filled in. */
function chainsOf(notices: readonly FoldedNotice[]): FoldedNotice[][] {
  if (notices.length === 1) return [[...notices]]
  const here = new Set(notices.map((folded) => folded.id))
  const repeats = notices.filter((folded) => folded.duplicateOf !== null && here.has(folded.duplicateOf))
  const own = notices
    .filter((folded) => !repeats.includes(folded))
    .map((folded) => withUpdates(folded, updatesOf(repeats.filter((one) => one.duplicateOf === folded.id))))
  // The first version may stand in an earlier case that is closed by now.
  const chains = Map.groupBy(own, (folded) => folded.corrects ?? folded.duplicateOf ?? folded.id)
  return [...chains.values()].map((versions) => {
    const shared = (mine: FoldedNotice) =>
      updatesOf(versions.filter((one) => one !== mine)).filter(({ type }) => !OF_ONE_VERSION.has(type))
    return versions.map((one) => withUpdates(one, shared(one))).reduce(fillGaps, [])
  })
}

const updatesOf = (notices: readonly FoldedNotice[]) => notices.flatMap((folded) => folded.updates)

function withUpdates(folded: FoldedNotice, more: readonly FoldedUpdate[]): FoldedNotice {
  const known = new Set(folded.updates)
  const fresh = more.filter((update) => !known.has(update))
  if (fresh.length === 0) return folded
  const updates = [...folded.updates, ...fresh].sort((one, other) =>
    one.receivedOn.localeCompare(other.receivedOn),
  )
  return { ...folded, updates }
}

/** A version that only fills gaps keeps the name and the arrival of the one it fills, so that its dates move and stay. */
function fillGaps(versions: FoldedNotice[], next: FoldedNotice): FoldedNotice[] {
  const last = versions.at(-1)
  if (!last || isWithdrawn(last) || !completes(next.notice, last.notice)) return [...versions, next]
  return [
    ...versions.slice(0, -1),
    withUpdates({ ...last, notice: next.notice, saidOn: next.receivedOn }, next.updates),
  ]
}

/**
 * Each debt as it stands today, for everything but its dates: the latest version that has not been withdrawn, under
 * the name and the day of the first one, so that a correction never starts the work anew.
 */
export function currentNotices(notices: readonly FoldedNotice[]): FoldedNotice[] {
  return chainsOf(notices).flatMap((versions) => {
    const standing = versions.filter((one) => !isWithdrawn(one))
    const [first, latest] =
      standing.length > 0 ? [standing[0], standing.at(-1)] : [versions[0], versions.at(-1)]
    if (!first || !latest) return []
    if (first === latest) return [first]
    const { noticeDate, dispatchedDate } = first.notice
    return [{ ...first, updates: latest.updates, notice: { ...latest.notice, noticeDate, dispatchedDate } }]
  })
}

/** Every paper that may have started a period: each version by itself, and each correction told without a new paper. */
export function datedVersions(notices: readonly FoldedNotice[]): FoldedNotice[] {
  return chainsOf(notices).flatMap((versions) => versions.flatMap(withCorrections))
}

const dayOfUpdate = (update: FoldedUpdate) => update.occurredOn ?? update.receivedOn

/** A correction is counted as a paper of its own; a service from its day on is the service of that paper. */
function withCorrections(folded: FoldedNotice): FoldedNotice[] {
  const corrections = folded.updates.filter((update) => update.type === 'corrected')
  if (corrections.length === 0) return [folded]
  const starts = ['', ...corrections.map(dayOfUpdate)]
  const papers = [folded, ...corrections.map((update) => correctedBy(folded, update))]
  return papers.map((paper, place) => ({
    ...paper,
    updates: folded.updates.filter((update) => {
      if (update.type !== 'served') return true
      const day = dayOfUpdate(update)
      return starts.findLastIndex((start) => start <= day) === place
    }),
  }))
}

function correctedBy(folded: FoldedNotice, update: FoldedUpdate): FoldedNotice {
  const day = dayOfUpdate(update)
  return {
    ...folded,
    id: update.id,
    receivedOn: update.receivedOn,
    corrects: folded.corrects ?? folded.id,
    notice: {
      ...folded.notice,
      noticeDate: day,
      // It was told through the service, and so reached the committee the day it came.
      dispatchedDate: update.receivedOn,
      dispatchMethod: 'e-service',
      servedDate: null,
    },
  }
}
