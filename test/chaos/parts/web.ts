// One process of the chaos run: the service's own web, with a clock that can be moved.
import { followClock } from '../clock.ts'
import { followOrders } from '../orders.ts'

followClock('web')
followOrders('web')
await import('../../../services/main.ts')
