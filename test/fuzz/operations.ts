// The API's operations as its OpenAPI document declares them: what may be sent, by whom, and what may come back.

export type Schema = { [key: string]: unknown }

type Parameter = { in: string; name: string; schema?: Schema }
type Content = Record<string, { schema?: Schema }>
type Declared = {
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
  security?: { token?: string[] }[]
}
export type Document = { paths: Record<string, Record<string, Declared>> }

export type Operation = {
  method: string
  /** With its parameters in braces. */
  path: string
  query: { name: string; schema: Schema }[]
  /** Of a JSON body; null when it takes none. */
  body: Schema | null
  /** Takes a file by multipart/form-data. */
  file: boolean
  scope: string | null
  /** JSON answers by status. */
  answers: Map<string, Schema>
  /** Statuses of 2xx that the document names. */
  fine: Set<number>
}

/** Every operation of the document, in its order. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, declared]) => {
      const responses = Object.entries(declared.responses)
      const body = declared.requestBody?.content['application/json']?.schema ?? null
      return {
        method: method.toUpperCase(),
        path,
        query: (declared.parameters ?? [])
          .filter((one) => one.in === 'query')
          .map(({ name, schema = {} }) => ({ name, schema })),
        body,
        file: /\/(notice-files|client-registers)$/.test(path) && method === 'post',
        scope: declared.security?.[0]?.token?.[0] ?? null,
        answers: new Map(
          responses.flatMap(([status, { content }]) => {
            const schema = content?.['application/json']?.schema
            return schema ? [[status, schema] as const] : []
          }),
        ),
        fine: new Set(responses.map(([status]) => Number(status)).filter((status) => status < 300)),
      }
    }),
  )
}
