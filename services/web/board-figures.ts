// The board's figures: how old the delay is, the last twelve weeks, and the board as a sheet.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext } from '../../shared/casework/act.ts'
import { readAges, readTrend, type Week } from '../../shared/casework/board-figures.ts'
import { readBoard } from '../../shared/casework/boards.ts'
import { AGE_BANDS } from '../../shared/domain/board-figures.ts'
import type { BoardLine } from '../../shared/domain/board-lines.ts'
import { writeSheet } from '../../shared/domain/sheet.ts'
import type { Key } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { lines } from './chart.ts'
import { wholeNumber } from './filters.ts'
import { renderPage } from './frame.ts'
import { actorIn, textsOf, type PageDeps, type Say } from './page.ts'

const DRAWN = ['came', 'done', 'late'] as const

function trendPart(weeks: readonly Week[], t: Say, shown: (count: number) => string) {
  const last = weeks.at(-1)
  const [came, done, late] = DRAWN.map((key) => shown(last?.[key] ?? 0))
  const text = t('trend.text', { came: came ?? '', done: done ?? '', late: late ?? '' })
  const series = DRAWN.map((key) => ({ label: t(`trend.${key}`), values: weeks.map((week) => week[key]) }))
  const title = t('trend.drawn')
  const labels = weeks.map(({ week }) => week.slice(5))
  return {
    id: 'veckor',
    title,
    text,
    svg: lines('veckor', { title, text }, labels, series),
    columns: [t('trend.week'), ...DRAWN.map((key) => t(`trend.${key}`))],
    rows: weeks.map((week) => [week.week, ...DRAWN.map((key) => shown(week[key]))]),
  }
}

function showTrend({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const actor = actorIn(request)
    const shown = (count: number) => wholeNumber(count, request.language)
    const { weeks, ages } = await inContext(db, actor, async (trx) => ({
      weeks: await readTrend(trx, actor),
      ages: await readAges(trx, actor),
    }))
    const bands = [...AGE_BANDS, 'later' as const]
    return renderPage(reply, 'casework/board-figures', {
      title: t('trend.title'),
      back: { href: '/tavla', text: t('board.title') },
      part: trendPart(weeks, t, shown),
      bands: bands.map((band) => t(`age.${band}` as Key)),
      ages: ages.map(({ unit, name, bands: counts, total }) => ({ unit, name: name ?? unit, counts, total })),
    })
  }
}

const COLUMNS: readonly [Key, (line: BoardLine) => string | number | null][] = [
  ['board.name', (line) => line.name ?? line.unit ?? line.committee],
  ['board.overdue', (line) => line.overdue],
  ['board.oldest.short', (line) => line.oldestDue],
  ['board.today', (line) => line.dueToday],
  ['board.open', (line) => line.openTasks],
  ['board.clocks.short', (line) => line.clocks],
  ['board.unowned.short', (line) => line.unowned],
  ['board.untried.short', (line) => line.withoutAttempt],
  ['board.unread.short', (line) => line.unread],
  ['board.away', (line) => line.away],
]

/** Numbers of committee and units; no person's row leaves the house in a file. */
function sendBoard({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { committees, units } = await readBoard(db, actorIn(request))
    const rows = [...committees, ...units].map((line) =>
      COLUMNS.map(([, value]) => String(value(line) ?? '')),
    )
    const csv = writeSheet(
      COLUMNS.map(([key]) => t(key)),
      rows,
    )
    return reply
      .header('content-disposition', 'attachment; filename="bokvar-tavla.csv"')
      .type('text/csv; charset=utf-8')
      .send(csv)
  }
}

/** `/tavla/veckor` and `/tavla.csv`. */
export function boardFigurePages(app: App, deps: PageDeps): void {
  const config = { permission: 'board.read' as const }
  app.get('/tavla/veckor', { config }, showTrend(deps))
  app.get('/tavla.csv', { config }, sendBoard(deps))
}
