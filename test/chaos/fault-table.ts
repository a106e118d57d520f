// What can go wrong with a service that must not lose, double or silently delay anything, and which fault or test tries each.

/**
 * One way to fail. `faults` are tried in storms and one by one (`--each`), `courses` are runs of their own, `always` holds
 * in every run, `tests` are files of the suite; `not` says what of it is not tried, and why.
 */
export type Row = {
  row: string
  what: string
  faults?: readonly string[]
  courses?: readonly string[]
  always?: string
  tests?: readonly string[]
  not?: string
}

/** The stop that every run ends with. */
export const wholeStop = 'whole service stopped over 26 h'

const process: Row[] = [
  { row: 'F1', what: 'web killed in the middle of a request', faults: ['kill -9 web'] },
  {
    row: 'F2',
    what: 'web killed after commit, before the answer',
    faults: ['web killed after COMMIT, before its answer'],
  },
  {
    row: 'F3',
    what: 'worker killed in a transaction',
    faults: [
      'kill -9 worker',
      'workers killed before COMMIT',
      'workers killed after COMMIT',
      'kill -9 relay',
    ],
    tests: ['test/integration/outbox.test.ts'],
  },
  {
    row: 'F4',
    what: 'worker killed twice and more on the same work',
    faults: ['workers killed again and again at the same work', 'kill -9 many at once'],
  },
  {
    row: 'F5',
    what: 'a process that sleeps and wakes',
    faults: [
      'SIGSTOP worker',
      'SIGSTOP worker for longer than its lease',
      'SIGSTOP relay or sweep',
      'SIGSTOP web',
    ],
  },
  { row: 'F6', what: 'event loop blocked', faults: ['event loop of a worker stands still'] },
  {
    row: 'F7',
    what: 'crash between DATA and the row that says sent',
    faults: ['workers killed after DATA', 'mail server gone after DATA'],
    tests: ['test/integration/mail.test.ts'],
  },
  {
    row: 'F8',
    what: 'mail server away, saying later, refusing, slow, silent, with a broken TLS',
    faults: [
      'mail server down',
      'mail server says later (451)',
      'mail server says later to a recipient (450)',
      'mail server refuses (550)',
      'mail server slow',
      'mail server silent',
      'mail server gone before DATA',
    ],
    tests: ['test/integration/mail-sink.test.ts'],
  },
]

const queue: Row[] = [
  { row: 'F9', what: 'queue emptied', faults: ['queue emptied (FLUSHALL)', 'queue tables emptied'] },
  { row: 'F10', what: 'queue killed, empty when it comes back', faults: ['queue killed and wiped'] },
  { row: 'F11', what: 'queue away for half an hour', courses: ['--queue-away'] },
  {
    row: 'F12',
    what: 'queue hung or cut off',
    faults: [
      'queue hung (SIGSTOP)',
      'lines to the queue cut',
      'lines to the queue deaf (half-open)',
      'queue connections killed',
    ],
    tests: ['test/integration/bell.test.ts'],
  },
  {
    row: 'F13',
    what: 'queue full, read-only, with the wrong policy',
    faults: ['queue full', 'queue evicts (wrong policy, full)', 'queue read-only'],
    tests: ['test/integration/start-parts.test.ts'],
  },
  { row: 'F14', what: 'end of the queue’s log lost', faults: ['queue’s log cut short'] },
  { row: 'F15', what: 'queue set back to an old copy', faults: ['queue set back to an old copy'] },
]

const database: Row[] = [
  { row: 'F16', what: 'PostgreSQL stopped at once', faults: ['PostgreSQL stopped at once'] },
  {
    row: 'F17',
    what: 'a session ended in COMMIT: nobody knows the outcome',
    faults: ['line lost with COMMIT sent', 'database connections killed', 'lines to the database cut'],
  },
  {
    row: 'F18',
    what: 'PostgreSQL out of reach, half-open',
    faults: ['lines to the database silent', 'lines to the database deaf (half-open)'],
    tests: ['test/integration/silent-line.test.ts', 'test/integration/http-faults.test.ts'],
  },
  { row: 'F19', what: 'PostgreSQL slow: locks', faults: ['table locked'] },
  { row: 'F20', what: 'connections exhausted', faults: ['connections exhausted'] },
  { row: 'F21', what: 'data disk full', faults: ['data disk full'] },
  { row: 'F22', what: 'write-ahead log’s disk full', faults: ['write-ahead log disk full'] },
  { row: 'F23', what: 'log disk full', faults: ['log disk full'], not: 'uploads lie in the database: F21' },
]

