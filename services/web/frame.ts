// The frame of every page: templates, language, navigation, messages after a form, and the pages of errors.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import nunjucks from 'nunjucks'
import type { Principal } from '../../shared/casework/people.ts'
import type { Theme } from '../../shared/casework/theme.ts'
import { say, type Key, type Language } from '../../shared/text/say.ts'
import type { TextKey } from '../../shared/text/sv.ts'
import { languageCookie } from '../identify.ts'
import { detailOf, titleOf, type Fault } from '../problem.ts'
import { dateAndTime, dayInText, isoDate, kronor, timeOfDay, wholeNumber } from './filters.ts'
import { navigationFor } from './navigation.ts'
import { buildStyles } from './styles/build.ts'
import { serveTheme } from './theme-sheet.ts'

export type FrameSettings = {
  baseUrl: string
  version: string
  municipality: { name: string; code: string }
  /** Reads the municipality's own look, checked where it is set; without it the service shows its own. */
  theme?: () => Promise<Theme | null>
}

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const VIEWS = root('./views')
const STATIC = root('./static')
const PUBLIC = root('../../public')
const GOVUK = root('../../node_modules/govuk-frontend/dist')

function templates(): nunjucks.Environment {
  const loader = new nunjucks.FileSystemLoader([VIEWS, GOVUK], { noCache: false })
  const environment = new nunjucks.Environment(loader, {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
  })
  environment.addFilter('date', isoDate)
  environment.addFilter('datetime', dateAndTime)
  environment.addFilter('time', timeOfDay)
  // `this.ctx` is the page's own context, so a template need not repeat the language in each call.
  environment.addFilter('day', function (this: { ctx: PageContext }, value: string, withYear = false) {
    return dayInText(value, this.ctx.language, withYear)
  })
  environment.addFilter('sek', function (this: { ctx: PageContext }, ore: number) {
    return kronor(ore, this.ctx.language)
  })
  environment.addFilter('whole', function (this: { ctx: PageContext }, value: number) {
    return wholeNumber(value, this.ctx.language)
  })
  return environment
}

type PageContext = { language: Language } & Record<string, unknown>

/** What a page hands to its template. `title` never holds personal data: it ends in histories and logs. */
export type PageData = Record<string, unknown> & {
  title: string
  /** Form errors: the title gets its prefix and the summary stands first on the page. */
  errors?: readonly { text: string; href?: string }[]
  back?: { href: string; text?: string }
}

type Frame = {
  environment: nunjucks.Environment
  settings: FrameSettings
  pages: Set<string>
  version: string
  theme: Theme | null
  /** Reads the look anew: whoever has just changed it sees it at once. */
  renew: () => Promise<void>
}

declare module 'fastify' {
  interface FastifyInstance {
    frame: Frame
  }
}

/** The version in the addresses of styles and scripts, so that a new release is never shown with old ones. */
function assetVersion(): string {
  const css = `${PUBLIC}/app.css`
  const bytes = existsSync(css) ? readFileSync(css) : Buffer.alloc(0)
  return createHash('sha256').update(bytes).digest('hex').slice(0, 10)
}

function languageLinks(request: FastifyRequest, path: string) {
  const link = (language: Language, text: string) => ({
    text,
    lang: language,
    // Without the query: it may hold what somebody typed.
    href: `${path}?lang=${language}`,
    current: request.language === language,
    languageDescriptionText: `(${say(language, 'frame.change-language')})`,
  })
  return [link('sv', 'Svenska'), link('en', 'English')]
}

function takeFlash(request: FastifyRequest): { kind: string; text: string } | null {
  // After a failed read of the session there is an empty object in its place, without any method.
  const flash = request.session?.flash
  if (!flash) return null
  delete request.session.flash
  return flash
}

function personShown(principal: Principal, t: (key: TextKey) => string) {
  return { name: principal.name, role: principal.role, roleText: t(`role.${principal.role}`) }
}

function contextOf(request: FastifyRequest, reply: FastifyReply, frame: Frame): PageContext {
  const { language, principal } = request
  const [path = '/'] = request.url.split('?')
  const t = (key: Key, values?: Record<string, string | number>): string => say(language, key, values)
  return {
    language,
    t,
    path,
    person: principal && personShown(principal, t),
    csrf: principal || request.session?.pending ? reply.generateCsrf() : '',
    flash: takeFlash(request),
    navigation: navigationFor(principal, language, path, frame.pages),
    languages: languageLinks(request, path),
    municipality: { ...frame.settings.municipality, ...(frame.theme && { name: frame.theme.name }) },
    theme: { version: frame.theme?.version ?? 0, logo: Boolean(frame.theme?.logoType) },
    version: frame.settings.version,
    assets: frame.version,
  }
}

