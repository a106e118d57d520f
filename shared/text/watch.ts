// The words of the watchdog's letters to whoever is on duty: what is wrong and what to do first. No personal data.
import type { AlarmCode, News } from '../domain/watch.ts'

type Words = { sv: string; en: string }

const words: Record<AlarmCode, Words> = {
  'database-away': {
    sv: 'Databasen svarar inte. Inget tas emot och inget blir gjort. Kontrollera PostgreSQL, disken och nätet.',
    en: 'The database does not answer. Nothing is taken in and nothing is done. Check PostgreSQL, its disk and the network.',
  },
  'late-work': {
    sv: 'Arbete blir liggande: {count} rader, den äldsta i {seconds} s. Kontrollera att workers kör.',
    en: 'Work is left lying: {count} rows, the oldest for {seconds} s. Check that workers are running.',
  },
  'late-stuck': {
    sv: 'Arbete försöks gång på gång utan att bli klart: {count} rader, den äldsta i {seconds} s. Sök lås och långsamma frågor i databasen.',
    en: 'Work is tried again and again without end: {count} rows, the oldest for {seconds} s. Look for locks and slow queries in the database.',
  },
  'late-stages': {
    sv: 'Frister har passerat utan att någon har fått veta det: {count}, den äldsta för {seconds} s sedan. Kontrollera att svepet (sweep) kör.',
    en: 'Deadlines have passed and nobody was told: {count}, the oldest {seconds} s ago. Check that the sweep is running.',
  },
  'late-alarms': {
    sv: 'Försenade uppgifter har inte larmats: {count}, den äldsta för {seconds} s sedan. Kontrollera att svepet (sweep) kör.',
    en: 'Overdue tasks have not been told of: {count}, the oldest {seconds} s ago. Check that the sweep is running.',
  },
  'late-days': {
    sv: 'Dagar har passerat utan att ärendena räknats om: {count}, den äldsta för {seconds} s sedan. Kontrollera att svepet (sweep) kör.',
    en: 'Days have passed and their cases were not computed again: {count}, the oldest {seconds} s ago. Check that the sweep is running.',
  },
  'late-mails': {
    sv: 'E-post går inte ut: {count} brev, det äldsta i {seconds} s. Kontrollera e-postservern och ring dem som väntar på besked.',
    en: 'Mail does not get out: {count} letters, the oldest for {seconds} s. Check the mail server, and telephone whoever awaits word.',
  },
  silent: {
    sv: 'Inget livstecken från {about} på {seconds} s. Starta om den delen.',
    en: 'No sign of life from {about} for {seconds} s. Start that part again.',
  },
  'clock-apart': {
    sv: 'Klockan hos {about} går {seconds} s fel mot databasens. Kontrollera tidssynkroniseringen.',
    en: 'The clock of {about} is {seconds} s off the database’s. Check the time synchronisation.',
  },
  'clock-shifted': {
    sv: 'Databasens klocka är flyttad för hand (tabellen clock_shift). I drift måste raden tas bort: annars räknas frister från fel dag.',
    en: 'The database’s clock has been moved by hand (table clock_shift). In production that row must go: deadlines are counted from the wrong day.',
  },
  'feed-silent': {
    sv: 'Avsändaren {about} brukar sända och har tystnat. Fråga avsändaren om något har gått sönder.',
    en: 'The sender {about} usually sends and has fallen silent. Ask whether something is broken there.',
  },
  'log-cut': {
    sv: 'Åtkomstloggen ({about}) har blivit kortare eller skrivits om: rad {count} fanns och finns inte längre. Om ingen just har återställt en säkerhetskopia: rör inget, och kör npm run audit:verify -- --against vaktens logg.',
    en: 'The audit log ({about}) has become shorter or was written anew: line {count} was there and is no longer. Unless somebody has just restored a backup: touch nothing, and run npm run audit:verify -- --against the watchdog’s log.',
  },
}

const heads: Record<News['kind'], Words> = {
  began: { sv: 'NYTT', en: 'NEW' },
  stands: { sv: 'KVARSTÅR', en: 'STILL' },
  ended: { sv: 'ÖVER', en: 'OVER' },
  test: { sv: 'PROV', en: 'TEST' },
}

const testWords: Words = {
  sv: 'Veckans prov: larmvägen fungerar. Kommer inget prov nästa vecka är vakten tyst.',
  en: 'The weekly test: the way of alarms works. If no test comes next week, the watchdog is silent.',
}

function lineOf(news: News, language: 'sv' | 'en'): string {
  const head = heads[news.kind][language]
  if (news.kind === 'test') return `${head}: ${testWords[language]}`
  const { code, ...values } = news.alarm
  const text = words[code][language].replace(/\{(\w+)\}/g, (_whole, name: string) =>
    String((values as Record<string, string | number>)[name] ?? ''),
  )
  return `${head}: ${text}`
}

/** One letter about all the news: Swedish first, English below. `service` is the service's own address. */
export function watchLetter(news: readonly News[], service: string): { subject: string; text: string } {
  const began = news.some(({ kind }) => kind === 'began' || kind === 'stands')
  const ended = news.some(({ kind }) => kind === 'ended')
  const subject = began
    ? 'Bokvar: driftlarm'
    : ended
      ? 'Bokvar: driftlarmet är över'
      : 'Bokvar: prov av driftlarm'
  const told = (language: 'sv' | 'en') => news.map((one) => lineOf(one, language)).join('\n')
  return { subject, text: `${told('sv')}\n\n${told('en')}\n\n${service}\n` }
}
