// The service navigation: which pages a person's role can open, in the order they are used.
import { may, type Permission } from '../access.ts'
import type { Principal } from '../../shared/casework/people.ts'
import type { Language } from '../../shared/text/say.ts'

type Entry = { href: string; permission: Permission; sv: string; en: string; landlord?: boolean }

// A page that is added gets its line here; whoever may not open it never sees the link.
const ENTRIES: readonly Entry[] = [
  { href: '/hyresvard', permission: 'notice.send', sv: 'Mina meddelanden', en: 'My notices', landlord: true },
  { href: '/uppgifter', permission: 'task.read', sv: 'Uppgifter', en: 'Tasks' },
  { href: '/remisser', permission: 'referral.read', sv: 'Remisser', en: 'Referrals' },
  { href: '/tavla', permission: 'board.read', sv: 'Tavla', en: 'Board' },
  { href: '/sok', permission: 'case.search', sv: 'Sök', en: 'Search' },
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
  return ENTRIES.filter(
    (entry) =>
      existing.has(entry.href) &&
      may(principal, entry.permission) &&
      (entry.landlord !== true || principal.role === 'landlord'),
  ).map(({ href, ...text }) => ({
    href,
    text: text[language],
    active: path === href || path.startsWith(`${href}/`),
  }))
}
