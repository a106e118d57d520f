// Claim presets: each kind of provider is read by its own names, and a sign-in that is not sure enough is none.
import { describe, expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { demandLevels, levelOf, presetNamed, readClaims } from '../../services/identity-presets.ts'

const file = readDataFile('identity/presets.json')
const preset = (name: string, levels?: string[]) => presetNamed(file, name, levels)

describe('A preset', () => {
  test.each(['standard', 'entra-id', 'oidc.se', 'signicat', 'idura'])(
    'for %s says where it was read',
    (name) => {
      expect(preset(name).source.length).toBeGreaterThan(20)
      expect(preset(name).scope.split(' ')).toContain('openid')
    },
  )

  test('of another name stops the start and names those there are', () => {
    expect(() => preset('azure')).toThrow('standard, entra-id, oidc.se, signicat, idura')
  })

  test.each([
    [
      'entra-id',
      { sub: 'pairwise', oid: '0f-1', preferred_username: 'eva@k.se', name: 'Eva' },
      '0f-1',
      'eva@k.se',
    ],
    [
      'oidc.se',
      { sub: 'x', 'https://id.oidc.se/claim/orgAffiliation': 'eva1@5599990115', name: 'Eva' },
      'eva1@5599990115',
      'eva1@5599990115',
    ],
    ['idura', { sub: '{1373}', name: 'Eva', ssn: '196802020575' }, '{1373}', 'Eva'],
    ['signicat', { sub: '0I3n', name: 'Eva', nin: '199002171234' }, '0I3n', 'Eva'],
  ])(
    '%s finds the person by the claim that lasts, and never by a personnummer',
    (name, claims, subject, username) => {
      const told = readClaims(claims, preset(name))
      expect(told).toMatchObject({ subject, username, name: 'Eva' })
      expect(JSON.stringify(told)).not.toMatch(/196802020575|199002171234/)
    },
  )

  test('reads the organisation where the provider vouches for it', () => {
    const claims = {
      'https://id.oidc.se/claim/orgNumber': '5599990115',
      'https://id.oidc.se/claim/orgName': 'Provbostäder AB',
    }
    expect(readClaims(claims, preset('oidc.se'))).toMatchObject({
      organisationNumber: '5599990115',
      organisationName: 'Provbostäder AB',
    })
    expect(readClaims({ organisationNumber: '1' }, preset('standard')).organisationNumber).toBeNull()
  })

  test('cuts what is long and takes text only: a claim is somebody else’s input', () => {
    const told = readClaims(
      { sub: 'x'.repeat(9999), name: { $ne: 1 }, email: ['a@b.se'] },
      preset('standard'),
    )
    expect(told.subject).toHaveLength(200)
    expect(told).toMatchObject({ name: null, email: null })
  })
})

describe('A level', () => {
  test('must be named in production, or its absence said: forgetting it stops the start', () => {
    const name = 'OIDC_STAFF_LEVELS'
    expect(() => demandLevels(preset('standard'), undefined, name)).toThrow(name)
    expect(demandLevels(preset('standard', ['loa3']), ['loa3'], name).level.accept).toEqual(['loa3'])
    expect(demandLevels(preset('oidc.se'), undefined, name).level.accept.length).toBeGreaterThan(0)
    const anything = demandLevels(preset('idura', ['any']), ['any'], name)
    expect(levelOf({}, anything)).toBe('')
  })

  const loa3 = 'http://id.elegnamnden.se/loa/1.0/loa3'
  test.each<[string, string[] | undefined, object, string | null]>([
    ['oidc.se', undefined, { acr: loa3 }, loa3],
    ['oidc.se', undefined, { acr: 'http://id.elegnamnden.se/loa/1.0/loa2' }, null],
    ['oidc.se', undefined, {}, null],
    ['oidc.se', undefined, { acr: [`${loa3}x`] }, null],
    ['entra-id', undefined, { acrs: ['p1', 'c1'] }, 'c1'],
    ['entra-id', undefined, { acr: 'c1' }, null],
    ['signicat', undefined, { idp: 'sbid' }, 'sbid'],
    ['signicat', undefined, { idp: 'facebook' }, null],
    ['idura', undefined, { identityscheme: 'sebankid' }, 'sebankid'],
    ['standard', ['gold'], { acr: 'gold' }, 'gold'],
    ['standard', ['gold'], { acr: 'silver' }, null],
    ['standard', undefined, {}, ''],
  ])('%s with %s judges %j: %s', (name, levels, claims, expected) => {
    expect(levelOf({ ...claims }, preset(name, levels))).toBe(expected)
  })
})
