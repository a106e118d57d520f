// Files as a sender may send them: the month's sheet, the same spoilt, and those meant to hurt.
import { deflateRawSync, crc32 } from 'node:zlib'
import type { Chance } from '../chaos/chance.ts'

const HEADER =
  'typ;egen_referens;hyresvard;hyresgast_namn;hyresgast_personnummer;adress;postnr;ort;lagenhetsnr;antal_rum;period;forfallodag;belopp;betalt;ranta;att_betala_totalt;bankgiro;ocr;meddelandedatum;uppsagd_datum;avsant_datum;avsandningssatt;delgiven_datum;kfm_malnr'

const row = (reference: string) =>
  `hyra;${reference};Provbostäder AB;Zeboriah Fuzzsson;;Fuzzssons gata 3;70210;Örebro;1203;2;2026-10;2026-10-31;8450,50;0;;8450,50;;;2026-11-20;2026-11-19;2026-11-19;brev;;`

/** A zip of entries that say they are `told` bytes long and hold `content`. */
export function zipOf(entries: readonly { name: string; content: Buffer; told?: number }[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content, told } of entries) {
    const packed = deflateRawSync(content)
    const sizes = [crc32(content), packed.length, told ?? content.length]
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(8, 8)
    sizes.forEach((size, at) => local.writeUInt32LE(size >>> 0, 14 + at * 4))
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    entry.writeUInt16LE(20, 6)
    entry.writeUInt16LE(8, 10)
    sizes.forEach((size, at) => entry.writeUInt32LE(size >>> 0, 16 + at * 4))
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    central.push(entry, Buffer.from(name))
    parts.push(local, Buffer.from(name), packed)
    offset += 30 + name.length + packed.length
  }
  const index = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, index, end])
}

const sheet = (inner: string) => ({ name: 'xl/worksheets/sheet1.xml', content: Buffer.from(inner) })
const types = { name: '[Content_Types].xml', content: Buffer.from('<Types/>') }
// Made once: thirty megabytes of noughts that pack into thirty kilobytes.
const bomb = zipOf([types, { name: 'xl/worksheets/sheet1.xml', content: Buffer.alloc(30_000_000) }])
const xxe = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'

const MAKERS: readonly ((chance: Chance) => Buffer)[] = [
  (chance) => Buffer.from([HEADER, row(`F${chance.whole(1, 9_999)}`), row('F1')].join('\r\n')),
  (chance) =>
    Buffer.from([HEADER, row('=1+1'), row(`F${chance.whole(1, 99)}`).replaceAll(';', ',')].join('\n')),
  () => Buffer.alloc(0),
  () => Buffer.from(`\ufeff${HEADER}\n${row('bom')}`),
  () => Buffer.from(`${HEADER}\n${row('latin')}`, 'latin1'),
  () => Buffer.from(`${HEADER}\n${row('utf16')}`, 'utf16le'),
  () => Buffer.from(`${HEADER}\n"ouppavslutat;${row('citat')}`),
  () => Buffer.from(`${HEADER}\n${'x'.repeat(300_000)}`),
  () => Buffer.from(Array.from({ length: 400 }, () => HEADER).join('\n')),
  () => Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 0, 0]),
  () => Buffer.from('%PDF-1.7\n%%EOF'),
  () => zipOf([types, sheet(xxe)]),
  () => zipOf([types, { ...sheet('<worksheet/>'), told: 4_000_000_000 }]),
  () => zipOf([{ name: '../../../../tmp/ut', content: Buffer.from('x') }, types]),
  () => bomb,
  (chance) => Buffer.from(Array.from({ length: 2_000 }, () => chance.whole(0, 255))),
]

export const FILE_NAMES = [
  'anmalningar.csv',
  'anmalningar.xlsx',
  '../../etc/passwd',
  'noll%00.csv',
  '',
  `${'a'.repeat(300)}.csv`,
  'bok.xlsm',
] as const

/** A file of the seed's choice. */
export function fileOf(chance: Chance): Buffer {
  return chance.pick(MAKERS)(chance)
}
