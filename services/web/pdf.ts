// Makes tagged PDF: headings, paragraphs, lists and facts that a screen reader finds, in a font that holds every name.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
// oxlint-disable-next-line import/no-named-as-default
import PDFDocument from 'pdfkit'
import type { Language } from '../../shared/text/say.ts'

export type PdfBlock =
  | { kind: 'heading'; level: 1 | 2; text: string }
  | { kind: 'paragraph'; text: string; strong?: boolean }
  | { kind: 'list'; items: readonly string[] }
  | { kind: 'facts'; rows: readonly { label: string; text: string }[] }

export type PdfContent = {
  /** Shown by the reader's program and kept in its history: never personal data. */
  title: string
  language: Language
  /** RFC 3339. The same content of the same time gives the same bytes. */
  made: string
  blocks: readonly PdfBlock[]
  /** A letter's first page: who sends, in words that reveal nothing, and the lines that show in the window. */
  letter?: { sender: string; window: readonly string[]; date: string }
  /** The last line of every page. */
  foot: string
}

const FONTS = '../../node_modules/dejavu-fonts-ttf/ttf'
const fontFile = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`${FONTS}/${name}.ttf`, import.meta.url)))
let fonts: { plain: Buffer; bold: Buffer } | null = null

const MM = 72 / 25.4
const PAGE = { size: 'A4', margins: { top: 25 * MM, bottom: 25 * MM, left: 25 * MM, right: 25 * MM } }
// The window of a Swedish C5 envelope: nothing but the address may lie here, and nothing of the matter above the fold.
const WINDOW = { left: 115 * MM, top: 46 * MM, width: 78 * MM }
const LETTER_TOP = 98 * MM
const SIZE = { plain: 10.5, one: 17, two: 12.5, foot: 8 }
const LABEL_WIDTH = 62 * MM
const BULLET = 12
// The library knows it, its types do not.
const ROW_HEAD: object = { scope: 'Row' }

/** Draws the document. The bytes depend on the content alone. */
export function makePdf(content: PdfContent): Promise<Buffer> {
  fonts ??= { plain: fontFile('DejaVuSans'), bold: fontFile('DejaVuSans-Bold') }
  const made = new Date(content.made)
  const doc = new PDFDocument({
    ...PAGE,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    bufferPages: true,
    lang: content.language === 'sv' ? 'sv-SE' : 'en-GB',
    info: { Title: content.title, Creator: 'Bokvar', Producer: 'Bokvar', CreationDate: made, ModDate: made },
  })
  const pieces: Buffer[] = []
  doc.on('data', (piece: Buffer) => pieces.push(piece))
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(pieces)))
    doc.on('error', reject)
  })
  doc.registerFont('plain', fonts.plain)
  doc.registerFont('bold', fonts.bold)
  const root = doc.struct('Document')
  doc.addStructure(root)
  if (content.letter) drawHead(doc, root, content.letter)
  for (const block of content.blocks) drawBlock(doc, root, block)
  root.end()
  drawFeet(doc, content)
  doc.end()
  return done
}

type Doc = InstanceType<typeof PDFDocument>
type Structure = ReturnType<Doc['struct']>

function drawHead(
  doc: Doc,
  root: Structure,
  { sender, window, date }: NonNullable<PdfContent['letter']>,
): void {
  const { left } = doc.page.margins
  const say = (text: string, x: number, y: number, width: number): void => {
    root.add(doc.struct('P', {}, () => doc.font('plain').fontSize(SIZE.plain).text(text, x, y, { width })))
  }
  say(sender, left, 25 * MM, 80 * MM)
  say(date, left, 32 * MM, 80 * MM)
  for (const [place, line] of window.entries())
    say(line, WINDOW.left, place === 0 ? WINDOW.top : doc.y, WINDOW.width)
  doc.x = left
  doc.y = LETTER_TOP
}

function drawBlock(doc: Doc, root: Structure, block: PdfBlock): void {
  const width = doc.page.width - doc.page.margins.left - doc.page.margins.right
  doc.x = doc.page.margins.left
  switch (block.kind) {
    case 'heading': {
      const size = block.level === 1 ? SIZE.one : SIZE.two
      if (block.level === 2) doc.moveDown(0.4)
      keepTogether(doc, size * 4)
      const draw = () => doc.font('bold').fontSize(size).text(block.text, { width })
      root.add(doc.struct(block.level === 1 ? 'H1' : 'H2', {}, draw))
      break
    }
    case 'paragraph': {
      const draw = () =>
        doc
          .font(block.strong ? 'bold' : 'plain')
          .fontSize(SIZE.plain)
          .text(block.text, { width, lineGap: 2 })
      root.add(doc.struct('P', {}, draw))
      break
    }
    case 'list':
      drawList(doc, root, block.items, width)
      break
    case 'facts':
      drawFacts(doc, root, block.rows, width)
  }
  doc.moveDown(0.7)
}

/** A heading alone at the foot of a page belongs to nothing. */
function keepTogether(doc: Doc, height: number): void {
  if (doc.y + height > doc.page.height - doc.page.margins.bottom) doc.addPage()
}

// What hangs on the tree is drawn as it is hung: a list or a table is hung first, then filled row by row.
function drawList(doc: Doc, root: Structure, items: readonly string[], width: number): void {
  const list = doc.struct('L')
  root.add(list)
  const { left } = doc.page.margins
  doc.font('plain').fontSize(SIZE.plain)
  for (const item of items) {
    keepTogether(doc, doc.heightOfString(item, { width: width - BULLET, lineGap: 2 }))
    const top = doc.y
    const label = doc.struct('Lbl', {}, () => doc.text('•', left, top, { width: BULLET }))
    const body = doc.struct('LBody', {}, () =>
      doc.text(item, left + BULLET, top, { width: width - BULLET, lineGap: 2 }),
    )
    list.add(doc.struct('LI', {}, [label, body]))
  }
  list.end()
}

function drawFacts(
  doc: Doc,
  root: Structure,
  rows: readonly { label: string; text: string }[],
  width: number,
): void {
  const table = doc.struct('Table')
  root.add(table)
  const { left } = doc.page.margins
  const beside = { width: width - LABEL_WIDTH }
  const labelled = { width: LABEL_WIDTH - BULLET }
  for (const { label, text } of rows) {
    doc.font('bold').fontSize(SIZE.plain)
    const height = Math.max(doc.heightOfString(text, beside), doc.heightOfString(label, labelled))
    keepTogether(doc, height)
    const top = doc.y
    const head = doc.struct('TH', ROW_HEAD, () => doc.font('bold').text(label, left, top, labelled))
    const cell = doc.struct('TD', {}, () => doc.font('plain').text(text, left + LABEL_WIDTH, top, beside))
    table.add(doc.struct('TR', {}, [head, cell]))
    doc.y = top + height + 3
  }
  table.end()
}

/** Page numbers are furniture: said to a screen reader on every page they would only be in the way. */
function drawFeet(doc: Doc, { foot, language }: PdfContent): void {
  const { start, count } = doc.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page)
    doc.page.margins.bottom = 0
    doc.markContent('Artifact', { type: 'Pagination' })
    const of = language === 'sv' ? `Sida ${page + 1} av ${count}` : `Page ${page + 1} of ${count}`
    doc
      .font('plain')
      .fontSize(SIZE.foot)
      .text(`${foot}   ${of}`, doc.page.margins.left, doc.page.height - 15 * MM, { lineBreak: false })
    doc.endMarkedContent()
  }
}
