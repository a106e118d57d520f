// Letters in a case: looked at before they are made, made once, kept word for word, and shown to nobody else.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { makePdf } from '../../services/web/pdf.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import {
  listLetters,
  lettersFor,
  makeLetter,
  prepareLetter,
  readLetter,
} from '../../shared/casework/letters.ts'
import type { Refusal } from '../../shared/domain/refusal.ts'
import type { LetterLanguage, LetterTemplate } from '../../shared/domain/letter-template.ts'
import { caseOf, landlordOf, noticeFor, staffActor, timelineOf } from '../support/deadline-case.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let templates: LetterTemplate[]
const named = (id: string, language: LetterLanguage = 'sv') =>
  templates.find((one) => one.id === id && one.language === language)!

let spine: Spine
let caseId: string
let worker: Actor
beforeAll(async () => {
  spine = await openSpine()
  templates = await lettersInForce(spine.web)
  const { id } = await landlordOf(() => spine).send(noticeFor(1))
  caseId = (await caseOf(spine, id)).id
  worker = await staffActor(spine, caseId, 'caseworker')
})
afterAll(() => spine.close())

let keys = 0
const wishFor = (id: string, written: Record<string, string> = { phone: '019-21 10 00' }, also = {}) => ({
  caseId,
  template: named(id),
  templates,
  written,
  key: `key-${(keys += 1)}`,
  checkedSafe: false,
  ...also,
})
const make = (wish: ReturnType<typeof wishFor>, actor = worker) =>
  makeLetter(spine.web, spine.tools, actor, wish)
const refused = (code: string) => expect.objectContaining({ code })
const setCase = (change: { protected: boolean }) =>
  spine.worker.updateTable('arrearsCase').set(change).where('id', '=', caseId).execute()

describe('a letter that is prepared', () => {
  test('is filled with what the case knows and asks for the rest', async () => {
    const empty = await prepareLetter(spine.web, worker, wishFor('first-contact', {}))
    expect(empty.asked).toEqual(['phone'])
    expect(empty.body).toContain('Hej Vera Exempel 1!')
    expect(empty.body).toContain('{phone}')
    expect(empty.window).toBe('Vera Exempel 1\nStorgatan 1\n702 10 Örebro')
    const filled = await prepareLetter(spine.web, worker, wishFor('first-contact'))
    expect(filled.body).not.toMatch(/[{}]/)
    expect(await listLetters(spine.web, spine.tools, worker, caseId)).toEqual([])
  })

  test('speaks its own language, days and units too', async () => {
    const wish = { ...wishFor('before-last-day'), template: named('before-last-day', 'en') }
    const { body, subject } = await prepareLetter(spine.web, worker, wish)
    expect(body).toContain('Dear Vera Exempel 1')
    expect(subject).toMatch(/: \w+day \d+ \w+ 20\d\d$/)
  })

  test('cannot be written over: what the case knows is the case’s', async () => {
    const { body } = await prepareLetter(
      spine.web,
      worker,
      wishFor('first-contact', { name: 'Någon Annan', phone: '1' }),
    )
    expect(body).not.toContain('Någon Annan')
  })
})

describe('a letter that is made', () => {
  test('is kept word for word with its version, and stands in the diary without a name', async () => {
    const { id } = await make(wishFor('first-contact'))
    const kept = await readLetter(spine.web, spine.tools, worker, { caseId, id: id })
    expect(kept).toMatchObject({
      template: 'first-contact',
      version: named('first-contact').version,
      language: 'sv',
      madeBy: 'Exempel caseworker',
    })
    expect(kept.body).toContain('019-21 10 00')
    const { rows } =
      await sql`select action, subject_ids @> ${[caseId]}::uuid[] as names_case, found from audit_entry
      where actor = ${worker.personId} order by at desc, seq desc limit 1`.execute(spine.owner)
    expect(rows).toEqual([{ action: 'print', namesCase: true, found: 1 }])
    const diary = (await timelineOf(spine, caseId)).filter(({ kind }) => kind === 'letter.made')
    expect(diary).toHaveLength(1)
    expect(JSON.stringify(diary)).not.toMatch(/Vera|Storgatan|019-21/)
  })

  test('twice at once under one key is one letter', async () => {
    const before = (await listLetters(spine.web, spine.tools, worker, caseId)).length
    const wish = wishFor('counselling')
    const made = await Promise.all([make(wish), make(wish), make(wish)])
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    expect((await listLetters(spine.web, spine.tools, worker, caseId)).length).toBe(before + 1)
  })

  test.each([
    ['with a hole in it', () => wishFor('home-visit', { phone: '1' }), 'letter.incomplete'],
    ['with blanks for an answer', () => wishFor('first-contact', { phone: '   ' }), 'letter.incomplete'],
    ['that promises what nobody has decided', () => wishFor('undertaking'), 'letter.needs-undertaking'],
    [
      'that confirms an eviction nobody has told of',
      () => wishFor('enforcement-confirmation'),
      'letter.needs-eviction',
    ],
  ])('is refused %s', async (_what, wish, code) => {
    await expect(make(wish())).rejects.toEqual(refused(code))
  })

  test('undertakes what was granted, no more and no less', async () => {
    const decider = await staffActor(spine, caseId, 'supervisor')
    await sql`insert into undertaking (case_id, state, periods, amount, reason, last_day, asked_by, decided_by, decided_at)
      values (${caseId}, 'granted', ${['2026-11', '2026-12']}, 1690050, 'Barn i hushållet', '2026-12-28', ${worker.personId},
        ${decider.personId}, '2026-12-10T09:00:00Z')`.execute(spine.owner)
    const ready = await lettersFor(spine.web, worker, caseId, [named('undertaking')])
    expect(ready[0]?.ready).toBe(true)
    const { id } = await make(wishFor('undertaking', { phone: '1', undertaken: '1 kr', periods: 'alla' }))
    const letter = await readLetter(spine.web, spine.tools, worker, { caseId, id: id })
    expect(letter.body).toContain('Åtagandet gäller hyran för: 2026-11, 2026-12')
    expect(letter.body).toMatch(/Sammanlagt belopp: 16\s900,50 kr/)
    expect(letter.body).toContain('torsdag 10 december 2026')
    expect(letter.body).toContain('måndag 28 december 2026')
    expect(letter.address).toBe('Exempelfastigheter i Örebro AB\nBox 1, 701 00 Örebro')
  })

  test('cannot be changed, nor taken away, by the web', async () => {
    const change = sql`update letter set body = 'annat' where case_id = ${caseId}`.execute(spine.web)
    await expect(change).rejects.toThrow(/permission denied/)
    await expect(sql`delete from letter`.execute(spine.web)).rejects.toThrow(/permission denied/)
  })
})

