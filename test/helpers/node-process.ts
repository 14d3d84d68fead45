/** Nodes in processes of their own, which can be killed, stopped in mid-air and started again. */
import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import type {NodeOptions} from '../../src/node/start-node.ts'
import {killOrphan} from '../../src/process/anvil.ts'

const program = join(import.meta.dirname, 'node-child.ts')

export interface NodeProcess {
  readonly options: NodeOptions
  readonly child: ChildProcess
  readonly pid: number
  readonly rpcUrl: string
  readonly peerAddress: string
  readonly rpc: RpcClient
  /** A signal to the process; its engine is not touched. */
  signal(name: NodeJS.Signals): void
  /** SIGKILL, and the engine it leaves behind. */
  kill(): Promise<void>
  /** SIGTERM: the slot is finished, the pool handed over. */
  stop(): Promise<void>
}

/**
 * Starts a node and returns when it serves.
 *
 * @param descriptors its limit of open files
 * @throws {Error} with what it wrote, when it ends instead
 */
export async function startNodeProcess(
  options: NodeOptions,
  descriptors?: number,
): Promise<NodeProcess> {
  mkdirSync(options.dataDir, {recursive: true})
  const file = join(options.dataDir, 'options.json')
  writeFileSync(file, JSON.stringify(options))
  const command = [process.execPath, program, file]
  const limited = ['/bin/sh', '-c', `ulimit -n ${descriptors} && exec "$0" "$@"`, ...command]
  const [executable, ...args] = descriptors === undefined ? command : limited
  const child = spawn(executable!, args, {stdio: ['ignore', 'pipe', 'pipe']})
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const closed = once(child, 'close').then(() => process.off('exit', killWithUs))
  const {rpcUrl, peerAddress} = await firstLine(child)
  const rpc = createRpcClient(rpcUrl)
  const end = async (name: NodeJS.Signals) => {
    rpc.close()
    child.kill(name)
    await closed
    await killOrphan(join(options.dataDir, 'engine'), 'engine')
  }
  return {
    ...{options, child, rpcUrl, peerAddress, rpc},
    pid: child.pid!,
    signal: (name) => void child.kill(name),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

function firstLine(child: ChildProcess): Promise<{rpcUrl: string; peerAddress: string}> {
  return new Promise((resolve, reject) => {
    let out = ''
    let talk = ''
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))))
    })
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      talk = (talk + chunk).slice(-4000)
      if (process.env['NODE_LOG']) process.stderr.write(chunk)
    })
    child.once('close', (code) => reject(new Error(`The node ended with ${code}: ${talk}`)))
  })
}
