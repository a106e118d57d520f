// What the administrator's pages over the visitors say.
export const visitorTexts = {
  'visitors.title': { sv: 'Besökare', en: 'Visitors' },
  'visitors.intro': {
    sv: 'De som gör hembesök, med de villkor som gäller för dem. En person kan ha egna villkor i stället för lagets. Frånvaro skrivs in av personen själv eller enhetschefen.',
    en: 'Those who make home visits, on the terms that hold for them. A person may have terms of their own in place of the team’s. Absence is entered by the person or the supervisor.',
  },
  'visitors.none': { sv: 'Ingen gör hembesök ännu.', en: 'Nobody makes home visits yet.' },
  'visitors.one': { sv: 'Egna villkor för hembesök', en: 'Own terms of home visits' },
  'visitors.own': {
    sv: 'Ett tomt fält betyder att det är som för laget.',
    en: 'An empty field means that it is as for the team.',
  },
  'visitors.goes': { sv: 'Gör hembesök', en: 'Makes home visits' },
  'visitors.capacity': { sv: 'Hinner', en: 'Manages' },
  'visitors.terms': { sv: '{day} om dagen, {week} i veckan', en: '{day} a day, {week} a week' },
  'visitors.away': { sv: 'Borta', en: 'Away' },
  'visitors.weekdays': { sv: 'Dagar', en: 'Days' },
  'visitors.save': { sv: 'Spara', en: 'Save' },
  'visitors.saved': { sv: 'Villkoren är sparade.', en: 'The terms are kept.' },
  'visitors.day.1': { sv: 'måndag', en: 'Monday' },
  'visitors.day.2': { sv: 'tisdag', en: 'Tuesday' },
  'visitors.day.3': { sv: 'onsdag', en: 'Wednesday' },
  'visitors.day.4': { sv: 'torsdag', en: 'Thursday' },
  'visitors.day.5': { sv: 'fredag', en: 'Friday' },
  'visitors.day.6': { sv: 'lördag', en: 'Saturday' },
  'visitors.day.7': { sv: 'söndag', en: 'Sunday' },
} as const
