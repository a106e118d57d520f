// The registrar's inbox: what waits, putting something in beside its scan, seeing it, and setting aside what is not ours.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { ELSEWHERE } from '../../shared/casework/elsewhere.ts'
import {
  addToInbox,
  arrivalInstant,
  CHANNELS,
  listInbox,
  newItemId,
  readDocument,
  readInboxItem,
  setAside,
  takeBack,
  type InboxItem,
} from '../../shared/casework/inbox.ts'
import { correctArrival, correctionsOf } from '../../shared/casework/inbox-corrections.ts'
import { localDateOf, localTimeOf } from '../../shared/domain/calendar.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { readUpload } from '../upload.ts'
import { dateAndTime } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { findingViews } from './notice-view.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  pageIn,
  pagingOf,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const BASE = '/inkorg'
const LIMIT = 25
const STATES = ['waiting', 'entered', 'not-ours'] as const
const config = { permission: 'inbox.work' as const }

/** Which field shows what is wrong with a part of what was sent. */
const FIELDS = { '/receivedAt': 'day', '/file': 'file' }

/** As much of what could not be read as fits on a page; the rest is a click away. */
const MOST_TEXT = 8_000

function lineOf(item: InboxItem, t: Say) {
  return {
    ...item,
    elsewhere: item.fault === ELSEWHERE,
    channelText: t(`inbox.channel.${item.channel}`),
    came: t('inbox.came', { at: dateAndTime(item.receivedAt) }),
  }
}

async function showInbox(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const state = STATES.find((known) => known === queryIn(request, 'flik')) ?? 'waiting'
  const page = pageIn(request)
  const { items, total } = await listInbox(deps.db, actorIn(request), { state, limit: LIMIT, page })
  return renderPage(reply, 'inbox/list', {
    title: t('inbox.title'),
    tabs: STATES.map((known) => ({
      text: t(`inbox.${known}`),
      href: `${BASE}?flik=${known}`,
      current: known === state,
    })),
    items: items.map((item) => lineOf(item, t)),
    empty: t(`inbox.empty.${state}`),
    paging: pagingOf(request, { page, limit: LIMIT, total }),
  })
}

type Sent = { values: Values; errors: FieldErrors }

async function showNew(reply: FastifyReply, { db }: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const t = textsOf(reply.request)
  const { today } = await moment(db)
  const errors = sent?.errors ?? {}
  return renderPage(reply, 'inbox/new', {
    title: t('inbox.add'),
    back: { href: BASE, text: t('inbox.title') },
    channels: CHANNELS.map((value) => ({ value, text: t(`inbox.channel.${value}`) })),
    form: { values: { item: newItemId(), channel: 'paper', day: today, ...sent?.values }, errors },
    errors: summaryOf(errors),
  })
}

function timeIn(written: string): string | null {
  const time = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(written)
  return time ? `${time[1]?.padStart(2, '0')}:${time[2]}` : null
}

/** What is wrong with the fields of something new, before it is looked at by the operation. */
function newErrors(values: Values, bytes: Buffer, t: Say): FieldErrors {
  const errors: FieldErrors = {}
  if (!CHANNELS.some((channel) => channel === values['channel'])) errors['channel'] = t('inbox.channel.error')
  if (!readDate(values['day'] ?? '')) errors['day'] = t('inbox.day.error')
  const time = (values['time'] ?? '').trim()
  if (time !== '' && timeIn(time) === null) errors['time'] = t('inbox.time.error')
  if (bytes.length === 0 && values['nofile'] !== 'yes') errors['file'] = t('inbox.file.none')
  return errors
}

function addNew(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const upload = await readUpload(request).catch((error: { code?: string }) => {
      if (error.code === 'FST_REQ_FILE_TOO_LARGE') return 'too-large' as const
      throw error
    })
    if (upload === 'too-large') {
      const errors = { file: t('inbox.file.too-large') }
      return showNew(reply.code(413), deps, { values: {}, errors })
    }
    const { _csrf: _token, ...values } = upload.fields
    const errors = newErrors(values, upload.bytes, t)
    if (Object.keys(errors).length > 0) return showNew(reply.code(422), deps, { values, errors })
    const at = await moment(db)
    const channel = CHANNELS.find((known) => known === values['channel']) ?? 'paper'
    const arrival = {
      id: isId(values['item'] ?? '') ? (values['item'] as string) : newItemId(),
      channel,
      receivedAt: arrivalInstant(
        readDate(values['day'] ?? '') as string,
        timeIn((values['time'] ?? '').trim()),
        at,
      ),
      document: upload.bytes.length > 0 ? upload.bytes : null,
    }
    try {
      const { id, known } = await addToInbox(db, tools, actorIn(request), arrival)
      tellNextPage(request, t(known ? 'inbox.known' : 'inbox.saved'), known ? 'important' : 'success')
      return await reply.redirect(`${BASE}/${id}`, 303)
    } catch (error) {
      const refused = errorsOf(error, FIELDS, request.language)
      if (!refused) throw error
      return showNew(reply.code(422), deps, { values, errors: refused })
    }
  }
}

