import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {isRecord} from '../../src/lib/json.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {runCli, startCli} from '../helpers/run-cli.ts'

/** Commands whose subject are processes. */
const MOVERS = /^(?:local (?:up|down|reset)|node (?:start|stop|restart)) ?/

/** The built command line, acting in a directory of its own. */
export interface Cli {
  home: string
  /** Runs a command with `--json` and gives its `data`; throws when the exit code differs from its header. */
  data(words: string, exitCode?: number): Promise<Record<string, unknown>>
  run(words: string): Promise<{
    exitCode: number
    stdout: string
    stderr: string
    document: Record<string, unknown> | undefined
  }>
  /** Ends everything that was started and removes the directory. */
  remove(): Promise<void>
}

export function openCli(): Cli {
  const home = mkdtempSync(join(tmpdir(), 'metis-seq-e2e-'))
  const run: Cli['run'] = async (words) => {
    const args = [...words.split(' '), '--json']
    // Whoever starts and ends processes is one.
    const act = MOVERS.test(words) ? startCli(args, {home}).result : runCli(args, {home})
    const {json, exitCode, ...said} = await act
    return {...said, exitCode: exitCode ?? 1, document: json && {...json}}
  }
  return {
    home,
    run,
    async data(words, exitCode = 0) {
      const result = await run(words)
      if (result.exitCode !== exitCode) {
        throw new Error(
          `metis-seq ${words}: exit ${result.exitCode}\n${result.stdout}\n${result.stderr}`,
        )
      }
      return isRecord(result.document?.['data']) ? result.document['data'] : {}
    },
    async remove() {
      await run('local down')
      rmSync(home, {recursive: true, force: true})
    },
  }
}

export interface Block {
  number: number
  hash: string
  transactions: number
}

/** Blocks of one node as its public RPC shows them, both ends included. */
export async function readBlocks(node: RpcClient, first: number, last: number): Promise<Block[]> {
  const blocks: Block[] = []
  for (let from = first; from <= last; from += 20) {
    const numbers = Array.from({length: Math.min(20, last - from + 1)}, (_, index) => from + index)
    const answers = await node.batch(
      numbers.map((number) => ({
        method: 'eth_getBlockByNumber',
        params: [`0x${number.toString(16)}`, false],
      })),
    )
    for (const [index, answer] of answers.entries()) {
      const transactions = isRecord(answer) ? answer['transactions'] : undefined
      blocks.push({
        number: numbers[index]!,
        hash: isRecord(answer) ? String(answer['hash']) : 'missing',
        transactions: Array.isArray(transactions) ? transactions.length : -1,
      })
    }
  }
  return blocks
}

export async function headOf(node: RpcClient): Promise<number> {
  return Number(await node.request('eth_blockNumber'))
}

export function openNodes(ports: readonly number[]): RpcClient[] {
  return ports.map((port) => createRpcClient(`http://127.0.0.1:${port}`, {timeoutMs: 5000}))
}

/** Pid of a background process of the network. */
export function pidOf(dir: string, name: string): number {
  const value: unknown = JSON.parse(readFileSync(join(dir, `${name}.daemon.json`), 'utf8'))
  return isRecord(value) ? Number(value['pid']) : Number.NaN
}

/** Asks until the answer is there; fails after the limit with the last answer. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
