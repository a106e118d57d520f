// Signs a person in as a browser without script would: follows redirects, keeps cookies, fills in the form.
import type { App } from '../../services/http.ts'
import { BASE } from './http.ts'

/** Cookies by origin, as a browser keeps them. */
export type Jar = Map<string, Map<string, string>>

export type Page = { status: number; url: string; body: string; headers: Headers }

type Sent = { method?: string; body?: URLSearchParams; headers?: Record<string, string> }

function remember(jar: Jar, origin: string, lines: readonly string[]): void {
  const cookies = jar.get(origin) ?? new Map<string, string>()
  jar.set(origin, cookies)
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    const expired = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)
    if (expired) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** The cookies of one origin as a request's header. */
export function cookieLine(jar: Jar, origin: string): string {
  return [...(jar.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
}

async function once(app: App | null, jar: Jar, url: URL, sent: Sent): Promise<Page> {
  const headers = { cookie: cookieLine(jar, url.origin), ...sent.headers }
  const method = sent.method ?? 'GET'
  if (app && url.origin === BASE) {
    const answer = await app.inject({
      method: method as 'GET',
      url: url.pathname + url.search,
      headers: { ...headers, ...(sent.body && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(sent.body && { payload: sent.body.toString() }),
    })
    remember(jar, url.origin, [answer.headers['set-cookie'] ?? []].flat())
    const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    return { status: answer.statusCode, url: url.href, body: answer.body, headers: new Headers(pairs) }
  }
  const answer = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(sent.body && { body: sent.body }),
  })
  remember(jar, url.origin, answer.headers.getSetCookie())
  return { status: answer.status, url: url.href, body: await answer.text(), headers: answer.headers }
}

/** Sends one request and follows its redirects with GET, at most ten. Without `app` all goes over the network. */
export async function visit(app: App | null, jar: Jar, address: string, sent: Sent = {}): Promise<Page> {
  let url = new URL(address, BASE)
  let page = await once(app, jar, url, sent)
  for (let hop = 0; hop < 10 && page.status >= 300 && page.status < 400; hop++) {
    url = new URL(page.headers.get('location') ?? '/', url)
    page = await once(app, jar, url, {})
  }
  return page
}

/** The form token of a page. */
export function tokenOn(page: Page): string {
  return /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
}

/** Signs in from `/login/<way>` and ends where `next` says. Returns the page and the cookies that prove it. */
export async function signIn(
  app: App,
  person: { username: string; password: string },
  next = '/',
  way: 'staff' | 'landlords' = 'staff',
): Promise<{ jar: Jar; page: Page }> {
  const jar: Jar = new Map()
  const page = await fillIn(app, jar, `/login/${way}?next=${encodeURIComponent(next)}`, person)
  return { jar, page }
}

/** Signs in at a server on the network, at `address` = its sign-in page. */
export async function signInAt(
  address: string,
  person: { username: string; password: string },
): Promise<Jar> {
  const jar: Jar = new Map()
  await fillIn(null, jar, address, person)
  return jar
}

async function fillIn(
  app: App | null,
  jar: Jar,
  address: string,
  { username, password }: { username: string; password: string },
): Promise<Page> {
  const form = await visit(app, jar, address)
  const action = /<form[^>]*action="([^"]+)"/.exec(form.body)?.[1] ?? '/'
  return visit(app, jar, new URL(action, form.url).href, {
    method: 'POST',
    body: new URLSearchParams({ username, password }),
  })
}
