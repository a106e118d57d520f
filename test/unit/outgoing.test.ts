// What the service asks of other machines: only addresses that the operator has set, never one that somebody sent in.
import { expect, it } from '@jest/globals'
import { bare, read, written } from '../support/house.ts'

it('asks no address that anybody but the operator wrote', () => {
  const doors = written.filter(
    (path) => /^(services|shared|workers)\//.test(path) && !path.startsWith('services/start/'),
  )
  const asking = doors.filter((path) =>
    /\bfetch\(|\bhttps?\.(get|request)\(|createRemoteJWKSet\(/.test(bare(read(path))),
  )
  // Both take the issuer of config/env.ts and what its signed discovery says.
  expect(asking.sort()).toEqual(['services/back-channel.ts', 'services/tokens.ts'])
})

it('is led nowhere else by what it asks: a redirect is an error', () => {
  const fetching = written.filter(
    (path) =>
      /^(services|shared|workers)\//.test(path) &&
      !path.startsWith('services/start/') &&
      /\bfetch\(/.test(bare(read(path))),
  )
  expect(fetching).toEqual(['services/tokens.ts'])
  expect(read('services/tokens.ts').split('fetch(')).toHaveLength(2)
  expect(read('services/tokens.ts')).toContain("redirect: 'error'")
})
