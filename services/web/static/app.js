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
  let sending = null
  let again = false
  const tell = ({ seen, told }) => {
    form.dataset.draftSeen = seen
    if (told) form.querySelector('[data-draft-told]').textContent = told
  }
  const keep = async () => {
    // One at a time: two at once would look to the server like two windows.
    again = sending !== null
    if (again) return
    sending = new AbortController()
    const body = new URLSearchParams(new FormData(form))
    if (form.dataset.draftSeen !== undefined) body.set('_seen', form.dataset.draftSeen)
    const asked = { method: 'POST', body, keepalive: true, signal: sending.signal }
    try {
      const answer = await fetch(form.dataset.draft, asked)
      if (answer.status === 200 && !answer.redirected) tell(await answer.json())
    } catch {
      // Without a line nothing is kept just now; the next letter tries again.
    }
    sending = null
    if (again) void keep()
  }
  form.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void keep(), 2000)
  })
  // What is sent is no draft any more: one that came after it would bring it back.
  form.addEventListener('submit', () => {
    clearTimeout(waiting)
    again = false
    sending?.abort()
  })
}
