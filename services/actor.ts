// Turns who is asking into who acts: what the database's row-level security and the diary know them by.
import type { Actor } from '../shared/casework/act.ts'
import type { Principal } from '../shared/casework/people.ts'
import { Refusal } from '../shared/domain/refusal.ts'

// A landlord's people and systems are one sender: what the one has sent the other may follow.
function senderOf({ landlordId, kind, id }: Principal): string {
  return landlordId ? `landlord:${landlordId}` : `${kind}:${id}`
}

/** Who acts. Throws the 401 of nobody when a public route asks for an actor. */
export function actorOf(principal: Principal | null): Actor {
  if (!principal) throw new Refusal('unauthenticated', 'token.missing', 'Du måste logga in.')
  const { kind, id, role, committee, unit, landlordId, name, via } = principal
  const personId = kind === 'person' ? id : null
  const who = { role, personId, committee, unit, sender: senderOf(principal), landlordId, name }
  return via ? { ...who, via } : who
}
