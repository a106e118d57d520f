// One process of the chaos run: the service's own entry, told to be the sweep.
import { followClock } from '../clock.ts'
import { followOrders } from '../orders.ts'

followClock('sweep')
followOrders('sweep')
process.argv.push('sweep')
await import('../../../workers/main.ts')
