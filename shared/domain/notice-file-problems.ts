// What can be wrong with a landlord's file or a row of it, and how to mend it, in plain Swedish.

type Words = { detail: string; howToMend: string }

/** Why a whole file is held: nothing of it is read in, so that it can be mended and sent again. */
export const FILE_PROBLEMS = {
  file_empty: {
    detail: 'Filen är tom.',
    howToMend: 'Kontrollera att exporten blev klar och skicka filen igen.',
  },
  file_too_large: {
    detail: 'Filen är för stor.',
    howToMend: 'Dela upp filen: högst 5 MB och 10 000 rader i varje.',
  },
  file_old_excel: {
    detail: 'Filen är i Excels gamla format (.xls).',
    howToMend:
      'Öppna filen i Excel, välj Spara som och formatet Excel-arbetsbok (.xlsx), och skicka den filen.',
  },
  file_locked: {
    detail: 'Filen verkar vara lösenordsskyddad.',
    howToMend: 'Ta bort lösenordet i Excel (Arkiv, Info, Skydda arbetsbok) och skicka filen igen.',
  },
  file_damaged: {
    detail: 'Excelfilen är skadad.',
    howToMend: 'Öppna filen i Excel, spara den på nytt som .xlsx och skicka den igen.',
  },
  file_not_workbook: {
    detail: 'Filen är ett arkiv eller ett dokument av annat slag, inte en Excelfil.',
    howToMend: 'Spara listan som .xlsx eller CSV UTF-8 och skicka den filen.',
  },
  file_type_differs: {
    detail: 'Filens namn säger en sak och innehållet en annan.',
    howToMend: 'Spara listan på nytt som .xlsx eller CSV, utan att ändra filens namn för hand.',
  },
  file_active: {
    detail:
      'Filen innehåller makron, länkar till andra filer eller inbäddade objekt. Sådant öppnas inte här.',
    howToMend: 'Kopiera raderna till en tom arbetsbok som värden, spara den som .xlsx och skicka den filen.',
  },
  file_swells: {
    detail: 'Filen packar upp sig till orimligt mycket.',
    howToMend: 'Kopiera raderna till en tom arbetsbok, spara den som .xlsx och skicka den filen.',
  },
  file_entities: {
    detail: 'Filen innehåller kod som inte hör hemma i en arbetsbok.',
    howToMend: 'Kopiera raderna till en tom arbetsbok, spara den som .xlsx och skicka den filen.',
  },
  file_too_heavy: {
    detail: 'Filen tog för lång tid eller för mycket minne att läsa.',
    howToMend: 'Dela upp filen, eller spara listan som CSV UTF-8 och skicka den i stället.',
  },
  sheets_several: {
    detail: 'Flera blad i arbetsboken har rader med meddelanden.',
    howToMend: 'Lägg alla rader på ett blad, eller skicka ett blad i taget. Inget är inläst.',
  },
  file_is_pdf: {
    detail: 'Filen är en PDF, inte en Excel- eller CSV-fil.',
    howToMend: 'Exportera listan som Excel eller CSV från ert system och skicka den filen.',
  },
  file_not_text: {
    detail: 'Filen går inte att läsa som text.',
    howToMend: 'Spara filen som CSV UTF-8 och skicka den igen.',
  },
  quote_unclosed: {
    detail: 'Ett citattecken på raden avslutas inte, så resten av filen går inte att läsa säkert.',
    howToMend: 'Ta bort citattecknet eller avsluta det, och skicka hela filen igen. Inget är inläst.',
  },
  header_missing: {
    detail: 'Rubrikrad saknas.',
    howToMend: 'Lägg till en första rad med kolumnernas namn enligt mallen.',
  },
  column_missing: {
    detail: 'En kolumn som behövs saknas.',
    howToMend: 'Lägg till kolumnen med mallens namn i rubrikraden.',
  },
  column_twice: {
    detail: 'Samma kolumn finns två gånger.',
    howToMend: 'Ta bort den ena, så att det går att veta vilken som gäller.',
  },
  column_unknown: {
    detail: 'En rubrik liknar en av mallens kolumner men heter inte som den.',
    howToMend: 'Ge kolumnen mallens namn om det är den, annars ett helt annat namn. Inget är inläst.',
  },
  no_rows: {
    detail: 'Filen har en rubrikrad men inga rader.',
    howToMend: 'Kontrollera urvalet i ert system och skicka filen igen.',
  },
} as const satisfies Record<string, Words>

