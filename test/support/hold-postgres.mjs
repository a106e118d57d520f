// A process that starts a server in the folder it is told, says where, and then only lives: made to be killed.
import { startPostgres } from '../../services/start/postgres.ts'

const server = await startPostgres({ dataDir: process.argv[2], durable: true })
process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid, port: server.port })}\n`)
setInterval(() => undefined, 1000)
