// The mail catcher's pages: the list of letters and one letter, as plain HTML without script.

import type { Letter } from './letters.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}

function linked(text: string): string {
  return escape(text).replaceAll(/https?:\/\/[^\s<>]+/g, (link) => `<a href="${link}">${link}</a>`)
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #999; vertical-align: top }
pre { white-space: pre-wrap; font: inherit; background: #f4f4f2; padding: 1rem }
a { color: #00507a }
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

function row({ id, receivedAt, to, subject }: Letter): string {
  const cells = [
    `<time datetime="${receivedAt}">${receivedAt.slice(0, 16).replace('T', ' ')}</time>`,
    escape(to.join(', ')),
    `<a href="/letters/${id}">${escape(subject) || '(utan ämne)'}</a>`,
  ]
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

/** All letters, the newest first. Times are UTC, as the page says. */
export function listPage(letters: readonly Letter[]): string {
  const intro = `<h1>Utgående post</h1>
<p>Demon skickar inga brev på riktigt. Här ligger de i stället.
<span lang="en">The demo sends no real mail; it ends up here.</span></p>`
  if (letters.length === 0) return page('Utgående post', `${intro}<p>Inga brev ännu.</p>`)
  const rows = letters.toReversed().map(row).join('\n')
  return page(
    'Utgående post',
    `${intro}<table><thead><tr><th scope="col">Tid (UTC)</th><th scope="col">Till</th><th scope="col">Ämne</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  )
}

/** One letter with its envelope. */
export function letterPage({ subject, from, to, receivedAt, messageId, text }: Letter): string {
  return page(
    subject || 'Brev',
    `<p><a href="/">Alla brev</a></p>
<h1>${escape(subject) || '(utan ämne)'}</h1>
<p>Från ${escape(from)} till ${escape(to.join(', '))}, ${receivedAt}<br>${escape(messageId)}</p>
<pre>${linked(text)}</pre>`,
  )
}

/** What is shown for an address that leads nowhere. */
export function missingPage(): string {
  return page('Sidan finns inte', '<h1>Sidan finns inte</h1><p><a href="/">Alla brev</a></p>')
}
