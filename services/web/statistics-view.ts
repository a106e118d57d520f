// The figures as the page shows them: each part with its drawing, its sentence and its table.
import { findCode, type Codes } from '../../shared/domain/codes.ts'
import {
  ENDINGS,
  type CauseLine,
  type ContactBand,
  type FunnelStep,
  type Shown,
} from '../../shared/domain/statistics.ts'
import type { Key, Language } from '../../shared/text/say.ts'
import { bars, lines } from './chart.ts'
import { wholeNumber } from './filters.ts'
import type { Say } from './page.ts'

export type Counted = {
  funnel: FunnelStep[]
  causes: CauseLine[]
  contact: ContactBand[]
  months: { month: string; cases: Shown }[]
}

/** One figure: its SVG, the sentence that says what it shows, and its table, which is also its CSV. */
export type Part = {
  id: string
  title: string
  text: string
  svg: string
  columns: string[]
  rows: string[][]
}

export type Figures = { few: boolean; parts: Part[] }

type Reader = { t: Say; language: Language; codes: Codes }

const QUICK = 3

const shownIn =
  ({ t, language }: Reader) =>
  (count: Shown): string =>
    count === null ? t('stat.hidden.short') : wholeNumber(count, language)

function funnelPart(steps: readonly FunnelStep[], reader: Reader): Part {
  const { t } = reader
  const shown = shownIn(reader)
  const of = (step: string): Shown => steps.find((one) => one.step === step)?.all ?? null
  const [notified, contacted] = [of('notified'), of('contacted')]
  const share = notified && contacted !== null ? Math.round((100 * contacted) / notified) : null
  const title = t('stat.funnel')
  const text = t('stat.funnel.text', {
    notified: shown(notified),
    contacted: shown(contacted),
    contactedShare: shown(share),
    resolved: shown(of('resolved')),
    executed: shown(of('executed')),
  })
  const drawn = steps.map(({ step, all, families }) => ({
    label: t(`stat.step.${step}`),
    values: [all, families].map((value) => ({ value, shown: shown(value) })),
  }))
  return {
    id: 'tratt',
    title,
    text,
    svg: bars('tratt', { title, text }, drawn),
    columns: [t('stat.step'), t('stat.all'), t('stat.families')],
    rows: steps.map(({ step, all, families }) => [t(`stat.step.${step}`), shown(all), shown(families)]),
  }
}

function causesPart(causes: readonly CauseLine[], reader: Reader): Part {
  const { t, language, codes } = reader
  const shown = shownIn(reader)
  const nameOf = (cause: string | null): string =>
    cause === null ? t('stat.cause.none') : (findCode(codes, 'cause', cause)?.words[language] ?? cause)
  const title = t('stat.causes')
  const known = causes.find(({ cause }) => cause !== null)
  const text = known
    ? t('stat.causes.text', { cause: nameOf(known.cause).toLowerCase() })
    : t('stat.cause.none')
  const drawn = causes.slice(0, 10).map(({ cause, endings }) => ({
    label: nameOf(cause),
    values: [{ value: endings.kept, shown: shown(endings.kept) }],
  }))
  return {
    id: 'orsaker',
    title,
    text,
    svg: bars('orsaker', { title, text }, drawn),
    columns: [t('stat.cause'), ...ENDINGS.map((ending) => t(`stat.ending.${ending}`))],
    rows: causes.map(({ cause, endings }) => [
      nameOf(cause),
      ...ENDINGS.map((ending) => shown(endings[ending])),
    ]),
  }
}

function contactPart(bands: readonly ContactBand[], notified: Shown, reader: Reader): Part {
  const { t } = reader
  const shown = shownIn(reader)
  const soon = bands.filter(({ upTo }) => typeof upTo === 'number' && upTo <= QUICK)
  const hidden = soon.some(({ cases }) => cases === null)
  const quick = soon.reduce((sum, { cases }) => sum + (cases ?? 0), 0)
  const title = t('stat.contact')
  const text = hidden
    ? t('stat.contact.text.hidden')
    : t('stat.contact.text', { quick: shown(quick), notified: shown(notified) })
  const rows = bands.map(({ upTo, cases }) => [t(`stat.days.${upTo}` as Key), shown(cases)])
  const drawn = bands.map(({ upTo, cases }) => ({
    label: t(`stat.days.${upTo}` as Key),
    values: [{ value: cases, shown: shown(cases) }],
  }))
  const columns = [t('stat.days'), t('stat.cases')]
  return { id: 'kontakt', title, text, svg: bars('kontakt', { title, text }, drawn), columns, rows }
}

function monthsPart(months: Counted['months'], reader: Reader): Part {
  const { t } = reader
  const shown = shownIn(reader)
  const most = months.toSorted((one, other) => (other.cases ?? 0) - (one.cases ?? 0))[0]
  const title = t('stat.months')
  const text = t('stat.months.text', { month: most?.month ?? '', cases: shown(most?.cases ?? null) })
  const series = [{ label: t('stat.cases'), values: months.map(({ cases }) => cases) }]
  const labels = months.map(({ month }) => month)
  return {
    id: 'manader',
    title,
    text,
    svg: lines('manader', { title, text }, labels, series),
    columns: [t('stat.month'), t('stat.cases')],
    rows: months.map(({ month, cases }) => [month, shown(cases)]),
  }
}

/** All parts of the page; `few` when there are too few households to say anything. */
export function figuresOf(counted: Counted, reader: Reader): Figures {
  const notified = counted.funnel[0]?.all ?? null
  if (notified === null || notified === 0) return { few: true, parts: [] }
  return {
    few: false,
    parts: [
      funnelPart(counted.funnel, reader),
      monthsPart(counted.months, reader),
      contactPart(counted.contact, notified, reader),
      causesPart(counted.causes, reader),
    ],
  }
}
