// The attack A8 on sign-in: systems that prove themselves by a key of their own, at the demo provider as its own process.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { makeDemoIdentity } from '../../services/identity/demo-identity.ts'
import { BASE } from '../support/http.ts'

const pair = await generateKeyPair('ES256', { extractable: true })

describe('A8: a system that signs its own proof (private_key_jwt)', () => {
  let issuer: string
  let secret: string
  let end: () => void

  // A process of its own: inside Jest the provider takes a plain object of another realm for something else.
  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bokvar-own-key-'))
    writeFileSync(join(dataDir, 'people.csv'), 'role;committee;unit;username;name;email\n')
    const identity = makeDemoIdentity({ peopleCsv: join(dataDir, 'people.csv'), baseUrl: BASE, dataDir })
    const client = identity.clients.find(({ id }) => id === 'kronofogden')!
    secret = client.secret
    client.publicKeys = [{ ...(await exportJWK(pair.publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }]
    writeFileSync(join(dataDir, 'identity.json'), JSON.stringify(identity))
    const env = { ...process.env, BOKVAR_DATA: dataDir, PORT: '0', NODE_ENV: 'test' }
    const child = spawn(process.execPath, ['services/identity/main.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    end = () => {
      child.kill()
      rmSync(dataDir, { recursive: true })
    }
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    issuer = (JSON.parse(line.toString()) as { listening: string }).listening
  })
  afterAll(() => end())

  const send = (fields: Record<string, string>) =>
    fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
    })
  const proof = async (key: typeof pair.privateKey, change: Partial<JWTPayload> = {}) => {
    const assertion = await new SignJWT({ jti: randomUUID(), ...change })
      .setProtectedHeader({ alg: 'ES256', kid: 'own' })
      .setIssuer('kronofogden')
      .setSubject('kronofogden')
      .setAudience((change.aud as string | undefined) ?? issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key)
    const answer = await send({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    return { status: answer.status, body: (await answer.json()) as { scope?: string } }
  }

  test('gets its token, and a shared secret no longer does in its place', async () => {
    expect(await proof(pair.privateKey)).toMatchObject({ status: 200, body: { scope: 'eviction-notices' } })
    expect((await send({ client_id: 'kronofogden', client_secret: secret })).status).toBe(401)
  })

  test('gets none by another’s key, for another service, or by the same proof twice', async () => {
    expect((await proof((await generateKeyPair('ES256')).privateKey)).status).toBe(401)
    expect((await proof(pair.privateKey, { aud: 'https://evil.example' })).status).toBe(401)
    const jti = randomUUID()
    expect((await proof(pair.privateKey, { jti })).status).toBe(200)
    expect((await proof(pair.privateKey, { jti })).status).toBe(401)
  })

  test('finds no demo provider in production: it refuses to start there', async () => {
    const env = { ...process.env, NODE_ENV: 'production', PORT: '0' }
    const child = spawn(process.execPath, ['services/identity/main.ts'], { env, stdio: 'ignore' })
    expect((await once(child, 'exit'))[0]).toBe(78)
  })
})
