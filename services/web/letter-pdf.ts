// A letter and a receipt as tagged PDF: names of files and documents say what it is, never whom it is about.
import type { FastifyReply } from 'fastify'
import type { MadeLetter } from '../../shared/casework/letters.ts'
import type { SentNotice } from '../../shared/casework/sent-notices.ts'
import { localDateOf } from '../../shared/domain/calendar.ts'
import { letterBlocks } from '../../shared/domain/letter-template.ts'
import { say } from '../../shared/text/say.ts'
import { dateAndTime, dayInText } from './filters.ts'
import { findingViews, noticeParts, receiptWords } from './notice-view.ts'
import { textsOf } from './page.ts'
import { makePdf, type PdfBlock, type PdfContent } from './pdf.ts'

async function send(reply: FastifyReply, name: string, content: PdfContent): Promise<FastifyReply> {
  const bytes = await makePdf(content)
  return reply
    .header('content-disposition', `inline; filename="${name}.pdf"`)
    .type('application/pdf')
    .send(bytes)
}

/** What a letter on paper needs; an example that nobody was sent has no id. */
type Printed = Pick<MadeLetter, 'language' | 'address' | 'subject' | 'body' | 'madeAt'> & {
  id: string | null
}

/** The letter for a window envelope: sender and window lines above the fold, the matter below it. */
export function sendLetterPdf(reply: FastifyReply, made: Printed): Promise<FastifyReply> {
  const { name } = reply.server.frame.settings.municipality
  const language = made.language === 'en' ? 'en' : 'sv'
  const body = letterBlocks(made.body).map((block): PdfBlock =>
    block.kind === 'heading' ? { ...block, level: 2 } : block,
  )
  const example = say(language, 'letter-template.foot')
  return send(reply, made.id === null ? 'brevmall' : `brev-${made.id.slice(0, 8)}`, {
    title: made.id === null ? example : say(language, 'letters.one'),
    language,
    made: made.madeAt,
    letter: {
      sender: name,
      window: made.address?.split('\n') ?? [],
      date: dayInText(localDateOf(made.madeAt), language, true),
    },
    blocks: [{ kind: 'heading', level: 1, text: made.subject }, ...body],
    foot: made.id === null ? `${name} · ${example}` : name,
  })
}

/** The receipt in the order of the statutory form, with number, time of arrival and what may be wrong. */
export function sendReceiptPdf(reply: FastifyReply, sent: SentNotice): Promise<FastifyReply> {
  const { request } = reply
  const { language } = request
  const t = textsOf(request)
  const { serious } = findingViews(sent.findings, language)
  const words = receiptWords(sent.type)
  const parts = noticeParts(sent.content, t, language).flatMap(({ heading, lines }): PdfBlock[] => [
    { kind: 'heading', level: 2, text: heading },
    { kind: 'facts', rows: lines },
  ])
  const arrived = [
    { label: t('receipt.number'), text: sent.number },
    { label: t('receipt.arrived'), text: dateAndTime(sent.receivedAt) },
    { label: t('receipt.sent-by'), text: sent.sentBy },
  ]
  const remarks: PdfBlock[] =
    serious.length === 0
      ? []
      : [
          { kind: 'heading', level: 2, text: t('sent.findings') },
          { kind: 'list', items: serious },
        ]
  return send(reply, `kvitto-${sent.number}`, {
    title: `${t('receipt.title')}, ${sent.number}`,
    language,
    made: sent.receivedAt,
    blocks: [
      { kind: 'heading', level: 1, text: t('receipt.title') },
      { kind: 'facts', rows: arrived },
      ...(words.clock ? [{ kind: 'paragraph' as const, text: t(words.clock) }] : []),
      ...remarks,
      ...parts,
      { kind: 'paragraph', text: t(words.form) },
    ],
    foot: reply.server.frame.settings.municipality.name,
  })
}