const clocks: Row[] = [
  {
    row: 'F24',
    what: 'the application’s clock wrong by hours or a day',
    faults: ['application clock moved'],
  },
  { row: 'F25', what: 'the database’s clock jumps', faults: ['database clock moved'] },
  {
    row: 'F26',
    what: 'the nights on which clocks are set',
    courses: ['--seeds'],
    tests: ['test/integration/deadlines-zones.test.ts'],
  },
  { row: 'F27', what: 'a day is not always 24 hours', tests: ['test/unit/calendar.test.ts'] },
  {
    row: 'F28',
    what: 'leap day, week 53, midsommarafton',
    tests: ['test/unit/calendar.test.ts', 'test/unit/deadline-agreement.test.ts'],
  },
  { row: 'F29', what: 'service away over a whole deadline', faults: [wholeStop] },
]

const operation: Row[] = [
  { row: 'F30', what: 'two of everything', always: 'two relays, two sweeps, three workers in every run' },
  {
    row: 'F31',
    what: 'sweep dead, all else well',
    faults: ['kill -9 sweep', 'both sweeps away'],
    tests: ['test/integration/watchdog.test.ts'],
  },
  {
    row: 'F32',
    what: 'watchdog dead, or all that it does not need',
    faults: ['kill -9 watchdog', 'queue and web away until somebody is told'],
    tests: ['test/integration/watchdog.test.ts'],
  },
  {
    row: 'F33',
    what: 'work that always fails',
    always: 'households whose case cannot be planned, in every run',
    tests: ['test/integration/outbox.test.ts'],
  },
  { row: 'F34', what: 'old and new release side by side', faults: ['old worker beside the new'] },
  {
    row: 'F35',
    what: 'migration killed half-way',
    tests: ['test/integration/schema.test.ts', 'test/integration/web-process.test.ts'],
  },
  {
    row: 'F36',
    what: 'SIGTERM under load',
    faults: ['SIGTERM web', 'SIGTERM worker'],
    tests: ['test/integration/web-process.test.ts'],
  },
  {
    row: 'F37',
    what: 'a burst',
    faults: ['a burst: a hundred things and a file at once'],
    tests: ['test/integration/http-faults.test.ts'],
  },
  {
    row: 'F38',
    what: 'many alerts to one reader',
    tests: ['test/integration/stories-escalation.test.ts'],
    not: 'bounces and auto-replies: the service receives no mail',
  },
  { row: 'F39', what: 'backup restored to an hour ago', tests: ['test/integration/backup.test.ts'] },
  {
    row: 'F40',
    what: 'key lost or wrong',
    tests: ['test/integration/key-rotation.test.ts', 'test/integration/start-parts.test.ts'],
  },
  { row: 'F41', what: 'out of memory', faults: ['worker out of memory'] },
  { row: 'F42', what: 'out of files', faults: ['web or worker out of files'] },
]

/** Every way to fail that we know, by its number. */
export const faultTable: readonly Row[] = [...process, ...queue, ...database, ...clocks, ...operation]

const triedBy = ({ faults = [], courses = [], always, tests = [] }: Row) =>
  [
    ...faults,
    ...courses.map((course) => `\`npm run chaos -- ${course}\``),
    ...(always ? [always] : []),
    ...tests.map((path) => `[${path.split('/').at(-1)}](../${path})`),
  ].join('; ')

/** The table in words, for the page. */
export function describeFaultTable(): string {
  const rows = faultTable.map((row) => `| ${row.row} | ${row.what} | ${triedBy(row)} | ${row.not ?? ''} |`)
  return ['| | what goes wrong | tried by | not tried |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
