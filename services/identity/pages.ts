// The demo identity provider's three pages; they work without script and look like the rest.
import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'

const here = fileURLToPath(new URL('.', import.meta.url))
const govuk = fileURLToPath(new URL('../../node_modules/govuk-frontend/dist', import.meta.url))
const loader = new nunjucks.FileSystemLoader([here, govuk])
const environment = new nunjucks.Environment(loader, { autoescape: true })

function page(view: string, data: Record<string, unknown>): string {
  return environment.render('pages.njk', { view, ...data })
}

/** The form for user name and password; `failed` when the last try was wrong. The name is shown again, not the password. */
export function signInPage(action: string, username = '', failed = false): string {
  return page('sign-in', { title: 'Logga in', action, username, failed })
}

/** Asks whether to sign out here too; sent by itself where scripts run. `form` is the provider's own, complete. */
export function signOutPage(form: string): string {
  // The provider gives a closed form without a button; the button joins it by the form's id.
  return page('sign-out', { title: 'Logga ut', form })
}

/** An error of the sign-in itself. `code` is one of OAuth's fixed words, never what somebody typed. */
export function failurePage(code: string): string {
  return page('failure', { title: 'Inloggningen gick inte att slutföra', code })
}
