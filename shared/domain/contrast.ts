// How well two colours can be told apart (WCAG 2.2, 1.4.3 and 1.4.11), and whether a municipality's colours may be used.
import type { Words } from './routing-facts.ts'

export type Colours = { brand: string; brandText: string; link: string }

/** A pair of colours that stand on each other somewhere in the pages, and how well it must be told apart. */
export type ContrastFault = {
  field: keyof Colours
  code: 'contrast'
  ratio: number
  needs: number
  reason: Words
}

/** The grounds that links and the brand's lines stand on; as in app.scss. */
const WHITE = '#ffffff'
const MIST = '#eef4f2'

/** `#rrggbb` in lower case of `#RGB`, `#RRGGBB` or the same without `#`; null when it is no colour. */
export function readColour(text: string): string | null {
  const found = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]?.toLowerCase()
  if (!found) return null
  return `#${found.length === 3 ? found.replaceAll(/./g, '$&$&') : found}`
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** WCAG's relative luminance of `#rrggbb`: 0 for black, 1 for white. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const part = value / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** WCAG's contrast ratio of two colours `#rrggbb`, from 1 (the same) to 21 (black on white). */
export function contrastRatio(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

type Pair = [field: keyof Colours, on: (colours: Colours) => string, needs: number, what: Words]

const PAIRS: readonly Pair[] = [
  [
    'brandText',
    ({ brand }) => brand,
    4.5,
    { sv: 'Texten på profilfärgen', en: 'The text on the brand colour' },
  ],
  ['brand', () => WHITE, 3, { sv: 'Profilfärgen mot vitt', en: 'The brand colour against white' }],
  [
    'brand',
    () => MIST,
    3,
    { sv: 'Profilfärgen mot den ljusa bakgrunden', en: 'The brand colour against the light ground' },
  ],
  ['link', () => WHITE, 4.5, { sv: 'Länkfärgen mot vitt', en: 'The link colour against white' }],
  [
    'link',
    () => MIST,
    4.5,
    { sv: 'Länkfärgen mot den ljusa bakgrunden', en: 'The link colour against the light ground' },
  ],
]

const told = (ratio: number, comma: string): string => ratio.toFixed(2).replace('.', comma)

/** Every pair that cannot be told apart well enough, with its ratio and what it needs. */
export function contrastFaults(colours: Colours): ContrastFault[] {
  return PAIRS.flatMap(([field, on, needs, what]) => {
    // Cut, not rounded: 4.499 is not 4.5.
    const ratio = Math.floor(contrastRatio(colours[field], on(colours)) * 100) / 100
    if (ratio >= needs) return []
    const reason = {
      sv: `${what.sv} har kontrasten ${told(ratio, ',')}:1 och behöver minst ${String(needs).replace('.', ',')}:1. Välj en färg som skiljer sig mer.`,
      en: `${what.en} has the contrast ${told(ratio, '.')}:1 and needs at least ${needs}:1. Choose a colour that differs more.`,
    }
    return [{ field, code: 'contrast', ratio, needs, reason } satisfies ContrastFault]
  })
}

/** The shade under the pointer: away from the text's colour, so that the text on it can only be read better. */
export function shadeOf({ brand, brandText }: Pick<Colours, 'brand' | 'brandText'>): string {
  const towards = luminance(brandText) > luminance(brand) ? 0 : 255
  const mixed = channels(brand).map((value) => Math.round(value + (towards - value) * 0.35))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
