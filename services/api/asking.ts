// What the API's handlers read from a request beside its body: key, version, id, page.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../../shared/casework/act.ts'
import type { Db } from '../../shared/db/open.ts'
import type { Tools } from '../../shared/casework/tools.ts'
import { Refusal } from '../../shared/domain/refusal.ts'

/** What the doors of the API need. */
export type ApiDeps = { db: Db; tools: Tools }

/** `?limit=&page=`: pages count from 1. */
export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
})

export const byId = z.object({ id: z.string().max(100) })

/** The key in the header, or null. Refuses one that no honest client sends. */
export function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key)) {
    throw new Refusal(
      'invalid',
      'idempotency.key-invalid',
      'Nyckeln i Idempotency-Key ska vara 1-255 tecken.',
    )
  }
  return key
}

/** The key of a request that must have one: without it a retry after a broken line could become a second notice. */
export function demandKey(request: FastifyRequest): string {
  const key = keyOf(request)
  if (key !== null) return key
  throw new Refusal(
    'invalid',
    'idempotency.key-missing',
    'Skicka huvudet Idempotency-Key med en nyckel som är unik för meddelandet.',
  )
}

const saysAny = (request: FastifyRequest): boolean => request.headers['if-match']?.trim() === '*'

/** The version in If-Match, or null when the header is missing or says `*`: whichever it is, so long as it is there. */
export function ifMatchOf(request: FastifyRequest): number | null {
  const written = request.headers['if-match']
  if (written === undefined || saysAny(request)) return null
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(written.trim())?.[1]
  if (version === undefined) throw new Refusal('stale', 'stale', 'Hämta på nytt och försök igen.')
  return Number(version)
}

/**
 * The version a deed that changes a case must have read. Refuses 428 when it does not say. `*` is true of every version
 * (RFC 9110 13.1.1) and so says nothing of what was read: it is refused in words of its own, or a colleague's change
 * would be overwritten unseen by a client that sends it for convenience.
 */
export function demandIfMatch(request: FastifyRequest): number {
  const version = ifMatchOf(request)
  if (version !== null) return version
  if (saysAny(request)) {
    throw new Refusal(
      'invalid',
      'if-match.any',
      'If-Match: * stämmer med vilken version som helst. Hämta ärendet och skicka dess ETag, så att ingen kollegas ändring skrivs över.',
    )
  }
  throw new Refusal('invalid', 'if-match.missing', 'Skicka huvudet If-Match med den version som du läste.')
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The id in the address. What cannot be an id belongs to nothing: the same 404 as for what is not there. */
export function idOf({ id }: z.infer<typeof byId>): string {
  if (UUID.test(id)) return id.toLowerCase()
  throw new Refusal(
    'not-found',
    'not-found',
    'Det du söker finns inte, eller så har du inte tillgång till det.',
  )
}

/** Whose a list is asked for: a person's id, `none` or anybody's. A system has nobody to be `me`. */
export function whoseOf(asked: string | undefined, { personId }: Actor): string | null {
  if (asked !== 'me') return asked ?? null
  if (personId !== null) return personId
  throw new Refusal('invalid', 'me.nobody', 'Ett system är ingen person. Ange none eller en persons id.')
}

/** The bytes of the body as they came. */
export function rawOf(request: FastifyRequest): Buffer {
  return request.rawBody ?? Buffer.alloc(0)
}
