// Measures a rehearsal: a draft of the rules over past cases, as the job that a worker runs.
import { municipalityFiles } from '../../config/files.ts'
import { askRehearsal, readRehearsal, runRehearsals } from '../../shared/casework/rehearsals.ts'
import { draftRules } from '../../shared/casework/rules.ts'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { freshDatabase } from '../support/cluster.ts'
import { makePastCases, withRowForTheOldest } from '../support/past-cases.ts'
import { actorIn, personIn } from '../support/routed-cases.ts'

/** Seconds by the clock that a rehearsal over `cases` past cases takes, and how many of them got another owner. */
export async function measureRehearsal(cases = 100_000): Promise<{ seconds: number; newOwner: number }> {
  const { url, drop } = await freshDatabase()
  const owner = openDatabase({ url, role: 'owner', max: 1 })
  const worker = openDatabase({ url, role: 'bokvar_worker', max: 2 })
  try {
    const files = municipalityFiles('1880')
    await loadMunicipality(owner, files)
    await makePastCases(url, cases)
    return await rehearse(owner, worker, { cases, csv: withRowForTheOldest(files.get('routing.csv') ?? '') })
  } finally {
    await Promise.all([owner.destroy(), worker.destroy()])
    await drop()
  }
}

async function rehearse(owner: Db, worker: Db, { cases, csv }: { cases: number; csv: string }) {
  const person = { username: 'anna', role: 'administrator', committee: 'GAN', unit: 'GAN-FS' }
  const anna = actorIn('GAN', 'administrator', await personIn(owner, person))
  const draft = await draftRules(owner, anna, { kind: 'routing', csv })
  const { id } = await askRehearsal(owner, anna, draft.id, { from: '2026-01-01', to: '2026-12-31' })
  const from = performance.now()
  await runRehearsals(worker, [id])
  const seconds = (performance.now() - from) / 1000
  const { done, result } = await readRehearsal(owner, anna, id, { limit: 1, page: 1 })
  if (done !== cases || !result) throw new Error(`Only ${done} of ${cases} cases were rehearsed`)
  return { seconds, newOwner: result.newOwner }
}
