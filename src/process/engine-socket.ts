/** The socket of an engine, in a directory that belongs to its owner alone. */
import {chmodSync, closeSync, openSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {createSocketClient, type RpcSocketOptions} from '../lib/rpc-socket.ts'

/** What every system takes as the address of a socket: 104 bytes on macOS, 108 on Linux, one for the end. */
const MAX_PATH_BYTES = 100

/** The engine runs in its directory, so this short name is enough for it. */
export function socketNameOf(name: string): string {
  return `${name}.sock`
}

/**
 * Makes the directory, or takes back what others may do in it: the engine makes its socket readable for all.
 *
 * @throws {MetisSeqError} ENGINE_DIRECTORY_NOT_OURS
 */
export function makePrivate(dir: string): void {
  makeDirectory(dir)
  const {uid, mode} = statSync(dir)
  const me = process.geteuid?.()
  if (me !== undefined && uid !== me) {
    throw new MetisSeqError({
      code: 'ENGINE_DIRECTORY_NOT_OURS',
      message: `${dir} belongs to another user, who could give the engine orders.`,
      facts: {dir, owner: String(uid)},
      hints: [`Run \`sudo chown -R ${me} ${dir}\`.`],
    })
  }
  if ((mode & 0o077) !== 0) chmodSync(dir, 0o700)
}

/**
 * A client of the engine in that directory; it connects when it is asked something.
 *
 * @throws {MetisSeqError} SOCKET_PATH_TOO_LONG where the system has no way around it
 */
export function connectEngine(dir: string, name: string, options: RpcSocketOptions): RpcClient {
  const path = join(resolve(dir), socketNameOf(name))
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return createSocketClient(path, options)
  if (process.platform !== 'linux') throw tooLong(path)
  const descriptor = openSync(dir, 'r')
  const short = `/proc/self/fd/${descriptor}/${socketNameOf(name)}`
  const client = createSocketClient(short, options)
  let isOpen = true
  return {
    ...client,
    close() {
      client.close()
      if (isOpen) closeSync(descriptor)
      isOpen = false
    },
  }
}

function tooLong(path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SOCKET_PATH_TOO_LONG',
    message: `${path} is too long for the address of a socket.`,
    facts: {path, maxBytes: `${MAX_PATH_BYTES}`},
    hints: ['Set METIS_SEQ_HOME to a directory with a shorter name.'],
  })
}
