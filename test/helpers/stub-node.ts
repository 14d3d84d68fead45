/**
 * Stands in for `metis-seq node run` as a process: it answers on the admin API with `status.json` of its home, writes
 * lines, and does nothing else. Loads next to nothing, so that it starts at once.
 */
import {appendFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'

import {directoryMark} from '../../src/lib/file-identity.ts'

const {pid} = process
const root = process.env['METIS_SEQ_HOME']!
const status = JSON.parse(readFileSync(join(root, 'status.json'), 'utf8')) as object
const dir = process.env['STUB_NODE_DIR']!
mkdirSync(dir, {recursive: true})
appendFileSync(join(root, 'pids'), `${pid}\n`)
for (let line = 1; line <= 20; line++) process.stdout.write(`line ${line} of ${pid}\n`)

const server = createServer((_request, response) => {
  response.end(JSON.stringify({...status, pid}))
})
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const admin = {pid, url, token: 'any', directory: directoryMark(dir)}
  writeFileSync(join(dir, 'admin.json'), JSON.stringify(admin))
})
process.once('SIGTERM', () => process.exit(0))
