// Starts govuk-frontend's enhancements with texts in the page's language; every page works without it.
import { initAll } from './govuk-frontend.min.js'

const swedish = {
  charactersUnderLimit: { one: 'Du har %{count} tecken kvar', other: 'Du har %{count} tecken kvar' },
  charactersAtLimit: 'Du har 0 tecken kvar',
  charactersOverLimit: {
    one: 'Du har %{count} tecken för mycket',
    other: 'Du har %{count} tecken för mycket',
  },
  textareaDescription: { other: 'Du kan skriva högst %{count} tecken' },
}

initAll(document.documentElement.lang === 'sv' ? { characterCount: { i18n: swedish } } : {})

// A second press on a slow line must not send a form twice.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})

// Printing needs a script, so its button shows only where there is one.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Work that goes on elsewhere: the page looks again by itself; without script there is a link.
for (const waiting of document.querySelectorAll('[data-reload]')) {
  setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000)
}

// What is typed is kept on the server now and then: a lost session or a closed window must not lose it.
for (const form of document.querySelectorAll('form[data-draft]')) {
  let waiting
  const keep = () => {
    const body = new URLSearchParams(new FormData(form))
    void fetch(form.dataset.draft, { method: 'POST', body, keepalive: true }).catch(() => undefined)
  }
  form.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(keep, 2000)
  })
  form.addEventListener('submit', () => clearTimeout(waiting))
}
