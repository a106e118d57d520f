// Draws figures as SVG on the server: bars and lines with their numbers written out; the table beside says the same.
import { scaleBand, scaleLinear, scalePoint } from 'd3-scale'
import { line } from 'd3-shape'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const safe = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)
const round = (value: number): number => Math.round(value * 10) / 10

/** A drawing with a name and a description for whoever cannot see it. */
function drawing(id: string, said: { title: string; text: string }, size: [number, number], inner: string) {
  const [width, height] = size
  return `<svg class="bokvar-chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text" focusable="false"><title id="${id}-title">${safe(said.title)}</title><desc id="${id}-text">${safe(said.text)}</desc>${inner}</svg>`
}

/** One bar: `value` null is hidden and drawn as none; `shown` is the number in words. */
export type Bar = { label: string; values: readonly { value: number | null; shown: string }[] }

const WIDTH = 640
const LABEL = 190
const ROW = 34
const END = 90

/** Lying bars, one row a label; the values of a row are drawn over each other, the later in the darker colour. */
export function bars(id: string, said: { title: string; text: string }, rows: readonly Bar[]): string {
  const most = Math.max(1, ...rows.flatMap(({ values }) => values.map(({ value }) => value ?? 0)))
  const length = scaleLinear([0, most], [0, WIDTH - LABEL - END])
  const place = scaleBand(
    rows.map((_, at) => String(at)),
    [0, rows.length * ROW],
  ).paddingInner(0.3)
  const inner = rows.map(({ label, values }, at) => {
    const top = round(place(String(at)) ?? 0)
    const thick = round(place.bandwidth())
    const rects = values.map(({ value }, nth) => {
      const slim = nth === 0 ? 0 : thick * 0.28
      return `<rect class="bokvar-chart__bar bokvar-chart__bar--${nth}" x="${LABEL}" y="${round(top + slim)}" width="${round(length(value ?? 0))}" height="${round(thick - 2 * slim)}"/>`
    })
    const end = Math.max(...values.map(({ value }) => length(value ?? 0)))
    const shown = values.map((one) => one.shown).join(' / ')
    const middle = round(top + thick / 2 + 5)
    return `<text class="bokvar-chart__label" x="${LABEL - 8}" y="${middle}" text-anchor="end">${safe(label)}</text>${rects.join('')}<text class="bokvar-chart__number" x="${round(LABEL + end + 6)}" y="${middle}">${safe(shown)}</text>`
  })
  return drawing(id, said, [WIDTH, rows.length * ROW], inner.join(''))
}

/** One line over time: a value for each of the labels, null where it is hidden. */
export type Series = { label: string; values: readonly (number | null)[] }

const HEIGHT = 240
const MARGIN = { left: 40, right: 110, top: 16, bottom: 28 }

/** Lines over the labels, each named at its end; a hidden value is a gap in its line. */
export function lines(
  id: string,
  said: { title: string; text: string },
  labels: readonly string[],
  series: readonly Series[],
): string {
  const { left, right, top, bottom } = MARGIN
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const across = scalePoint(
    labels.map((_, at) => String(at)),
    [left, WIDTH - right],
  )
  const up = scaleLinear([0, most], [HEIGHT - bottom, top]).nice(4)
  const x = (at: number): number => round(across(String(at)) ?? left)
  const ticks = up
    .ticks(4)
    .map(
      (value) =>
        `<line class="bokvar-chart__tick" x1="${left}" x2="${WIDTH - right}" y1="${round(up(value))}" y2="${round(up(value))}"/><text class="bokvar-chart__label" x="${left - 6}" y="${round(up(value) + 4)}" text-anchor="end">${value}</text>`,
    )
  const step = Math.ceil(labels.length / 6)
  const below = labels.map((label, at) =>
    at % step === 0
      ? `<text class="bokvar-chart__label" x="${x(at)}" y="${HEIGHT - 8}" text-anchor="middle">${safe(label)}</text>`
      : '',
  )
  const drawn = series.map(({ label, values }, nth) => {
    const path = line<number | null>()
      .defined((value) => value !== null)
      .x((_, at) => x(at))
      .y((value) => round(up(value ?? 0)))([...values])
    const last = values.findLastIndex((value) => value !== null)
    const end = last === -1 ? '' : `x="${x(last) + 8}" y="${round(up(values[last] ?? 0) + 4)}"`
    return `<path class="bokvar-chart__line bokvar-chart__line--${nth}" d="${path ?? ''}"/>${end ? `<text class="bokvar-chart__number" ${end}>${safe(label)}</text>` : ''}`
  })
  return drawing(id, said, [WIDTH, HEIGHT], [...ticks, ...below, ...drawn].join(''))
}
