// What people put into a town before its pages are walked: a notice half written, files, letters in the inbox, a sample of the log.
import { sql } from 'kysely'
import type { Who } from './secrecy-people.ts'
import type { World } from './secrecy-world.ts'
import { fileOf, row } from './landlord-file.ts'
import { walker } from './walk.ts'

type Fields = Readonly<Record<string, string>>

const BOUNDARY = 'bokvar-page-town'

type File = { name: string; text: string }

function multipart(fields: Fields, { name, text }: File): string {
  const part = (what: string, inside: string) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${what}\r\n\r\n${inside}\r\n`
  const parts = Object.entries(fields).map(([field, value]) => part(`name="${field}"`, value))
  return `${parts.join('')}${part(`name="file"; filename="${name}"`, text)}--${BOUNDARY}--\r\n`
}

/** Sends a form of a page as somebody would; the answer leads on. */
async function sender(world: World) {
  const { formOf } = await walker(world)
  return async (who: Who, url: string, fields: Fields, file?: File) => {
    const { cookie, token } = await formOf(who)
    const all = { _csrf: token, ...fields }
    const type = file ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/x-www-form-urlencoded'
    const answer = await world.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${who}`, cookie, 'content-type': type },
      payload: file ? multipart(all, file) : new URLSearchParams(all).toString(),
    })
    if (answer.statusCode !== 303) throw new Error(`${url} answered ${answer.statusCode}`)
    return String(answer.headers['location'])
  }
}

const NOTICE: Fields = {
  type: 'rent-termination',
  'landlord-name': 'Exempelfastigheter i Örebro AB',
  'tenant-name': 'Halvfärdig Hushållsson',
  'dwelling-address': 'Utkastgatan 1',
  'dwelling-postalCode': '702 10',
  rows: '1',
  'rents-0-period': '2026-10',
  'rents-0-dueDate': '2026-09-30',
  'rents-0-amount': '8450',
}

/** Rows that were only made up get the contents that pages read in them. */
async function mendRows({ owner, marks }: World): Promise<void> {
  await sql`insert into payment_instalment (plan_id, due_on, amount)
    select id, clock_today() + 20, 450000 from payment_plan on conflict do nothing`.execute(owner)
  await sql`update visit v set case_number = c.number, tenant_name = c.tenant_name, address = c.address
    from arrears_case c where c.id = v.case_id`.execute(owner)
  await sql`update eviction_plan set present = array(select id from person where subject = 'assigned.gan')`.execute(
    owner,
  )
  for (const table of ['consent', 'sharing_basis', 'disclosure'])
    await sql`update ${sql.table(table)} set recipient = 'landlord'`.execute(owner)
  const content = JSON.stringify({
    event: 'date-set',
    caseNumber: 'U-1-26/1880',
    occurredOn: '2026-11-20',
    respondent: { name: marks.gan.name, address: marks.gan.street, postalCode: '702 10', city: 'Örebro' },
    applicant: { name: 'Exempelhus AB' },
    evictionAt: '2026-12-18T08:30:00Z',
  })
  await sql`update eviction_notice set event = 'date-set', content = ${content}::jsonb, findings = '[]',
    verdict = 'complete', occurred_on = '2026-11-20', eviction_at = '2026-12-18T08:30:00Z'`.execute(owner)
}

/** Does it all. */
export async function liveIn(world: World): Promise<void> {
  await mendRows(world)
  const send = await sender(world)
  await send('landlord.a', '/hyresvard/meddelande', NOTICE)
  const sent = await send('landlord.a', '/hyresvard/fil', {}, { name: 'god.csv', text: fileOf(row()) })
  await send('landlord.a', sent.replace(/granska$/, 'skicka'), {})
  const csv = fileOf(row(), row({ egen_referens: 'H-2', forfallodag: '2026-11-31', belopp: 'åtta' }))
  await send('landlord.a', '/hyresvard/fil', {}, { name: 'mall.csv', text: csv })
  const own = 'Ärende;Hyresgäst;Gata;Summa\r\nhyra;Åsa Öberg;Exempelgatan 1;8450'
  await send('landlord.b', '/hyresvard/fil', {}, { name: 'egen.csv', text: own })
  const item = { channel: 'paper', day: '2026-11-20', nofile: 'yes' }
  await send('registrar.gan', '/inkorg/ny', item, { name: '', text: '' })
  // Somebody has read a case: without that there is nothing to draw from.
  await world.app.inject({
    url: `/arenden/${world.marks.gan.caseId}`,
    headers: { authorization: 'Bearer assigned.gan' },
  })
  await send('reviewer.gan', '/loggranskning', { from: '2026-01-01', to: '2035-01-01', lines: '5' })
}
