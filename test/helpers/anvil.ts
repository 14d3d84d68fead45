import {type ChildProcessByStdio, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'
import type {Readable} from 'node:stream'

import {createRpcClient} from '../../src/lib/json-rpc.ts'

const binary = join(
  import.meta.dirname,
  '../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil',
)
/** For what hangs: a machine that is taken by others starts it all the same. */
const readyTimeoutMs = 120_000

/** Tests ask for thousands of blocks at once, also of a machine that is taken by others. */
export const PATIENT = {timeoutMs: 120_000}

export interface Anvil extends AsyncDisposable {
  rpcUrl: string
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  stop(): Promise<void>
}

/**
 * An anvil answers on a free port of the loopback interface; nothing of it is left after `stop`.
 *
 * @param args  are appended, so they win over the defaults
 * @throws  Error with what anvil wrote when it ends or stays silent instead
 */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  // The cache path keeps the crash leftovers of anvil out of the home folder.
  const cache = await mkdtemp(join(tmpdir(), 'metis-seq-anvil-'))
  const defaults = ['--host', '127.0.0.1', '--port', '0', '--cache-path', cache]
  const child = spawn(binary, [...defaults, ...args], {stdio: ['ignore', 'pipe', 'pipe']})
  const closed = once(child, 'close').catch(() => undefined)
  const kill = () => child.kill('SIGKILL')
  // A test run that ends early must not leave chains behind.
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    kill()
    await closed
    await rm(cache, {recursive: true, force: true})
  }
  try {
    const rpcUrl = `http://127.0.0.1:${await readPort(child)}`
    const rpc = createRpcClient(rpcUrl, PATIENT)
    await rpc.request('eth_chainId')
    const end = () => {
      rpc.close()
      return stop()
    }
    const request: Anvil['request'] = (method, params) => rpc.request(method, params)
    return {rpcUrl, request, stop: end, [Symbol.asyncDispose]: end}
  } catch (error) {
    await stop()
    throw error
  }
}

function readPort(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error(`anvil is silent: ${text}`)), readyTimeoutMs)
    const read = (chunk: Buffer) => {
      text += chunk.toString()
      const port = /Listening on \S+:(\d+)/.exec(text)?.[1]
      if (!port) return
      clearTimeout(timer)
      // A full pipe would stop anvil, so what it writes from now on is read and forgotten.
      child.stdout.off('data', read).resume()
      resolve(port)
    }
    const fail = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.once('error', fail)
    child.once('close', () => fail(new Error(`anvil ended: ${text}`)))
  })
}
