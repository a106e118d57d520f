// One process of the chaos run: the service's own web, with a clock that can be moved.
import { followClock } from '../clock.ts'

followClock('web')
await import('../../../services/main.ts')
