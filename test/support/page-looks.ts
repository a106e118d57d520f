// How a page looks to axe, on the narrowest screen and in forced colours: put into one open window after another, without a load.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { openBrowser } from './browser.ts'

/** WCAG 2.0 to 2.2, A and AA, and what axe holds to be good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// The browser's side is written as text: its types are none of the service's.
const SHOW = `window.show = (html, lang) => {
  document.documentElement.innerHTML = html
  document.documentElement.lang = lang
  document.documentElement.className = 'govuk-template'
  document.body.className = 'govuk-template__body'
}`
const STYLE = `(css) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets = [sheet]
}`
const LOOK = `(async ([html, lang, tags]) => {
  show(html, lang)
  const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false, runOnly: tags })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160)))
})`

// 320 points is a desk's 1280 at 400 %. What must be wide (a table, say) scrolls inside itself, and is not counted.
const NARROW = `(([html, lang, width]) => {
  show(html, lang)
  const wide = document.documentElement.scrollWidth
  const beyond = [...document.querySelectorAll('body *')].filter((one) => {
    return one.getBoundingClientRect().right > width + 1 && !one.closest('.bokvar-scroll, .govuk-visually-hidden')
  })
  const faults = wide > width ? [wide + ' wide: ' + (beyond.at(-1)?.outerHTML.slice(0, 160) ?? '')] : []
  return faults.concat(controls())
})`

// In forced colours backgrounds and shadows are gone: a button must have a border, and what has the focus an outline.
const CONTROLS = `window.known = new Set()
window.controls = () => {
  const faults = []
  const drawn = (style, kind) => parseFloat(style[kind + 'Width']) >= 1 && style[kind + 'Style'] !== 'none'
  const bordered = (style) => drawn(style, 'borderBottom') || drawn(style, 'outline')
  for (const one of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    const name = one.tagName + ' ' + (one.type ?? '') + ' ' + one.className
    if (known.has(name) || one.classList.contains('govuk-visually-hidden')) continue
    known.add(name)
    // The box and ring of a ticked choice are drawn by its label.
    const label = one.labels?.[0]
    const drawnByLabel = /^(radio|checkbox)$/.test(one.type) && getComputedStyle(one).opacity === '0' && label
    const look = () => drawnByLabel ? getComputedStyle(label, '::before') : getComputedStyle(one)
    const box = /^(BUTTON|SELECT|TEXTAREA)$/.test(one.tagName) || (one.tagName === 'INPUT' && !drawnByLabel)
    const text = getComputedStyle(one).textDecorationLine.includes('underline') || one.type === 'file'
    const native = /^(radio|checkbox)$/.test(one.type) && !drawnByLabel
    if (box && !text && !native && !bordered(look())) faults.push('no border in forced colours: ' + name)
    one.focus({ focusVisible: true })
    if (document.activeElement === one && !drawn(look(), 'outline')) faults.push('no focus in forced colours: ' + name)
  }
  return faults
}`

/** What is wrong with a page, one line each. */
export type Look = (html: string) => Promise<string[]>

export type Looks = { axe: Look; narrow: Look; stop: () => Promise<void> }

const languageOf = (html: string): string => /<html[^>]*\blang="(\w+)"/.exec(html)?.[1] ?? ''

/** The page without what would load or run: scripts are proved in the journeys. */
const still = (html: string): string =>
  html.replace(
    /<link[^>]*>|<meta http-equiv[^>]*>|<script[^>]*><\/script>|<!DOCTYPE html>|<\/?html[^>]*>/g,
    '',
  )

async function dress(page: Page, css: string): Promise<Page> {
  await page.evaluate(SHOW)
  await page.evaluate(`(${STYLE})(${JSON.stringify(css)})`)
  return page
}

/** Opens two windows in the service's own styles: a desk for axe, and the narrowest in forced colours. */
export async function openLooks(css: string): Promise<Looks> {
  const browser = await openBrowser()
  const open = async (options: Parameters<typeof browser.newContext>[0]) =>
    dress(await (await browser.newContext(options)).newPage(), css)
  const desk = await open({ viewport: { width: 1200, height: 900 } })
  await desk.evaluate(axe.source)
  const narrow = await open({ viewport: { width: 320, height: 640 }, forcedColors: 'active' })
  await narrow.evaluate(CONTROLS)
  const ask = (page: Page, script: string, html: string, more: unknown): Promise<string[]> =>
    page.evaluate(`${script}(${JSON.stringify([still(html), languageOf(html), more])})`)
  return {
    axe: (html) => ask(desk, LOOK, html, TAGS),
    narrow: (html) => ask(narrow, NARROW, html, 320),
    stop: () => browser.close(),
  }
}
