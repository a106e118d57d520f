// Whether an uploaded picture may be a logo: a small PNG, or an SVG of plain shapes that can run nothing and fetch nothing.
import type { Words } from './routing-facts.ts'

export type LogoType = 'image/svg+xml' | 'image/png'
export type LogoRead = { type: LogoType } | { code: string; reason: Words }

const MOST_BYTES = 100_000
const MOST_PIXELS = 2000
const PNG = '89504e470d0a1a0a'

const no = (code: string, sv: string, en: string): LogoRead => ({ code, reason: { sv, en } })

/** Reads what kind of logo the bytes are, or why they cannot be one. Never throws. */
export function readLogo(bytes: Uint8Array): LogoRead {
  if (bytes.length > MOST_BYTES)
    return no('logo.too-large', 'Bilden får vara högst 100 kB.', 'The picture may be at most 100 kB.')
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (start === PNG) return readPng(bytes)
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes)
  if (/^\s*(<\?xml[^>]*\?>\s*)?(<!--[^]*?-->\s*)*<svg[\s>]/.test(text)) return readSvg(text)
  return no('logo.type', 'Bilden ska vara SVG eller PNG.', 'The picture must be SVG or PNG.')
}

function readPng(bytes: Uint8Array): LogoRead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = bytes.length >= 33 && view.getUint32(12) === 0x49484452
  const [width, height] = header ? [view.getUint32(16), view.getUint32(20)] : [0, 0]
  if (width === 0 || height === 0)
    return no('logo.damaged', 'Bilden är skadad. Spara den på nytt.', 'The picture is damaged. Save it anew.')
  if (width > MOST_PIXELS || height > MOST_PIXELS)
    return no(
      'logo.pixels',
      'Bilden får vara högst 2 000 punkter åt varje håll.',
      'The picture may be at most 2,000 pixels each way.',
    )
  return { type: 'image/png' }
}

const ELEMENTS = new Set(
  'svg g path rect circle ellipse line polyline polygon title desc defs linearGradient radialGradient stop clipPath'.split(
    ' ',
  ),
)
/** An attribute that can run something, fetch something, or hide either in a style. */
const UNSAFE = /^(on|href$|xlink:|style$|src$|xml:base$)/i
const TAG = /<\/?([a-zA-Z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>/g
const ATTRIBUTE = /([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g

function readSvg(text: string): LogoRead {
  const bare = text.replace(/^\s*<\?xml[^>]*\?>/, '').replaceAll(/<!--[^]*?-->/g, '')
  const left = bare.replaceAll(TAG, '')
  // Whatever is not a plain tag with quoted attributes (a declaration, an entity, CDATA, a processing instruction) stays behind.
  const strange = /[<&]/.test(left)
  const tags = [...bare.matchAll(TAG)]
  const unknown = tags.find(([, name = '']) => !ELEMENTS.has(name))
  const unsafe = tags
    .flatMap(([, , attributes = '']) => [...attributes.matchAll(ATTRIBUTE)])
    .find(([, name = '', value = '']) => UNSAFE.test(name) || /url\(\s*(?!#)|javascript:|&/i.test(value))
  if (!strange && !unknown && !unsafe) return { type: 'image/svg+xml' }
  return no(
    'logo.unsafe',
    'SVG-bilden får bara innehålla former och färger: inga skript, länkar, bilder, typsnitt eller stilmallar. Spara den som ”enkel SVG” eller som PNG.',
    'The SVG may hold shapes and colours only: no scripts, links, pictures, fonts or style sheets. Save it as "plain SVG" or as PNG.',
  )
}