/**
 * Answers with a page. `view` is a template under `views/` without `.njk`; `data` adds to the frame's context
 * (`language`, `t`, `person`, `csrf`, `navigation` …). The status is 200 unless set on `reply` before.
 */
export function renderPage(reply: FastifyReply, view: string, data: PageData): FastifyReply {
  const { frame } = reply.server
  const context = { ...contextOf(reply.request, reply, frame), ...data }
  const html = frame.environment.render(`${view}.njk`, context)
  return reply.header('content-language', reply.request.language).type('text/html; charset=utf-8').send(html)
}

/** Leaves a message for the next page, shown once: for POST, redirect, GET. No personal data in it. */
export function tellNextPage(
  request: FastifyRequest,
  text: string,
  kind: 'success' | 'important' = 'success',
): void {
  request.session.set('flash', { kind, text })
}

/** The page of an error: says what to do instead, and never what was sent. */
export function showFault(reply: FastifyReply, fault: Fault): FastifyReply {
  const { request } = reply
  const { language } = request
  const data = {
    title: titleOf(fault, language),
    detail: detailOf(fault, language),
    problems: fault.errors.map(({ detail }) => detail),
    reference: fault.status >= 500 ? request.id : null,
    signIn: !request.principal && fault.status === 403,
    // An address that leads nowhere is whatever somebody typed: a name, a number. No link of ours repeats it.
    ...([400, 404].includes(fault.status) && { languages: languageLinks(request, '/') }),
  }
  return renderPage(reply, 'error', data)
}

async function serveAssets(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, permission: 'public' }
    })
    const caching = { maxAge: '1h', index: false as const, dotfiles: 'ignore' as const }
    await scope.register(fastifyStatic, { root: [PUBLIC, STATIC], prefix: '/assets/', ...caching })
    // One file of the package, not its folder: that also holds the crest and fonts which are not ours to show.
    scope.get('/assets/govuk-frontend.min.js', (_request, reply) =>
      reply.sendFile('govuk-frontend.min.js', `${GOVUK}/govuk`, caching),
    )
  })
}

/** Another process may have changed the look: it is read again when what is known is this old. */
const THEME_KEPT_MS = 5_000

/** The look of the moment, without asking the database for every page. */
function keepTheme(app: FastifyInstance, { theme: read }: FrameSettings): Pick<Frame, 'theme' | 'renew'> {
  const kept = { at: 0 }
  const renew = async (): Promise<void> => {
    kept.at = Date.now()
    app.frame.theme = (await read?.()) ?? null
  }
  app.addHook('onRequest', async () => {
    if (!read || Date.now() - kept.at < THEME_KEPT_MS) return
    // A page that says the database is away must still be shown, in the look that was last known.
    await renew().catch(() => undefined)
  })
  return { theme: null, renew }
}

function openPages(app: FastifyInstance, settings: FrameSettings): void {
  const config = { permission: 'public' as const }
  const about = (page: 'personal-data', texts: readonly TextKey[]) =>
    function show(request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const values = { municipality: app.frame.theme?.name ?? settings.municipality.name }
      const paragraphs = texts.map((key) => say(request.language, key, values))
      return renderPage(reply, 'about', { title: say(request.language, `about.${page}.title`), paragraphs })
    }
  app.get(
    '/personuppgifter',
    { config },
    about('personal-data', ['about.personal-data.text', 'about.personal-data.rights']),
  )
}

/** Sets up templates, assets, the language choice and the pages that anybody may read. */
export async function framePages(app: FastifyInstance, settings: FrameSettings): Promise<void> {
  await buildStyles()
  const pages = new Set<string>()
  app.addHook('onRoute', ({ method, url }) => {
    if ([method].flat().includes('GET')) pages.add(url)
  })
  const theme = keepTheme(app, settings)
  app.decorate('frame', { environment: templates(), settings, pages, version: assetVersion(), ...theme })
  app.addHook('onRequest', async (request, reply) => {
    const chosen = (request.query as Record<string, unknown>)['lang']
    if (chosen !== 'sv' && chosen !== 'en') return
    const secure = settings.baseUrl.startsWith('https:')
    void reply.setCookie(languageCookie(settings.baseUrl), chosen, {
      path: '/',
      sameSite: 'lax',
      httpOnly: true,
      secure,
      maxAge: 31_536_000,
    })
  })
  await serveAssets(app)
  serveTheme(app)
  openPages(app, settings)
}
