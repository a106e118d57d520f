// Every process of ours that stays is started with the same bounds of memory, whoever starts it: the figures are told of those.
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { MEMORY_FLAGS } from '../../services/start/processes.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const entry = /services\/main\.ts|workers\/main\.ts|workers\/watchdog\.ts/

test.each([
  ['the image', 'Dockerfile', 1],
  ['the compose file', 'docker-compose.yml', 3],
])('%s starts web, workers and watchdog with them', (_what, path, processes) => {
  const commands = read(path)
    .split('\n')
    .filter((line) => /^\s*(CMD|command:) ?\[/.test(line) && entry.test(line))
  expect(commands).toHaveLength(processes)
  for (const command of commands) expect(command.match(/--max[\w-]+=\d+/g)).toEqual([...MEMORY_FLAGS])
})

test('npm start does so too', () => {
  const started = read('services/start/processes.ts').split(/^export function |^export async function /m)
  const ours = started.filter((deed) => entry.test(deed))
  expect(ours).toHaveLength(3)
  for (const deed of ours) expect(deed).toContain('flags: MEMORY_FLAGS')
})
