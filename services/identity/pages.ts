// The demo identity provider's three pages; they work without script and look like the rest.
import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'

const here = fileURLToPath(new URL('.', import.meta.url))
const govuk = fileURLToPath(new URL('../../node_modules/govuk-frontend/dist', import.meta.url))
const loader = new nunjucks.FileSystemLoader([here, govuk])
const environment = new nunjucks.Environment(loader, { autoescape: true })

/** What the pages say, for whoever asks in which language (`ui_locales` of OpenID Connect, in the reader's order). */
const TEXTS = {
  sv: {
    language: 'sv',
    signIn: 'Logga in',
    signOut: 'Logga ut',
    failure: 'Inloggningen gick inte att slutföra',
    header: 'Inloggning',
    error: 'Fel',
    toMend: 'Det finns något att rätta',
    wrong: 'Användarnamnet eller lösenordet är fel.',
    again: 'Användarnamnet eller lösenordet är fel. Försök igen.',
    demo: 'Demons egen inloggning. Användarnamn och lösenord står i filen demo.json i datamappen.',
    username: 'Användarnamn',
    password: 'Lösenord',
    here: 'Vill du logga ut även här? Annars är nästa person vid datorn inloggad som du.',
    back: 'Gå tillbaka till Bokvar och logga in igen.',
    code: 'Kod',
    demoOf: 'Bokvars demo',
  },
  en: {
    language: 'en',
    signIn: 'Sign in',
    signOut: 'Sign out',
    failure: 'The sign-in could not be finished',
    header: 'Signing in',
    error: 'Error',
    toMend: 'There is something to mend',
    wrong: 'The user name or the password is wrong.',
    again: 'The user name or the password is wrong. Try again.',
    demo: "The demo's own sign-in. User names and passwords are in the file demo.json in the data folder.",
    username: 'User name',
    password: 'Password',
    here: 'Do you want to sign out here too? If not, the next person at this computer is signed in as you.',
    back: 'Go back to Bokvar and sign in again.',
    code: 'Code',
    demoOf: 'Bokvar demo',
  },
} as const

function textsFor(locales: unknown) {
  const first =
    typeof locales === 'string' ? locales.split(' ').find((one) => /^(sv|en)\b/i.test(one)) : undefined
  return first?.toLowerCase().startsWith('en') ? TEXTS.en : TEXTS.sv
}

function page(view: string, texts: (typeof TEXTS)['sv' | 'en'], data: Record<string, unknown>): string {
  return environment.render('pages.njk', { view, t: texts, ...data })
}

/**
 * The form for user name and password; `tried` when it was wrong. The name is shown again, not the password.
 * `locales` here and below: what the service asked for.
 */
export function signInPage(action: string, locales: unknown, tried?: { username: string }): string {
  const t = textsFor(locales)
  return page('sign-in', t, {
    title: t.signIn,
    action,
    username: tried?.username,
    failed: tried !== undefined,
  })
}

/** Asks whether to sign out here too; sent by itself where scripts run. `form` is the provider's own, complete. */
export function signOutPage(form: string, locales: unknown): string {
  const t = textsFor(locales)
  // The provider gives a closed form without a button; the button joins it by the form's id.
  return page('sign-out', t, { title: t.signOut, form })
}

/** An error of the sign-in itself. `code` is one of OAuth's fixed words, never what somebody typed. */
export function failurePage(code: string, locales?: unknown): string {
  const t = textsFor(locales)
  return page('failure', t, { title: t.failure, code })
}
