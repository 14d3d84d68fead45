/** The socket of an engine, in a directory that only its owner can access. */
import {chmodSync, closeSync, openSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {createSocketClient, type RpcSocketOptions} from '../lib/rpc-socket.ts'

/**
 * Longest socket address on every system: 104 bytes on macOS, 108 on Linux, minus the terminator.
 */
const MAX_PATH_BYTES = 100

/** The engine runs in its directory, so this short name is enough for it. */
export function socketNameOf(name: string): string {
  return `${name}.sock`
}

/**
 * Creates the directory or revokes access for others: the engine makes its socket readable for all.
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
      message: `${dir} belongs to another user, who could control the engine.`,
      facts: {dir, owner: String(uid)},
      hints: [`Run \`sudo chown -R ${me} ${dir}\`.`],
    })
  }
  if ((mode & 0o077) !== 0) chmodSync(dir, 0o700)
}

/**
 * A client of the engine in that directory; it connects on the first request.
 *
 * @throws {MetisSeqError} SOCKET_PATH_TOO_LONG if the system has no workaround
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
    message: `${path} is too long for a socket address.`,
    facts: {path, maxBytes: `${MAX_PATH_BYTES}`},
    hints: ['Set METIS_SEQ_HOME to a directory with a shorter name.'],
  })
}
