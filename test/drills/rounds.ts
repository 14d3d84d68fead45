/** One round of a rehearsal: something fails, and everything is well again afterwards. */
import {join} from 'node:path'

import type {WayToFail} from './faults.ts'
import {readGuard} from './judge.ts'
import {
  enginePid,
  pause,
  signalIfThere,
  type LocalNetwork,
  type LocalNode,
} from './local-network.ts'

const ROUND_LIMIT_MS = 120_000

export interface Round {
  victim: string
  /** From the fault to the first block that another signer sealed after it. */
  silentMs: number
  /** Monotonic time of the fault. */
  begunMs: number
  /** Number of that first block. */
  firstBlock: number
  /** From the end of the fault until the node was in step again. */
  backMs: number
}

/** One fault of the producer, until every node is in step again. */
export async function failOver(
  network: LocalNetwork,
  way: WayToFail,
  delay: number,
): Promise<Round> {
  await network.settled(ROUND_LIMIT_MS)
  // Any moment of a slot is as good as another.
  await pause(Math.random() * 2 * network.slotMs)
  const victim = await network.producer()
  if (!victim) throw new Error('nobody knows whose turn it is')
  const others = network.nodes.filter((node) => node !== victim)
  await way.begin(network, victim)
  const begunMs = performance.now()
  const firstBlock = await nextBlockOfAnother(network, victim, others, begunMs)
  const silentMs = performance.now() - begunMs
  await way.beforeEnd(network, others, delay)
  const endedMs = performance.now()
  await way.end(network, victim)
  await network.settled(ROUND_LIMIT_MS)
  const backMs = performance.now() - endedMs
  return {victim: victim.name, silentMs, begunMs, firstBlock, backMs}
}

/** The victim's own last block may still be on its way to the others: it is not counted. */
async function nextBlockOfAnother(
  network: LocalNetwork,
  victim: LocalNode,
  others: readonly LocalNode[],
  begunMs: number,
): Promise<number> {
  const before = await network.highestHead(others)
  while (performance.now() - begunMs < ROUND_LIMIT_MS) {
    for (const {rpc} of others) {
      const block = await rpc.request('eth_getBlockByNumber', ['latest', false]).catch(() => null)
      const {number, hash} = (block ?? {number: 0, hash: ''}) as {number: string; hash: string}
      const isNew = Number(number) > before
      if (isNew && readGuard(victim.dir).get(Number(number)) !== hash) return Number(number)
    }
    await pause(20)
  }
  throw new Error(`no block by another signer within ${ROUND_LIMIT_MS} ms`)
}

export interface Target {
  name: string
  pid(): number | undefined
}

export function targetsOf(network: LocalNetwork): Target[] {
  const {localDir} = network.home
  const l1Dir = join(localDir, 'l1')
  return [
    {name: 'l1', pid: () => network.pidOf(l1Dir, 'l1')},
    {name: 'l1 engine', pid: () => enginePid(l1Dir)},
    {name: 'pos', pid: () => network.pidOf(join(localDir, 'pos'), 'pos')},
    ...network.nodes.flatMap((node): Target[] => [
      {name: node.name, pid: () => network.nodePid(node)},
      {name: `${node.name} engine`, pid: () => enginePid(join(node.dir, 'engine'))},
    ]),
  ]
}

/** What is not restarted by its own parent is started again as an operator would: `local up`. */
export async function killAndMend(
  network: LocalNetwork,
  target: Target,
  random: () => number,
): Promise<number> {
  await pause(random() * 2 * network.slotMs)
  const pid = target.pid()
  if (pid === undefined) throw new Error('it does not run')
  signalIfThere(pid, 'SIGKILL')
  const startedMs = performance.now()
  // Sometimes at once, sometimes when the others have missed it for long.
  await pause(random() * 4 * network.slotMs)
  const {exitCode, document} = await network.cli.run('local up --detach')
  if (exitCode !== 0 && exitCode !== 15) throw new Error(JSON.stringify(document?.['error']))
  await network.settled(ROUND_LIMIT_MS)
  return performance.now() - startedMs
}
