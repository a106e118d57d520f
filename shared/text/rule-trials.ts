// What the pages of a dry run and of a made-up case say, Swedish with the English beside it.
export const ruleTrialTexts = {
  'rehearsal.title': { sv: 'Torrkörning: vad skulle ändras?', en: 'Dry run: what would change?' },
  'rehearsal.back': { sv: 'Till versionen', en: 'To the version' },
  'rehearsal.heading': { sv: 'Torrkörning', en: 'Dry run' },
  'rehearsal.text': {
    sv: 'Prova versionen på ärenden som redan är fördelade. Inget ärende ändras.',
    en: 'Try the version on cases that are routed already. No case is changed.',
  },
  'rehearsal.first': { sv: 'Från och med', en: 'From' },
  'rehearsal.last': { sv: 'Till och med', en: 'To' },
  'rehearsal.ask': { sv: 'Torrkör', en: 'Run' },
  'rehearsal.line': {
    sv: '{first} till {last}: {count} får annan ägare',
    en: '{first} to {last}: {count} get another owner',
  },
  'rehearsal.line.running': { sv: '{first} till {last}: pågår', en: '{first} to {last}: under way' },
  'rehearsal.period': { sv: 'Ärenden fördelade {first} till {last}.', en: 'Cases routed {first} to {last}.' },
  'rehearsal.running': {
    sv: 'Pågår: {done} av {total} ärenden.',
    en: 'Under way: {done} of {total} cases.',
  },
  'rehearsal.update': { sv: 'Uppdatera nu', en: 'Update now' },
  'rehearsal.cases': { sv: 'ärenden prövade', en: 'cases tried' },
  'rehearsal.owner': { sv: 'får annan ägare', en: 'get another owner' },
  'rehearsal.shorter': { sv: 'får kortare svarstid', en: 'get a shorter answer time' },
  'rehearsal.longer': { sv: 'får längre svarstid', en: 'get a longer answer time' },
  'rehearsal.units': { sv: 'Per enhet', en: 'By unit' },
  'rehearsal.unit': { sv: 'Enhet', en: 'Unit' },
  'rehearsal.before': { sv: 'Äger nu', en: 'Owns now' },
  'rehearsal.after': { sv: 'Äger då', en: 'Owns then' },
  'rehearsal.change': { sv: 'Skillnad', en: 'Difference' },
  'rehearsal.added': { sv: 'Inkopplad nu', en: 'Called in now' },
  'rehearsal.added.after': { sv: 'Inkopplad då', en: 'Called in then' },
  'rehearsal.same': { sv: 'Enheter utan skillnad: {count}.', en: 'Units without a difference: {count}.' },
  'rehearsal.none': {
    sv: 'Ingen enhet får fler eller färre ärenden.',
    en: 'No unit gets more or fewer cases.',
  },
  'rehearsal.list': {
    sv: 'Ärenden med annan ägare som du får se',
    en: 'Cases with another owner that you may see',
  },
  'rehearsal.hidden': {
    sv: 'Vilka ärenden det är visas för dem som arbetar med dem.',
    en: 'Which cases they are is shown to those who work with them.',
  },

  'trial.title': { sv: 'Prova ett påhittat ärende', en: 'Try a made-up case' },
  'trial.text': {
    sv: 'Det du lämnar tomt är som hos en okänd vuxen, uppsagd för en månads hyra. Skriv inget om en verklig person.',
    en: 'What you leave empty is as for an unknown adult, given notice for one month’s rent. Write nothing about a real person.',
  },
  'trial.draft': { sv: 'Utkastet provas.', en: 'The draft is tried.' },
  'trial.ordinary': { sv: 'Som vanligt', en: 'The ordinary' },
  'trial.submit': { sv: 'Prova', en: 'Try' },
  'trial.answer': { sv: 'Så fördelas ärendet', en: 'The case is routed so' },
  'trial.row': { sv: 'Rad {row} gäller.', en: 'Row {row} decides.' },
  'trial.no-row': {
    sv: 'Ingen rad gäller: ärendet blir utan ägare.',
    en: 'No row decides: the case has no owner.',
  },
  'trial.owners': { sv: 'Äger: {names}', en: 'Owns: {names}' },
  'trial.additions': { sv: 'Kopplas in: {names}', en: 'Called in: {names}' },
  'trial.values': { sv: 'Raden stämde på', en: 'The row held on' },
  'trial.value': {
    sv: '{label}: {value} (raden kräver {condition})',
    en: '{label}: {value} (the row asks for {condition})',
  },
  'trial.others': {
    sv: 'Varför andra rader inte gällde ({count})',
    en: 'Why other rows did not hold ({count})',
  },
} as const