describe('somebody whose whereabouts are secret', () => {
  test('gets no letter by itself, and none with an address on it', async () => {
    await setCase({ protected: true })
    try {
      await sql`insert into protected_group (committee, person_id)
        values (${worker.committee}, ${worker.personId})`.execute(spine.owner)
      await expect(make(wishFor('first-contact'), worker)).rejects.toEqual(refused('letter.protected'))
      const { id } = await make(wishFor('first-contact', { phone: '1' }, { checkedSafe: true }), worker)
      const letter = await readLetter(spine.web, spine.tools, worker, { caseId, id: id })
      expect(letter.address).toBeNull()
      expect(letter.body).not.toContain('Storgatan')
      const outside = await staffActor(spine, caseId, 'visitor')
      await expect(make(wishFor('first-contact'), outside)).rejects.toEqual(refused('not-found'))
      expect(await listLetters(spine.web, spine.tools, outside, caseId)).toEqual([])
    } finally {
      await setCase({ protected: false })
    }
  })
})

describe('another committee', () => {
  test('sees no letter, can make none, and learns of none', async () => {
    const [letter] = await listLetters(spine.web, spine.tools, worker, caseId)
    const elsewhere = { ...worker, committee: 'VON', unit: 'VON-BIST' }
    expect(await listLetters(spine.web, spine.tools, elsewhere, caseId)).toEqual([])
    const attempts = await Promise.allSettled([
      readLetter(spine.web, spine.tools, elsewhere, { caseId, id: letter!.id }),
      prepareLetter(spine.web, elsewhere, wishFor('first-contact')),
      make(wishFor('first-contact'), elsewhere),
    ])
    const said = attempts.map((one) => (one.status === 'rejected' ? (one.reason as Refusal).code : 'done'))
    expect(said).toEqual(['not-found', 'not-found', 'not-found'])
  })
})

describe('the PDF', () => {
  const content = {
    title: 'Brev',
    language: 'sv' as const,
    made: '2026-11-22T08:00:00Z',
    letter: { sender: 'Örebro kommun', window: ['Åsa Łódź', 'Storgatan 1'], date: '22 november 2026' },
    blocks: [
      { kind: 'heading' as const, level: 1 as const, text: 'Vi vill hjälpa dig' },
      { kind: 'list' as const, items: ['ett', 'två'] },
      {
        kind: 'facts' as const,
        rows: Array.from({ length: 60 }, (_, n) => ({ label: `Rad ${n}`, text: 'x '.repeat(90) })),
      },
    ],
    foot: 'Örebro kommun',
  }

  test('is tagged, says its language, names nobody outside its pages, and is the same each time', async () => {
    const [one, other] = await Promise.all([makePdf(content), makePdf(content)])
    const text = one.toString('latin1')
    for (const mark of [
      '/StructTreeRoot',
      '/MarkInfo',
      '/Marked true',
      '/Lang (sv-SE)',
      '/DisplayDocTitle true',
    ])
      expect(text).toContain(mark)
    for (const tag of ['/S /H1', '/S /L\n', '/S /LI', '/S /TH', '/S /TD']) expect(text).toContain(tag)
    expect(text).not.toMatch(/Storgatan|Åsa/)
    expect(one.equals(other)).toBe(true)
    expect(text.match(/\/Type \/Page\n/g)?.length).toBeGreaterThan(2)
  })

  test('in English says so', async () => {
    expect((await makePdf({ ...content, language: 'en' })).toString('latin1')).toContain('/Lang (en-GB)')
  })
})
