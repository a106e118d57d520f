// One process of the chaos run: the service's own entry, told to be the work.
import { followClock } from '../clock.ts'
import { followOrders } from '../orders.ts'

followClock('work')
followOrders('work')
process.argv.push('work')
await import('../../../workers/main.ts')
