// The page of the documents that the chaos runs write themselves: one section for each kind of run, the latest of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFaultTable } from './fault-table.ts'

const path = join(import.meta.dirname, '../../docs/chaos.md')

const preface = `# Chaos and the judge

\`npm run chaos\` starts the whole service as separate processes on servers of its own (web, two relays, two sweeps, three
workers, the watchdog), sends it a seeded stream of notices, files, updates, events from Kronofogden and staff's work,
breaks it in seeded ways, and then holds three ledgers against each other: what senders were told, what the database
holds, what the mail server received. Every rule is a count of rows that break it; each must be 0. The same seed makes the
same choices; timings stay the machine's own.

| command | what it runs |
| --- | --- |
| \`npm run chaos\` | one seed for two minutes; \`-- --minutes 15 --seed 7 --backend postgres\` longer, another seed, another queue |
| \`npm run chaos -- --course\` | the whole in fifteen minutes: no faults, every fault alone, the negative controls, the queue away, and as many seeds as there is time for |
| \`npm run chaos -- --seeds 20\` | many seeds, or \`--seeds 5..8\`: short faults, several at once, also on the nights the clock is set; \`--at-once 2\` runs two houses side by side. Each seed's result is kept in [chaos-course.csv](chaos-course.csv), so that the course can be run in portions |
| \`npm run chaos -- --each\` | every fault alone and in turn, with its own recovery time; \`--faults 'mail'\` only those so named |
| \`npm run chaos -- --quiet\` | no fault: what lateness is when nothing is wrong |
| \`npm run chaos -- --queue-away\` | no queue from beginning to end, two minutes of real time in which the database’s clock passes fifteen hours so that stages fall due; with \`--minutes 30\` the half hour itself, at a town’s pace |
| \`npm run chaos -- --controls\` | the service with one known defect each: the judge must see every one |

A fault is *over* when what was broken is there again; work *flows* when the oldest thing to do, mail apart, is younger
than 2.5 s. Where faults overlap, the time until work flows holds those that came after, too.
Lateness is measured over everything that was due. It is the time that really passed: where the run moved the
database's clock forward (the service stopped over its deadlines), that leap is taken out.
What a course pledges for itself is a rule too (P1–P10): without faults at most 5 s late (p99), after any single fault work
within 60 s, 15 s when the queue was wiped, without a queue every stage within 30 s and somebody on duty told within 60 s.
A letter that comes twice always bears the Message-ID of the first. Two ways to that cannot be closed from here: the server
took it and its answer never came, or the sender was killed between the two. Such a letter is sent again only when no other
with the same words has reached the same receiver since (*covered*), and until the server has answered one whole letter only
one at a time is at risk.
The share of such letters says as much of the storm as of the service: a unit gets one letter an hour, and in the seeds
two years' notices come within one, under a fault a second; so their causes are counted beside them.
Where root may mount, PostgreSQL's data and its log lie on small disks of memory that the run can fill; killing processes
there, as anywhere, does not test whether a disk keeps what it was told to keep.

## What can go wrong, and what tries it

${describeFaultTable()}

Each section below is the latest run of its kind, as the run itself wrote it.
`

const heading = (title: string) => `\n## ${title}\n`

/** Puts the section of a run in the page, in the place of an earlier one of the same title. */
export function keepSection(title: string, text: string): void {
  const at = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const sections = before
    .split(/\n(?=## )/)
    .slice(1)
    .filter((section) => !section.startsWith('## What can go wrong'))
  const kept = new Map(sections.map((section) => [/^## (.*)/.exec(section)?.[1] ?? '', section.trim()]))
  // Sections of before this form bear a date as their title, or stand for what the long course has now.
  for (const old of kept.keys()) if (/^\d{4}-|^Many seeds/.test(old)) kept.delete(old)
  kept.set(title, `${heading(title).trim()}\n\n${at} UTC\n\n${text}`.trim())
  writeFileSync(path, `${[preface.trim(), ...kept.values()].join('\n\n')}\n`)
}
