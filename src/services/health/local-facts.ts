/** Local facts, known without a chain: the node's process, the disk, the signer key. */
import {statfsSync} from 'node:fs'

import type {MachineFacts, NodeLook} from '../../health/snapshot.ts'
import {readDaemon} from '../../process/daemon.ts'
import {isStopped} from '../../lib/process-identity.ts'
import type {Context} from '../context.ts'
import {NODE_DAEMON, readNodeStatus} from '../node/node-answers.ts'
import {readHalt} from '../node/halt-record.ts'
import {keyFilesOf} from '../keys/key-files.ts'

/** Reads the node's status, and its process from the system. Never fails: a silent node is a result. */
export async function lookAtNode(dir: string): Promise<NodeLook> {
  const status = await readNodeStatus(dir)
  const daemon = readDaemon(dir, NODE_DAEMON)
  const pid = status?.pid ?? (daemon?.running ? daemon.pid : undefined)
  return {
    external: null,
    process: pid === undefined ? null : {pid, isStopped: isStopped(pid)},
    status,
    halt: status ? null : readHalt(dir),
  }
}

export function lookAtMachine(context: Context): MachineFacts {
  const homeDir = context.home.root
  const {bavail, bsize} = statfsSync(homeDir)
  return {homeDir, diskFreeBytes: Number(bavail) * Number(bsize), ...signerKeyFacts(context)}
}

/** Only checks that open nothing: a keyring is only accessed by the commands that need it. */
function signerKeyFacts({
  config,
  home,
  profile,
}: Context): Omit<MachineFacts, 'homeDir' | 'diskFreeBytes'> {
  const name = profile?.keys.signer
  if (!name) return {signerKey: null}
  const {keys} = config.read()
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined
  // A signer that is not a local key is opened elsewhere.
  if (!key) return {signerKey: null}
  const {keyFile, passwordFile} = keyFilesOf(key, home)
  const lost = [keyFile, passwordFile].find((file) => file?.isReadable === false)
  if (lost) return {signerKey: 'unreadable', unreadableKey: name, unreadableFile: lost.path}
  return {signerKey: keyFile && !passwordFile ? 'asks' : 'ready'}
}
