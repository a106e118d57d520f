// The landlords' door for whole files: take one in, tell how the reading goes, give back the rows to mend.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  readNoticeFileReport,
  receiveNoticeFile,
  rereadNoticeFile,
} from '../../shared/casework/notice-files.ts'
import { COLUMN_NAMES, NEEDED_COLUMNS } from '../../shared/domain/notice-file-columns.ts'
import type { FileProblem, RowError } from '../../shared/domain/notice-file-problems.ts'
import type { Finding } from '../../shared/domain/reading-findings.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { rejectedRowsCsv } from '../../shared/domain/rejected-rows.ts'
import type { FileRemark } from '../../shared/domain/workbook-table.ts'
import { problemInWords } from '../../shared/text/file-problems.ts'
import { remarkInWords } from '../../shared/text/file-remarks.ts'
import type { Language } from '../../shared/text/say.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { demandHarmless } from '../upload.ts'
import { byId, idOf, keyOf, type ApiDeps } from './asking.ts'
import { finding, showFindings } from './showing.ts'

const tags = ['notice-files']

/** The template, for whoever writes the file with a program; the form demands some of what may be left out. */
const COLUMNS_TOLD =
  `Kolumner / columns: ${COLUMN_NAMES.join(';')}. Needed: ${NEEDED_COLUMNS.join(', ')}. ` +
  'hyresvard_adress and hyresvard_telefon are fields of the statutory form for unpaid rent: a row without them is taken in with the ' +
  'finding landlord_contact_missing. beskrivning is looked for with nuisance, samtycke_datum with early-arrears. ' +
  'Rows with the same egen_referens are the rents of one notice.'

const fault = z.object({
  column: z.string().nullable(),
  code: z.string(),
  detail: z.string(),
  howToMend: z.string(),
})

const report = z.object({
  id: z.string(),
  fileName: z.string().nullable(),
  receivedAt: z.string(),
  state: z.enum(['received', 'reading', 'done', 'refused']),
  problem: fault.extend({ row: z.number().nullable() }).optional(),
  remarks: z.array(z.object({ code: z.string(), detail: z.string() })).optional(),
  rows: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  results: z.array(
    z.object({
      row: z.number(),
      noticeId: z.string().optional(),
      duplicate: z.boolean().optional(),
      findings: z.array(finding).optional(),
      errors: z.array(fault).optional(),
    }),
  ),
})

const showFault = (
  { column, code }: Pick<RowError | FileProblem, 'column' | 'code'>,
  language: Language,
): z.infer<typeof fault> => ({ column, code, ...problemInWords(code, language) })

type Report = Awaited<ReturnType<typeof readNoticeFileReport>>

function show({ file, results }: Report, language: Language): z.infer<typeof report> {
  const { id, fileName, receivedAt, rows, accepted, rejected, duplicates } = file
  const remarks = file.remarks as FileRemark[]
  const held = file.problem as FileProblem | null
  return {
    id,
    fileName,
    receivedAt,
    state: file.state as z.infer<typeof report>['state'],
    ...(held && { problem: { row: held.row, ...showFault(held, language) } }),
    ...(remarks.length > 0 && {
      remarks: remarks.map((remark) => ({ code: remark.code, detail: remarkInWords(remark, language) })),
    }),
    rows,
    accepted,
    rejected,
    duplicates,
    results: results.map((one) => ({
      row: one.row,
      ...(one.noticeId && { noticeId: one.noticeId }),
      ...(one.duplicate && { duplicate: true }),
      ...(one.errors
        ? { errors: (one.errors as RowError[]).map((error) => showFault(error, language)) }
        : { findings: showFindings((one.findings ?? []) as Finding[], language) }),
    })),
  }
}

function refuse(code: string, detail: string): never {
  throw new Refusal('invalid', code, detail, [{ pointer: '/file', code, detail }])
}

/**
 * The one file of the form, read to the form's end: a second file that nobody looked at would be lost without a word.
 * Its size and their number are bounded while they are read (body.ts).
 */
async function fileOf(request: FastifyRequest): Promise<{ name: string | null; bytes: Buffer }> {
  let file: { name: string | null; bytes: Buffer } | undefined
  for await (const part of request.parts()) {
    if (part.type !== 'file') continue
    const { filename } = part as { filename?: string }
    const bytes = await part.toBuffer()
    if (part.fieldname !== 'file') refuse('file.missing', 'Skicka filen i fältet file.')
    file = { name: filename?.slice(0, 200) || null, bytes }
  }
  if (!file) refuse('file.missing', 'Skicka filen i fältet file.')
  await demandHarmless(request, file.bytes)
  return file
}

/** `POST /v1/notice-files`, its report, and the rejected rows as a file. */
export function noticeFileRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    takeIn(app, deps)
    tell(app, deps)
    giveBack(app, deps)
  }
}

function takeIn(app: App, { db, tools }: ApiDeps): void {
  app.post(
    '/v1/notice-files',
    {
      config: { permission: 'notice.send', accepts: 'multipart' },
      schema: {
        tags,
        summary: 'Lämna en fil med meddelanden / send a file of notices',
        description:
          'multipart/form-data, fältet file: CSV eller Excel (.xlsx), högst 5 MB och 10 000 rader. / Field file: CSV or Excel (.xlsx), at most 5 MB and 10,000 rows. ' +
          COLUMNS_TOLD,
        consumes: ['multipart/form-data'],
        response: { 202: z.object({ id: z.string() }) },
      },
    },
    async (request, reply) => {
      const file = { ...(await fileOf(request)), key: keyOf(request) }
      const { id } = await receiveNoticeFile(db, tools, actorOf(request.principal), file)
      void reply.code(202).header('location', `/v1/notice-files/${id}`)
      return { id }
    },
  )
}

function tell(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/notice-files/:id',
    {
      config: { permission: 'notice.read-own' },
      schema: {
        tags,
        summary: 'Hur filen har tagits emot / how the file was received',
        params: byId,
        response: { 200: report },
      },
    },
    async ({ principal, params, language }) =>
      show(await readNoticeFileReport(db, actorOf(principal), idOf(params)), language),
  )
}

function giveBack(app: App, { db, tools }: ApiDeps): void {
  app.get(
    '/v1/notice-files/:id/rejected.csv',
    {
      config: { permission: 'notice.read-own' },
      schema: {
        tags,
        summary: 'Raderna att rätta / the rows to mend',
        params: byId,
        produces: ['text/csv'],
      },
    },
    async (request, reply) => {
      const file = await rereadNoticeFile(db, tools, actorOf(request.principal), idOf(request.params))
      void reply.type('text/csv; charset=utf-8')
      void reply.header('content-disposition', 'attachment; filename="rejected.csv"')
      return reply.send(rejectedRowsCsv(file))
    },
  )
}
