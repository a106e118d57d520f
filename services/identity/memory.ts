// Where the demo's identity provider keeps its sessions and codes: in memory, until they end.

type Stored = Record<string, unknown> & { grantId?: string; uid?: string; consumed?: number }
type Kept = { value: Stored; until: number }

const kept = new Map<string, Kept>()

function sweep(now: number): void {
  if (kept.size < 5_000) return
  for (const [key, { until }] of kept) if (until < now) kept.delete(key)
}

function live(key: string): Stored | undefined {
  const found = kept.get(key)
  return found && found.until > Date.now() ? found.value : undefined
}

/** The store that oidc-provider asks for, one for each kind of thing; written as it calls it. */
export function memoryStore(kind: string) {
  const keyOf = (id: string): string => `${kind}:${id}`
  return {
    async upsert(id: string, value: Stored, seconds?: number): Promise<void> {
      const now = Date.now()
      sweep(now)
      kept.set(keyOf(id), { value, until: seconds ? now + seconds * 1000 : Infinity })
    },
    async find(id: string): Promise<Stored | undefined> {
      return live(keyOf(id))
    },
    async findByUid(uid: string): Promise<Stored | undefined> {
      const entry = [...kept].find(([key, { value }]) => key.startsWith(`${kind}:`) && value.uid === uid)
      return entry && live(entry[0])
    },
    async findByUserCode(): Promise<undefined> {
      // Device codes are not offered.
    },
    async consume(id: string): Promise<void> {
      const found = live(keyOf(id))
      if (found) found.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id: string): Promise<void> {
      kept.delete(keyOf(id))
    },
    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { value }] of kept) if (value.grantId === grantId) kept.delete(key)
    },
  }
}
