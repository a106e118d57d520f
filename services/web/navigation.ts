// The service navigation: which pages a person's role can open, in the order they are used.
import { may, type Permission } from '../access.ts'
import type { Principal, Role } from '../../shared/casework/people.ts'
import type { Language } from '../../shared/text/say.ts'

type Entry = {
  href: string
  permission: Permission
  sv: string
  en: string
  /** Only these of those who may open it have it in their menu. */
  roles?: readonly Role[]
}

// A page that is added gets its line here; whoever may not open it never sees the link.
const ENTRIES: readonly Entry[] = [
  { href: '/hyresvard', permission: 'notice.send', sv: 'Start', en: 'Start', roles: ['landlord'] },
  {
    href: '/hyresvard/meddelanden',
    permission: 'notice.send',
    sv: 'Mina meddelanden',
    en: 'My notices',
    roles: ['landlord'],
  },
  { href: '/', permission: 'own.page', sv: 'Min dag', en: 'My day', roles: ['caseworker', 'visitor'] },
  { href: '/tavla', permission: 'board.read', sv: 'Tavla', en: 'Board' },
  { href: '/hanvisningar', permission: 'referral.read', sv: 'Hänvisningar', en: 'Referrals' },
  { href: '/inkorg', permission: 'inbox.work', sv: 'Inkorg', en: 'Inbox' },
  { href: '/uppgifter', permission: 'task.read', sv: 'Uppgifter', en: 'Tasks' },
  {
    href: '/hembesok',
    permission: 'visit.work',
    sv: 'Hembesök',
    en: 'Home visits',
    roles: ['caseworker', 'visitor', 'supervisor'],
  },
  { href: '/arenden', permission: 'case.list', sv: 'Ärenden', en: 'Cases' },
  { href: '/moten', permission: 'meeting.read', sv: 'Möten', en: 'Meetings' },
  {
    href: '/kontaktperson',
    permission: 'contact.record',
    sv: 'Kontaktperson',
    en: 'Contact for',
    roles: ['visitor'],
  },
  { href: '/sok', permission: 'case.search', sv: 'Sök', en: 'Search' },
  {
    href: '/regler',
    permission: 'rules.read',
    sv: 'Regler',
    en: 'Rules',
    roles: ['administrator', 'supervisor'],
  },
  { href: '/statistik', permission: 'statistics.read', sv: 'Statistik', en: 'Statistics' },
  { href: '/tillganglighet/rapporter', permission: 'accessibility.answer', sv: 'Hinder', en: 'Barriers' },
  { href: '/utseende', permission: 'theme.change', sv: 'Utseende', en: 'Appearance' },
  { href: '/personer', permission: 'people.manage', sv: 'Personer', en: 'People' },
  { href: '/hyresvardar', permission: 'people.manage', sv: 'Hyresvärdar', en: 'Landlords' },
  { href: '/loggranskning', permission: 'audit.review', sv: 'Loggranskning', en: 'Review of the log' },
  { href: '/loggutdrag', permission: 'audit.excerpt', sv: 'Loggutdrag', en: 'Excerpt of the log' },
  { href: '/godkannanden', permission: 'approval.use', sv: 'Godkännanden', en: 'Approvals' },
  { href: '/nodoppning', permission: 'case.break-glass', sv: 'Nödöppning', en: 'Break-glass' },
  { href: '/gallring', permission: 'retention.manage', sv: 'Gallring', en: 'Retention' },
  { href: '/rakna-frist', permission: 'own.page', sv: 'Räkna en frist', en: 'Count a period' },
]

export type NavigationItem = { href: string; text: string; active: boolean }

/** The items for this person; `existing` are the pages that this server really has. */
export function navigationFor(
  principal: Principal | null,
  language: Language,
  path: string,
  existing: ReadonlySet<string>,
): NavigationItem[] {
  if (!principal) return []
  // The longest that the address begins with: a start page's address begins all others.
  const active = ENTRIES.map(({ href }) => href)
    .filter((href) => path === href || path.startsWith(`${href}/`))
    .toSorted((one, other) => other.length - one.length)[0]
  return ENTRIES.filter(
    (entry) =>
      existing.has(entry.href) &&
      may(principal, entry.permission) &&
      (entry.roles === undefined || entry.roles.includes(principal.role)),
  ).map(({ href, ...text }) => ({
    href,
    text: text[language],
    active: href === active,
  }))
}