/** An item with what its document's pane needs: its text when it is text, so that nothing of it is run. */
export async function itemShown(request: FastifyRequest, { db, tools }: PageDeps) {
  const t = textsOf(request)
  const actor = actorIn(request)
  const item = await readInboxItem(db, actor, idIn(request))
  const text =
    item.mediaType === 'text/plain'
      ? new TextDecoder().decode((await readDocument(db, tools, actor, item.id)).bytes)
      : null
  return {
    ...lineOf(item, t),
    text: text?.slice(0, MOST_TEXT) ?? null,
    cut: (text?.length ?? 0) > MOST_TEXT,
    findings: findingViews(item.findings ?? [], request.language),
  }
}

async function showItem(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const item = await itemShown(request, deps)
  const errors = sent?.errors ?? {}
  return renderPage(reply, 'inbox/item', {
    title: t('inbox.item', { day: item.receivedOn }),
    back: { href: BASE, text: t('inbox.title') },
    item,
    handled: item.handledAt ? dateAndTime(item.handledAt) : '',
    mayCorrect: item.channel !== 'interface',
    corrections: (await correctionsOf(deps.db, actorIn(request), item.id)).map((one) =>
      t('inbox.correct.before', {
        before: dateAndTime(one.beforeAt),
        after: dateAndTime(one.afterAt),
        who: one.correctedBy ?? '–',
        at: dateAndTime(one.correctedAt),
        reason: one.reason,
      }),
    ),
    form: { values: { ...arrivalValues(item.receivedAt), ...sent?.values }, errors },
    errors: summaryOf(errors),
  })
}

const arrivalValues = (receivedAt: string): Values => ({
  day: localDateOf(receivedAt),
  time: localTimeOf(receivedAt),
})

function correct(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const [day, time] = [readDate(values['day'] ?? ''), timeIn((values['time'] ?? '').trim())]
    const reason = (values['why'] ?? '').trim().slice(0, 500)
    const errors: FieldErrors = {
      ...(!day && { day: t('inbox.day.error') }),
      ...(time === null && { time: t('inbox.time.error') }),
      ...(reason === '' && { why: t('inbox.correct.why') }),
    }
    if (!day || time === null || reason === '') return showItem(reply.code(422), deps, { values, errors })
    const receivedAt = arrivalInstant(day, time, await moment(deps.db))
    try {
      await correctArrival(deps.db, actorIn(request), { id: idIn(request), receivedAt, reason })
    } catch (error) {
      const refused = errorsOf(error, FIELDS, request.language)
      if (!refused) throw error
      return showItem(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t('inbox.correct.done'))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  }
}

function putAside(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const reason = (values['reason'] ?? '').trim().slice(0, 500)
    if (reason === '') {
      const errors = { reason: t('inbox.aside.error') }
      return showItem(reply.code(422), deps, { values, errors })
    }
    await setAside(deps.db, actorIn(request), idIn(request), reason)
    tellNextPage(request, t('inbox.aside.done'))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  }
}

/**
 * The document as it came. Its type is what its bytes said; the browser may not guess another, run anything of it, or
 * let another site frame it. Text is handed over as text.
 */
async function sendDocument(request: FastifyRequest, reply: FastifyReply, { db, tools }: PageDeps) {
  const { mediaType, bytes } = await readDocument(db, tools, actorIn(request), idIn(request))
  const ending = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' }[mediaType] ?? 'txt'
  // A viewer of PDF is an object of the browser's own; for everything else nothing at all may load or run.
  const policy =
    mediaType === 'application/pdf'
      ? "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
      : "default-src 'none'; sandbox; frame-ancestors 'self'"
  return reply
    .header('content-security-policy', policy)
    .header('x-frame-options', 'SAMEORIGIN')
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', `inline; filename="dokument.${ending}"`)
    .type(mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : mediaType)
    .send(bytes)
}

/** `/inkorg` and each item below it. */
export function inboxPages(app: App, deps: PageDeps): void {
  app.get(BASE, { config }, (request, reply) => showInbox(request, reply, deps))
  app.get(`${BASE}/ny`, { config }, (_request, reply) => showNew(reply, deps))
  app.post(`${BASE}/ny`, { config: { ...config, accepts: 'multipart' } }, addNew(deps))
  app.get(`${BASE}/:id`, { config }, (_request, reply) => showItem(reply, deps))
  app.get(`${BASE}/:id/dokument`, { config }, (request, reply) => sendDocument(request, reply, deps))
  app.post(`${BASE}/:id/ankomst`, { config }, correct(deps))
  app.post(`${BASE}/:id/inte-till-oss`, { config }, putAside(deps))
  app.post(`${BASE}/:id/tillbaka`, { config }, async (request, reply) => {
    await takeBack(deps.db, actorIn(request), idIn(request))
    tellNextPage(request, textsOf(request)('inbox.back.done'))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  })
}
