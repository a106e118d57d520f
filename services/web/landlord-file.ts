// A landlord's file: read and shown with its errors first, sent only when the sender says so, the bad rows given back.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  dropFileDraft,
  keepFileDraft,
  readFileDraft,
  sendFileDraft,
} from '../../shared/casework/file-drafts.ts'
import { readNoticeFileReport, rereadNoticeFile } from '../../shared/casework/notice-files.ts'
import { previewNotices } from '../../shared/casework/sent-notices.ts'
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'
import type { NoticeFile } from '../../shared/domain/notice-file.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { rejectedRowsCsv } from '../../shared/domain/rejected-rows.ts'
import { refusedFileInWords } from '../../shared/text/file-problems.ts'
import type { App } from '../http.ts'
import { readUpload } from '../upload.ts'
import { fileColumnPages, mayBeMapped } from './file-columns.ts'
import { fileReport } from './file-report.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, idIn, summaryOf, textsOf, type FieldErrors, type PageDeps } from './page.ts'

const BASE = '/hyresvard/fil'
const config = { permission: 'notice.send' as const }

function showChoice(reply: FastifyReply, errors: FieldErrors = {}): FastifyReply {
  return renderPage(reply, 'landlord/file', {
    title: textsOf(reply.request)('file.title'),
    back: { href: '/hyresvard' },
    form: { values: {}, errors },
    errors: summaryOf(errors),
  })
}

function takeFile({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const file = await readUpload(request).catch((error: { code?: string }) => {
      if (error.code === 'FST_REQ_FILE_TOO_LARGE') return 'too-large' as const
      if (error.code === 'file.missing') return null
      throw error
    })
    if (file === 'too-large') return showChoice(reply.code(413), { file: t('file.too-large') })
    // A form without a chosen file sends an empty one.
    if (!file || file.bytes.length === 0) return showChoice(reply.code(422), { file: t('file.none') })
    try {
      const id = await keepFileDraft(db, tools, actorIn(request), file)
      return reply.redirect(`${BASE}/${id}/granska`, 303)
    } catch (error) {
      const said = error instanceof Refusal ? refusedFileInWords(error.code, request.language) : null
      if (said === null) throw error
      return showChoice(reply.code(422), { file: said })
    }
  }
}

function showReport({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const actor = actorIn(request)
    const id = idIn(request)
    const draft = await readFileDraft(db, tools, actor, id)
    if (!draft) return reply.redirect(`${BASE}/${id}`, 303)
    if (mayBeMapped(draft.read)) return reply.redirect(`${BASE}/${id}/kolumner`, 303)
    const previews = await previewNotices(
      db,
      tools,
      actor,
      draft.read.groups.map(({ body }) => body),
    )
    return renderPage(reply, 'landlord/file-report', {
      title: t('file.report'),
      back: { href: BASE },
      id,
      mapped: Object.keys(draft.mapping).length > 0,
      report: fileReport(draft.read, previews, t, request.language),
    })
  }
}

function showStatus({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { file } = await readNoticeFileReport(db, actorIn(request), idIn(request))
    return renderPage(reply, 'landlord/file-status', {
      title: textsOf(request)('file.status'),
      back: { href: '/hyresvard' },
      file: {
        id: file.id,
        receivedAt: file.receivedAt,
        accepted: file.accepted,
        rejected: file.rejected,
        duplicates: file.duplicates,
        finished: file.state === 'done' || file.state === 'refused',
      },
    })
  }
}

async function readFile(request: FastifyRequest, { db, tools }: PageDeps): Promise<NoticeFile> {
  const draft = await readFileDraft(db, tools, actorIn(request), idIn(request))
  return draft?.read ?? rereadNoticeFile(db, tools, actorIn(request), idIn(request))
}

function sendCsv(reply: FastifyReply, name: string, text: string): FastifyReply {
  const disposition = `attachment; filename="${name}"`
  return reply.header('content-disposition', disposition).type('text/csv; charset=utf-8').send(text)
}

/** `/hyresvard/fil`: choose, look through, send or cancel, follow, and fetch the template or the bad rows. */
export function landlordFilePages(app: App, deps: PageDeps): void {
  app.get(BASE, { config }, (_request, reply) => showChoice(reply))
  app.post(BASE, { config: { ...config, accepts: 'multipart' } }, takeFile(deps))
  app.get(`${BASE}/mall.csv`, { config }, (_request, reply) =>
    sendCsv(reply, 'bokvar-mall.csv', `\uFEFF${COLUMN_NAMES.join(';')}\r\n`),
  )
  fileColumnPages(app, deps)
  app.get(`${BASE}/:id/granska`, { config }, showReport(deps))
  app.get(`${BASE}/:id`, { config }, showStatus(deps))
  app.get(`${BASE}/:id/avvisade.csv`, { config }, async (request, reply) =>
    sendCsv(reply, 'bokvar-att-ratta.csv', rejectedRowsCsv(await readFile(request, deps))),
  )
  app.post(`${BASE}/:id/skicka`, { config }, async (request, reply) => {
    await sendFileDraft(deps.db, actorIn(request), idIn(request))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  })
  app.post(`${BASE}/:id/avbryt`, { config }, async (request, reply) => {
    await dropFileDraft(deps.db, actorIn(request), idIn(request))
    tellNextPage(request, textsOf(request)('file.cancelled'))
    return reply.redirect('/hyresvard', 303)
  })
}
