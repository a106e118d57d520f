// One process of the chaos run: the service's own entry, told to be the relay.
import { followClock } from '../clock.ts'
import { followOrders } from '../orders.ts'

followClock('relay')
followOrders('relay')
process.argv.push('relay')
await import('../../../workers/main.ts')
