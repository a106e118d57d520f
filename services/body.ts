// Reads request bodies: JSON checked byte by byte before it is parsed, the raw bytes kept, nothing else let in unasked.
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../shared/domain/refusal.ts'
import { isApi } from './identify.ts'

export const MAX_JSON_BYTES = 1024 * 1024
export const MAX_FILE_BYTES = 5 * 1024 * 1024
const MAX_DEPTH = 32

export type BodyKind = 'json' | 'form' | 'multipart'

const ESSENCE: Record<BodyKind, string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
}

function refuse(code: string): never {
  throw new Refusal('invalid', code, 'Innehållet går inte att läsa.')
}

/** A string as it stands between its quotes, escapes undone; a lone surrogate or U+0000 cannot be stored as text. */
function decode(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  const text = JSON.parse(quoted) as string
  if (!text.isWellFormed()) refuse('json.encoding')
  if (text.includes('\0')) refuse('json.control')
  return text
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x5c) at++
    else if (unit === 0x22) return at + 1
  }
  return refuse('json.malformed')
}

const BLANK = /\s/

function isKey(text: string, after: number): boolean {
  let at = after
  while (at < text.length && BLANK.test(text.charAt(at))) at++
  return text.charCodeAt(at) === 0x3a
}

function checkKey(keys: Set<string> | null | undefined, key: string): void {
  // A prototype smuggled in as a field would change every object made from this one.
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') refuse('json.forbidden-key')
  if (keys?.has(key)) refuse('json.duplicate-key')
  keys?.add(key)
}

/**
 * What JSON.parse lets pass in silence: a key given twice (the last would win), endless nesting, lone surrogates.
 * Throws a Refusal with a `json.…` code.
 */
function inspect(text: string): void {
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) {
      const end = endOfString(text, at)
      const written = decode(text.slice(at, end))
      if (open.at(-1) && isKey(text, end)) checkKey(open.at(-1), written)
      at = end - 1
    } else if (unit === 0x7b) open.push(new Set())
    else if (unit === 0x5b) open.push(null)
    else if (unit === 0x7d || unit === 0x5d) open.pop()
    if (open.length > MAX_DEPTH) refuse('json.too-deep')
  }
}

/** Bytes to a value, strictly: UTF-8 without BOM, each key once, at most 32 levels. Throws a Refusal with a `json.…` code. */
export function readJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse('json.encoding')
  }
  if (text.startsWith('\uFEFF')) refuse('json.encoding')
  try {
    inspect(text)
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof Refusal) throw error
    return refuse('json.malformed')
  }
}

function expectedKind(request: FastifyRequest): BodyKind {
  return request.routeOptions.config.accepts ?? (isApi(request) ? 'json' : 'form')
}

/** Refuses a type that the route did not ask for: else a form could be posted to the API from any site. */
function demandContentType(request: FastifyRequest): void {
  const written = request.headers['content-type']
  if (written === undefined || request.is404) return
  const [essence = '', ...parameters] = written.toLowerCase().split(';')
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='))
  const utf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset)
  if (essence.trimEnd() !== ESSENCE[expectedKind(request)] || /[\t\v\f]/.test(written) || !utf8) {
    throw new Refusal('invalid', 'content-type', 'Innehållets typ stöds inte här.')
  }
}

/** Sets up the three kinds of body. `request.rawBody` holds a JSON body's bytes as they came. */
export async function readBodies(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  app.decorateRequest('rawBody', null)
  app.addHook('onRequest', async (request) => demandContentType(request))
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      request.rawBody = bytes
      return bytes.length === 0 ? undefined : readJson(bytes)
    },
  )
  await app.register(formbody, { bodyLimit: MAX_JSON_BYTES })
  await app.register(multipart, {
    limits: { fileSize: MAX_FILE_BYTES, files: 1, fields: 10, parts: 11, fieldSize: 10_000, headerPairs: 50 },
  })
}
