// `npm run keys:rotate`: a new current key, every sealed value sealed with it while the service runs; `-- --cipher NAME`, `-- --forget` and `-- --index`.
import { setTimeout as wait } from 'node:timers/promises'
import { renameSync } from 'node:fs'
import { demandKeys, forgetFingerprints } from '../../shared/casework/key-fingerprints.ts'
import { countOld, keyHashesAnew, runningProcesses, sealAnew } from '../../shared/casework/key-rotation.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { addEncryptionKey, forgetOldKeys, prepareIndexWrap } from '../../shared/key-file.ts'
import { CIPHERS, readKeys } from '../../shared/seal.ts'
import { runCommand } from './command.ts'
import { readHouse } from './running-house.ts'

/** Running processes look at the key file once a second; after this all of them seal with the new key. */
const UNTIL_SEEN_MS = 2_500

const say = (text: string) => process.stdout.write(`${text}\n`)

async function rotate(db: Db, file: string, named: string = CIPHERS[0]): Promise<void> {
  const cipher = CIPHERS.find((known) => known === named)
  if (!cipher) throw new Error(`--cipher is one of ${CIPHERS.join(', ')}.`)
  await demandKeys(db, readKeys(file))
  const current = addEncryptionKey(file, cipher)
  say(`The current key is now ${current}, for ${cipher}.`)
  await wait(UNTIL_SEEN_MS)
  const keys = readKeys(file)
  await demandKeys(db, keys)
  await sealAnew(db, keys, (column, done) => say(`${column}: ${done} sealed anew`))
  say(
    `${await countOld(db, keys)} values are left with an older key. When none is: npm run keys:rotate -- --forget`,
  )
}

async function forget(db: Db, file: string): Promise<void> {
  const keys = readKeys(file)
  await demandKeys(db, keys)
  await sealAnew(db, keys, () => undefined)
  const left = await countOld(db, keys)
  if (left > 0)
    throw new Error(`${left} values still need an older key. Try again when nobody works on them.`)
  const gone = forgetOldKeys(file)
  await forgetFingerprints(db, gone)
  say(
    `Forgotten: ${gone.join(', ') || 'nothing'}. Old backups still need these keys: keep them there, sealed.`,
  )
}

async function rotateIndex(db: Db, file: string): Promise<void> {
  const running = await runningProcesses(db)
  if (running.length > 0) throw new Error(`Stop the service first. Still running: ${running.join(', ')}`)
  const keys = readKeys(file)
  await demandKeys(db, keys)
  const { next, wrap } = prepareIndexWrap(file)
  await keyHashesAnew(db, keys, wrap)
  renameSync(next, file)
  say('Every hash is keyed anew. Each committee must send its client register again.')
}

const help = `
npm run keys:rotate [-- --cipher NAME | -- --forget | -- --index]

Adds a new current key to the file BOKVAR_KEYS_FILE and seals every value of the database of DATABASE_URL with it while the
service runs. Without DATABASE_URL it is the npm start that runs in BOKVAR_DATA.

  --cipher   what the new key is for: ${CIPHERS.join(' or ')}
  --forget   takes the old keys away when nothing bears them any more
  --index    keys every hash once more; the service must be stopped
`
const options = {
  cipher: { type: 'string' },
  forget: { type: 'boolean' },
  index: { type: 'boolean' },
} as const
await runCommand({ help, options }, async (wish) => {
  if (Object.keys(wish).length > 1) throw new Error('--cipher, --forget or --index, one of them.')
  const { databaseUrl: url, keysFile } = readHouse(['databaseUrl', 'keysFile'])
  const db = openDatabase({ url, role: 'bokvar_worker', max: 2, statementTimeout: 600_000 })
  const deed = wish.forget ? forget : wish.index ? rotateIndex : rotate
  try {
    await deed(db, keysFile, wish.cipher)
  } finally {
    await db.destroy()
  }
})
