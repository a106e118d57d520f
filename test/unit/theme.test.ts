// The municipality's look: contrast counted as WCAG counts it, and a logo that is a picture and nothing else.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { contrastFaults, contrastRatio, readColour, shadeOf } from '../../shared/domain/contrast.ts'
import { readLogo } from '../../shared/domain/logo.ts'

describe('Contrast', () => {
  // Figures from WCAG's own definition and from the worked values of its techniques.
  test.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.478],
    ['#767676', '#ffffff', 4.542],
    ['#ff0000', '#ffffff', 3.998],
    ['#0000ff', '#ffffff', 8.592],
  ])('of %s and %s is %d', (one, other, ratio) => {
    expect(contrastRatio(one, other)).toBeCloseTo(ratio, 2)
    expect(contrastRatio(other, one)).toBeCloseTo(ratio, 2)
  })

  test('a pair just below its limit is named with its ratio, and one just above is not', () => {
    const colours = { brand: '#1f5c57', brandText: '#ffffff', link: '#777777' }
    const [first] = contrastFaults(colours)
    expect(first).toMatchObject({ field: 'link', ratio: 4.47, needs: 4.5 })
    expect(first?.reason.sv).toContain('Länkfärgen mot vitt har kontrasten 4,47:1 och behöver minst 4,5:1')
    expect(first?.reason.en).toContain('4.47:1')
    expect(contrastFaults({ ...colours, link: '#17544f' })).toEqual([])
  })

  const colour = fc
    .integer({ min: 0, max: 0xffffff })
    .map((number) => `#${number.toString(16).padStart(6, '0')}`)

  test('the shade under the pointer never makes the text on it harder to read', () => {
    fc.assert(
      fc.property(colour, colour, (brand, brandText) => {
        const before = contrastRatio(brand, brandText)
        expect(contrastRatio(shadeOf({ brand, brandText }), brandText)).toBeGreaterThanOrEqual(before - 0.05)
      }),
    )
  })

  test.each([
    ['#FFF', '#ffffff'],
    ['1f5c57', '#1f5c57'],
    [' #1F5C57 ', '#1f5c57'],
    ['red', null],
    ['#12345', null],
    ['#1f5c57;}', null],
    ['', null],
  ])('"%s" is the colour %s', (text, read) => {
    expect(readColour(text)).toBe(read)
  })
})

describe('A logo', () => {
  const svg = (inside: string) =>
    readLogo(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`))
  const png = (width: number, height: number) => {
    const bytes = Buffer.alloc(40)
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes)
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    return readLogo(bytes)
  }

  test('may be plain shapes or a small PNG', () => {
    expect(svg('<g fill="url(#a)"><path d="M0 0h4"/><title>Örebro</title></g>')).toEqual({
      type: 'image/svg+xml',
    })
    expect(png(400, 100)).toEqual({ type: 'image/png' })
  })

  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['an event', '<rect onload="alert(1)"/>'],
    ['an event in capitals', '<rect ONLOAD="alert(1)"/>'],
    ['an event without quotes', '<rect onload=alert(1) />'],
    ['a link', '<a href="https://example.se"><rect/></a>'],
    ['a picture from elsewhere', '<image href="https://example.se/a.png"/>'],
    ['foreign content', '<foreignObject><body/></foreignObject>'],
    ['a style sheet', '<style>@import url(x)</style>'],
    ['a style', '<rect style="fill:url(https://example.se)"/>'],
    ['a colour from elsewhere', '<rect fill="url(https://example.se/a)"/>'],
    ['an entity', '<!ENTITY x "y"><rect/>'],
    ['a reference', '<title>&x;</title>'],
    ['raw text', '<![CDATA[<script/>]]>'],
    ['an animation', '<rect><animate attributeName="href" values="x"/></rect>'],
    ['an instruction', '<?xml-stylesheet href="x"?>'],
  ])('with %s is refused', (_what, inside) => {
    expect(svg(inside)).toMatchObject({ code: 'logo.unsafe' })
  })

  test.each([
    ['an empty file', Buffer.alloc(0), 'logo.type'],
    ['a GIF', Buffer.from('GIF89a'), 'logo.type'],
    ['a page', Buffer.from('<html></html>'), 'logo.type'],
    ['too much', Buffer.alloc(200_000), 'logo.too-large'],
    ['half a PNG', Buffer.from('89504e470d0a1a0a00', 'hex'), 'logo.damaged'],
  ])('that is %s is refused', (_what, bytes, code) => {
    expect(readLogo(bytes)).toMatchObject({ code })
    expect(png(5000, 10)).toMatchObject({ code: 'logo.pixels' })
  })

  test('no bytes make the reader throw', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.string(), (bytes, text) => void [readLogo(bytes), svg(text)]))
  })
})