/** Why a row comes back. The rows of one notice come back together. */
export const ROW_PROBLEMS = {
  column_count: {
    detail: 'Raden har inte lika många kolumner som rubrikraden.',
    howToMend: 'Kontrollera om en kolumn saknas eller om en text innehåller skiljetecknet utan citattecken.',
  },
  value_missing: { detail: 'Uppgiften saknas.', howToMend: 'Fyll i uppgiften.' },
  type_unknown: {
    detail: 'Typen av meddelande är okänd.',
    howToMend:
      'Skriv en av early-arrears, rent-termination, nuisance-warning, nuisance-termination, ' +
      'cooperative-fee-termination, cooperative-nuisance och power-cutoff.',
  },
  amount_unclear: {
    detail: 'Beloppet går inte att läsa säkert.',
    howToMend: 'Skriv kronor med högst två decimaler, till exempel 8450,50. En skuld är större än noll.',
  },
  date_unclear: {
    detail: 'Datumet finns inte eller går inte att läsa.',
    howToMend: 'Skriv ÅÅÅÅ-MM-DD, till exempel 2026-11-30.',
  },
  formula: {
    detail: 'Cellen innehåller en formel. Formler räknas aldrig ut här.',
    howToMend: 'Spara värdet i stället för formeln.',
  },
  cell_merged: {
    detail: 'Cellen är sammanslagen med en annan, så det går inte att veta vilken rad värdet gäller.',
    howToMend: 'Dela cellerna i Excel och skriv värdet på varje rad.',
  },
  cell_error: {
    detail: 'Cellen innehåller ett felvärde från Excel, till exempel #SAKNAS!.',
    howToMend: 'Skriv det rätta värdet i cellen.',
  },
  number_rounded: {
    detail: 'Talet har fler siffror än Excel kan hålla, så de sista är ändrade.',
    howToMend: 'Gör kolumnen till text i Excel och skriv numret på nytt.',
  },
  date_with_time: {
    detail: 'Datumet har ett klockslag, så det är osäkert vilken dag som menas.',
    howToMend: 'Skriv bara dagen, ÅÅÅÅ-MM-DD.',
  },
  text_garbled: {
    detail: 'Å, ä eller ö har blivit fel tecken.',
    howToMend: 'Spara filen som CSV UTF-8 från ert system och skicka raden igen.',
  },
  value_too_long: {
    detail: 'Uppgiften är för lång eller innehåller ett ogiltigt tecken.',
    howToMend: 'Korta texten och kontrollera att raden inte har glidit en kolumn.',
  },
  group_conflict: {
    detail: 'Raden har samma egna referens som en tidigare rad men en annan uppgift i kolumnen.',
    howToMend:
      'Rader med samma egna referens är hyrorna i ett meddelande. Ge raden en egen referens eller rätta den.',
  },
  period_twice: {
    detail: 'Samma hyresperiod finns två gånger i meddelandet med olika belopp.',
    howToMend: 'Ta bort den rad som inte gäller.',
  },
  too_many_rents: {
    detail: 'Meddelandet har fler hyror än 60.',
    howToMend: 'Kontrollera att egen referens är olika för olika hyresgäster.',
  },
  group_rejected: {
    detail: 'En annan rad i samma meddelande är avvisad, och ett meddelande läses in helt eller inte alls.',
    howToMend: 'Rätta den andra raden och skicka alla rader i meddelandet igen.',
  },
} as const satisfies Record<string, Words>

export type FileProblemCode = keyof typeof FILE_PROBLEMS
export type RowProblemCode = keyof typeof ROW_PROBLEMS

/** What holds a whole file; `row` and `column` say where when that is known. */
export type FileProblem = Words & { code: FileProblemCode; row: number | null; column: string | null }

/** What is wrong with one row; `value` is shown only where it cannot be about a person. */
export type RowError = Words & { row: number; column: string | null; code: RowProblemCode; value?: string }

export function fileProblem(
  code: FileProblemCode,
  row: number | null = null,
  column: string | null = null,
): FileProblem {
  return { code, row, column, ...FILE_PROBLEMS[code] }
}

export function rowError(row: number, column: string | null, code: RowProblemCode, value?: string): RowError {
  const error: RowError = { row, column, code, ...ROW_PROBLEMS[code] }
  // Ten digits in the wrong column may be somebody's identity number: say nothing then.
  const safe = value !== undefined && /^[\d .,:/-]{1,20}$/.test(value) && value.replace(/\D/g, '').length < 10
  return safe ? { ...error, value } : error
}
