// The demo's identity provider as a process of its own; it will not run where real people sign in.
import { join } from 'node:path'
import { readEnvironment } from '../../config/env.ts'
import { stopOnSignal } from '../../shared/stop.ts'
import { readDemoIdentity } from './demo-identity.ts'
import { startIdentity } from './start.ts'

const settings = readEnvironment([])
if (settings.environment === 'production') {
  process.stderr.write(
    'The demo identity provider does not start in production: set OIDC_STAFF_ISSUER and its like.\n',
  )
  process.exit(78)
}
const file = join(settings.dataFolder, 'identity.json')
const identity = readDemoIdentity(file)
if (!identity) {
  process.stderr.write(`There is no ${file}: npm start makes it.\n`)
  process.exit(78)
}
const { issuer, stop } = await startIdentity({
  identity,
  audience: settings.tokenAudience,
  host: settings.host,
  port: settings.port,
  ...(settings.tokenIssuer && { issuer: settings.tokenIssuer }),
})
process.stdout.write(`${JSON.stringify({ listening: issuer })}\n`)
stopOnSignal([{ name: 'identity', run: stop }], { withinMs: settings.stopWithinMs })
process.send?.('ready')
