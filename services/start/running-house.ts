// Which house a command of the operator is for: that of the environment, else the `npm start` that runs in the data folder.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { environmentWith, readEnvironment } from '../../config/env.ts'
import type { Environment, Setting, Settings } from '../../config/env.ts'
import { USER } from './postgres-folder.ts'

const runningSchema = z.array(z.object({ name: z.string(), port: z.int().optional() }))

/** The database, queue and keys of the `npm start` that runs in `folder`; nothing where none runs. */
function runningIn(folder: string): Partial<Settings> {
  const list = join(folder, 'processes.json')
  if (!existsSync(list)) return {}
  const running = runningSchema.parse(JSON.parse(readFileSync(list, 'utf8')))
  const at = (name: string) => {
    const port = running.find((part) => part.name === name)?.port
    const password = join(folder, name, 'password')
    return port === undefined || !existsSync(password)
      ? undefined
      : `${readFileSync(password, 'utf8').trim()}@127.0.0.1:${port}`
  }
  const [database, queue, keys] = [at('postgres'), at('queue'), join(folder, 'keys.json')]
  return {
    ...(database && { databaseUrl: `postgres://${USER}:${database}/postgres` }),
    ...(queue && { redisUrl: `redis://:${queue}` }),
    ...(existsSync(keys) && { keysFile: keys }),
  }
}

/** The environment; where it names no database, with that of the `npm start` that runs in the data folder. */
export function readHouse<S extends Setting>(needed: readonly S[]): Environment<S> {
  const { databaseUrl, dataFolder, environment, keysFile } = readEnvironment([])
  // In production nothing is guessed: a command may erase.
  if (databaseUrl !== undefined || environment === 'production') return readEnvironment(needed)
  return readEnvironment(needed, environmentWith({ ...runningIn(dataFolder), ...(keysFile && { keysFile }) }))
}
