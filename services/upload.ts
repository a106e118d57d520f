// Takes in one uploaded file whole, with the fields beside it; from a page only with the form's own token.
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../shared/domain/refusal.ts'
import type { Scan } from '../shared/scanner.ts'
import { isApi } from './identify.ts'
import { checkFormToken } from './sessions.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The municipality's scanner for malware; null where it has none. */
    scan: Scan | null
  }
}

export type Upload = { name: string; bytes: Buffer; fields: Record<string, string> }

function missing(): Refusal {
  const problem = { pointer: '/file', code: 'file.missing', detail: 'Välj en fil.' }
  return new Refusal('invalid', 'file.missing', 'Det finns ingen fil i det som skickades. Välj en fil.', [
    problem,
  ])
}

/** Refuses what the scanner knows as malware, and any file while the scanner cannot say. */
export async function demandHarmless({ server, log }: FastifyRequest, bytes: Uint8Array): Promise<void> {
  if (!server.scan) return
  const harmless = await server.scan(bytes).catch((error: unknown) => {
    log.error({ name: (error as Error).name }, 'scanner away')
    throw new Refusal('conflict', 'unavailable', 'Filer kan inte tas emot just nu. Försök igen om en stund.')
  })
  if (!harmless)
    throw new Refusal(
      'unprocessable',
      'file.infected',
      'Filen innehåller skadlig kod och har inte sparats. Kontrollera datorn som den kommer från.',
    )
}

/**
 * Reads a multipart body: the part `file` (at most the size set in body.ts, else 413) and plain fields.
 * Somebody signed in on the pages must send the form's token as the field `_csrf`; a system with a token need not.
 * Throws a Refusal when there is no file. The file's name is the sender's text: never a path to write to.
 */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const fields: Record<string, string> = {}
  let file: { name: string; bytes: Buffer } | undefined
  for await (const part of request.parts()) {
    // A part may call itself a file and bear no name, whatever the library's types say.
    const { filename } = part as { filename?: string }
    if (part.type === 'file') file = { name: (filename ?? '').slice(0, 200), bytes: await part.toBuffer() }
    else if (typeof part.value === 'string') fields[part.fieldname] = part.value
  }
  if (!isApi(request)) await checkFormToken(request.server, request, fields['_csrf'] ?? '')
  if (!file) throw missing()
  await demandHarmless(request, file.bytes)
  return { ...file, fields }
}
