// The municipality's colours as a style sheet of its own, fetched by version and kept for good.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Theme } from '../../shared/casework/theme.ts'
import { shadeOf } from '../../shared/domain/contrast.ts'

/** The theme as custom properties. Colours come from the database, where they can be nothing but #rrggbb. */
export function themeCss(theme: Theme | null): string {
  if (!theme) return ':root { --bokvar-theme: 0; }\n'
  const { brand, brandText, link } = theme
  const deep = shadeOf(theme)
  const lines = [
    `--bokvar-brand: ${brand}`,
    `--bokvar-brand-text: ${brandText}`,
    `--bokvar-deep: ${deep}`,
    `--bokvar-link: ${link}`,
    `--govuk-brand-colour: ${brand}`,
    `--govuk-link-colour: ${link}`,
    `--govuk-surface-border-colour: ${brand}`,
  ]
  return `:root { ${lines.join('; ')}; }\n`
}

/** What the address names by its version is kept for good; what it does not, for an hour. */
export function cached(request: FastifyRequest, reply: FastifyReply, theme: Theme | null): FastifyReply {
  const asked = (request.query as Record<string, unknown>)['v']
  const current = asked === String(theme?.version ?? 0)
  return reply.header(
    'cache-control',
    current ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  )
}

/** `/assets/theme.css`. */
export function serveTheme(app: FastifyInstance): void {
  app.get('/assets/theme.css', { config: { permission: 'public' } }, (request, reply) =>
    cached(request, reply, app.frame.theme).type('text/css; charset=utf-8').send(themeCss(app.frame.theme)),
  )
}
