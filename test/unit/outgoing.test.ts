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
