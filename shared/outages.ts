// Whose trouble an error is: what it is about, somebody else in the way, or a part away that all need. The one list of codes.

/** The error's own fault, somebody else at work on it, or a part away that others need as well. */
export type Trouble = 'fault' | 'busy' | 'away'

// Of Postgres, by class: 25 a transaction cut off, 40 rolled back, 55 a lock not given; and one statement cut off.
// EBUSY is ours: another process has the letter in hand.
const busyCode = /^(25|40|55)\w{3}$|^(57014|EBUSY)$/
// Of Postgres: 08 connection, 28 and 3D not let in, 53 no resources (a full disk too), 57 operator, 58 system; and read-only.
const awayClass = /^(08|28|3D|53|57|58)\w{3}$|^25006$/
// Of Node, of the line: nobody there, cut, silent; a name without an address. EMFILE and its like: no handle or memory is left
// here for a new line, as in a burst behind a slow one. Of nodemailer: ECONNECTION, EDNS, ETLS, EAUTH, EPROTOCOL, ESOCKET.
// Ours: EOLDLAW, and ECONN… for letters.
const awayCode =
  /^E(CONN\w*|TIMEDOUT|PIPE|HOST(UNREACH|DOWN)|NET(UNREACH|DOWN|RESET)|NOTFOUND|AI_AGAIN|AGAIN|MFILE|NFILE|NOBUFS|NOMEM|ADDRNOTAVAIL|SOCKET|DNS|TLS|AUTH|PROTOCOL|OLDLAW)$/
// A line that Node had closed already as something was written to it.
const closedCode = /^ERR_(STREAM_(DESTROYED|WRITE_AFTER_END)|SOCKET_CLOSED)$/
// What pg, its pool and kysely say of a line or a pool that has gone, without a code.
const awayMessage =
  /^(Connection terminated|timeout exceeded when|timeout expired|Client has encountered a connection|Client was closed|Query read timeout|Cannot use a pool|connection timeout|driver has already been destroyed|Postgres connection has been discarded|There was an error establishing an SSL)/i

/**
 * Only what is known to be an outage counts as one: an unknown error taken for an outage would be tried for ever,
 * and nobody would be told.
 */
export function troubleOf(error: unknown): Trouble {
  const told: Told = error ?? {}
  const own = ownTrouble(told)
  const { cause } = told
  // A library that wraps what has happened says it by the cause alone: a template that could not be opened, a fetch that failed.
  return own === 'fault' && cause !== undefined ? troubleOf(cause) : own
}

type Told = { code?: unknown; message?: unknown; syscall?: unknown; cause?: unknown }

function ownTrouble({ code, message, syscall }: Told): Trouble {
  if (typeof code !== 'string') return awayMessage.test(String(message)) ? 'away' : 'fault'
  if (awayClass.test(code) && code !== '57014') return 'away'
  if (busyCode.test(code)) return 'busy'
  // A socket in the file system that is not there, or not ours: any other file that is missing is a fault.
  if (/^(ENOENT|EACCES)$/.test(code)) return syscall === 'connect' ? 'away' : 'fault'
  return awayCode.test(code) || closedCode.test(code) ? 'away' : 'fault'
}
