// What can be unclear in something that is taken in all the same: stable code, weight, and the words for it.

/** The findings of reading; `critical` may decide whether the notice counts, `minor` delays, `note` only informs. */
export const READING_FINDINGS = {
  reference_missing: {
    severity: 'note',
    sv: 'Egen referens saknas. Med en referens känner vi lättare igen samma meddelande om det skickas igen.',
    en: 'Your own reference is missing. With one we recognise the same notice if it is sent again.',
  },
  amount_unclear: {
    severity: 'critical',
    sv: 'Beloppet går inte att läsa säkert. Skriv kronor med högst två decimaler, till exempel 8450,50.',
    en: 'The amount cannot be read with certainty. Write kronor with at most two decimals, such as 8450.50.',
  },
  date_unclear: {
    severity: 'critical',
    sv: 'Datumet finns inte eller går inte att läsa. Skriv ÅÅÅÅ-MM-DD, till exempel 2026-11-30.',
    en: 'The date does not exist or cannot be read. Write YYYY-MM-DD, such as 2026-11-30.',
  },
  date_in_future: {
    severity: 'critical',
    sv: 'Dagen ligger i framtiden och kan inte ha inträffat. Kontrollera datumet: det avgör när fristen börjar.',
    en: 'The day lies in the future and cannot have happened. Check it: it decides when the period begins.',
  },
  period_unclear: {
    severity: 'minor',
    sv: 'Hyresperioden går inte att läsa som en månad. Skriv ÅÅÅÅ-MM, till exempel 2026-12.',
    en: 'The rent period cannot be read as a month. Write YYYY-MM, such as 2026-12.',
  },
  id_unverified: {
    severity: 'minor',
    sv: 'Personnumret stämmer inte. Meddelandet tas emot ändå, men en person behöver avgöra vilket hushåll det gäller.',
    en: 'The personal identity number does not check out. The notice is accepted, and a person decides which household it concerns.',
  },
  organisation_number_unverified: {
    severity: 'note',
    sv: 'Organisationsnumret stämmer inte. Kontrollera de tio siffrorna.',
    en: 'The organisation number does not check out. Check its ten digits.',
  },
  postal_code_unclear: {
    severity: 'minor',
    sv: 'Postnumret går inte att läsa. Ett postnummer har fem siffror.',
    en: 'The postal code cannot be read. A postal code has five digits.',
  },
  rooms_unclear: {
    severity: 'minor',
    sv: 'Antalet rum går inte att läsa. Skriv antalet med siffror, till exempel 3.',
    en: 'The number of rooms cannot be read. Write it in digits, such as 3.',
  },
  dispatch_method_unclear: {
    severity: 'minor',
    sv: 'Sättet som meddelandet skickades på är inte något av registered-letter, letter, e-mail och e-service.',
    en: 'The dispatch method is none of registered-letter, letter, e-mail and e-service.',
  },
  instant_unclear: {
    severity: 'critical',
    sv: 'Tidpunkten finns inte eller går inte att läsa. Skriv till exempel 2026-12-14T09:00:00+01:00.',
    en: 'The point in time does not exist or cannot be read. Write for example 2026-12-14T09:00:00+01:00.',
  },
  eviction_date_missing: {
    severity: 'critical',
    sv: 'Dagen för avhysningen saknas. Ring Kronofogden och fråga efter dag och klockslag.',
    en: 'The eviction date is missing. Call the enforcement authority and ask for day and time.',
  },
  applicant_missing: {
    severity: 'minor',
    sv: 'Sökanden saknas, så det framgår inte vem som är hyresvärd.',
    en: 'The applicant is missing, so it does not show who the landlord is.',
  },
  children_unclear: {
    severity: 'minor',
    sv: 'Uppgiften om barn i hushållet är inte yes, no eller unknown. Den behandlas som okänd.',
    en: 'The answer about children in the household is not yes, no or unknown. It is treated as unknown.',
  },
} as const

export type ReadingCode = keyof typeof READING_FINDINGS

export type Severity = 'critical' | 'minor' | 'note'

/** One remark on what was sent: where (JSON pointer), which (stable code), how heavy, and in words. */
export type Finding = {
  code: string
  severity: Severity
  field: string
  message: { sv: string; en: string }
}

/** Collects findings while something is read, so that each reader can say what it could not read and go on. */
export function findingsOf() {
  const findings: Finding[] = []
  const note = (code: ReadingCode, field: string) => {
    const { severity, sv, en } = READING_FINDINGS[code]
    findings.push({ code, severity, field, message: { sv, en } })
  }
  /** The value as read, null when nothing was sent, null and a finding when it was sent and cannot be read. */
  const read = <Sent, Read>(
    sent: Sent | null | undefined,
    reader: (sent: Sent) => Read | null,
    [code, field]: [ReadingCode, string],
  ): Read | null => {
    if (sent === null || sent === undefined || (typeof sent === 'string' && sent.trim() === '')) return null
    const value = reader(sent)
    if (value === null) note(code, field)
    return value
  }
  return { findings, note, read }
}
