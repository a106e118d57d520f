// The parts of oidc-provider that we use: the package brings no types of its own.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export type Interaction = { uid: string; prompt: { name: string }; params: Record<string, unknown> }

  export type Context = {
    // Not there yet when the request itself could not be read.
    oidc: {
      params?: Record<string, unknown>
      client?: { clientId: string }
      session?: { accountId?: string }
      provider: Provider
    }
    type: string
    body: unknown
    set: (name: string, value: string) => void
  }

  export class Grant {
    constructor(about: { clientId?: string; accountId?: string })
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    readonly Grant: typeof Grant
    proxy: boolean
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission: boolean },
    ): Promise<void>
    on(event: string, listener: (...values: never[]) => void): this
  }
}
