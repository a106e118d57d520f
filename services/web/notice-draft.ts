// A notice under way: kept on the server under seal between the form and the receipt, so that nothing typed is lost.
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { seal, unseal, type Keys } from '../../shared/seal.ts'
import type { Values } from './page.ts'

declare module 'fastify' {
  interface Session {
    /** A notice that is being written: sealed, because a session lies in the database as plain text. */
    draft?: { id: string; sealed: string }
  }
}

export type NoticeDraft = { id: string; values: Values }

/** The draft of this session, or null. */
export function findDraft(request: FastifyRequest, keys: Keys): NoticeDraft | null {
  const kept = request.session.draft
  if (!kept) return null
  const values = JSON.parse(unseal(keys, kept.id, Buffer.from(kept.sealed, 'base64')).toString()) as Values
  return { id: kept.id, values }
}

/** Keeps what has been written so far. The id stays the same until it is sent: it is the key that sends it once. */
export function keepDraft(request: FastifyRequest, keys: Keys, values: Values): void {
  const id = request.session.draft?.id ?? randomUUID()
  request.session.set('draft', { id, sealed: seal(keys, id, JSON.stringify(values)).toString('base64') })
}

/** Forgets the draft. */
export function endDraft(request: FastifyRequest): void {
  request.session.set('draft', undefined)
}
