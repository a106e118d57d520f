// The municipality's look: the form that changes name, colours and logo, and the logo itself.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readThemeLogo, saveTheme } from '../../shared/casework/theme.ts'
import type { App } from '../http.ts'
import { readUpload, type Upload } from '../upload.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  summaryOf,
  textsOf,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { cached } from './theme-sheet.ts'

const config = { permission: 'theme.change' as const }
/** What the service looks like by itself, as in app.scss. */
const OWN: Values = { brand: '#1f5c57', brandText: '#ffffff', link: '#17544f' }

function showTheme(reply: FastifyReply, told: { values?: Values; errors?: FieldErrors } = {}): FastifyReply {
  const { request } = reply
  const t = textsOf(request)
  const { theme, settings } = reply.server.frame
  const values: Values = {
    ...OWN,
    name: settings.municipality.name,
    ...(theme && { name: theme.name, brand: theme.brand, brandText: theme.brandText, link: theme.link }),
    logo: 'keep',
    ...told.values,
  }
  const errors = told.errors ?? {}
  return renderPage(reply, 'administration/theme', {
    title: t('theme.title'),
    hasLogo: theme !== null && theme.logoType !== null,
    form: { values, errors },
    errors: summaryOf(errors),
  })
}

/** What the form says of the logo: a new file counts before either choice. */
function logoIn({ bytes, fields }: Upload): Buffer | 'keep' | 'none' {
  if (bytes.length > 0) return bytes
  return fields['logoChoice'] === 'none' ? 'none' : 'keep'
}

function change({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const upload = await readUpload(request).catch((error: { code?: string }) => {
      if (error.code === 'FST_REQ_FILE_TOO_LARGE') return null
      throw error
    })
    if (!upload) return showTheme(reply.code(413), { errors: { logo: t('theme.logo.hint') } })
    const { name = '', brand = '', brandText = '', link = '' } = upload.fields
    const wish = { name, brand, brandText, link, logo: logoIn(upload) }
    try {
      await saveTheme(db, actorIn(request), wish)
    } catch (error) {
      const fields = ['name', 'brand', 'brandText', 'link', 'logo']
      const errors = errorsOf(
        error,
        Object.fromEntries(fields.map((field) => [`/${field}`, field])),
        request.language,
      )
      if (!errors) throw error
      return showTheme(reply.code(422), { values: { name, brand, brandText, link }, errors })
    }
    await request.server.frame.renew()
    tellNextPage(request, t('theme.saved'))
    return reply.redirect('/utseende', 303)
  }
}

/** `/utseende` and `/assets/logo`. */
export function themePages(app: App, deps: PageDeps): void {
  app.get('/utseende', { config }, (_request, reply) => showTheme(reply))
  app.post('/utseende', { config: { ...config, accepts: 'multipart' } }, change(deps))
  app.get('/assets/logo', { config: { permission: 'public' } }, async (request, reply) => {
    const logo = await readThemeLogo(deps.db)
    if (!logo) return reply.code(404).send()
    // Opened by itself the picture may still do nothing.
    void reply.header('content-security-policy', "default-src 'none'; sandbox")
    return cached(request, reply, app.frame.theme).type(logo.type).send(logo.bytes)
  })
}
