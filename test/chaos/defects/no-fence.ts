// A negative control: a worker without the fence, which does its work again each time it is rung for.
import { startDefective } from './worker.ts'

startDefective(false)
