// A negative control: a worker without the fallback poll.
import { startDefective } from './worker.ts'

startDefective(true)
