// One process of the chaos run: the service's own entry, told to be the relay.
import { followClock } from '../clock.ts'

followClock('relay')
process.argv.push('relay')
await import('../../../workers/main.ts')
