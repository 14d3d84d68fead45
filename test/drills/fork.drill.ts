/** Block 16,500,000 under load: new rules and many transactions per block, without a gap. */
import {isRecord} from '../../src/lib/json.ts'
import {readBlocks, until} from '../e2e/local.ts'
import type {Drill} from './drill.ts'
import {drained, HeadWatch, judge} from './judge.ts'
import {LocalNetwork, type LocalNode} from './local-network.ts'
import {Transfers} from './transfers.ts'
import {loadOfMachine} from './usage.ts'

/** Three zeros and MCOPY, an opcode of Cancun, as the code of a contract's constructor. */
const MCOPY = '0x5f5f5f5e00'

export const drill: Drill = {
  options: {before: 300, after: 60, perSecond: 50, slotMs: 2000, port: 28_945},
  async run({before = 300, after = 60, perSecond = 50, slotMs = 2000, port = 28_945}, say) {
    const settings = {nodes: 3, basePort: port, slotMs, blocksBeforeFork: before}
    const network = await LocalNetwork.up(settings)
    const {rpc} = network.nodes[1]!
    const fork = network.network.l2.phase2Block
    try {
      const watch = new HeadWatch(network)
      const mcopyBefore = await runsMcopy(network.nodes[1]!)
      const transfers = await Transfers.start(network, {perSecond, senders: 50})
      const startedAt = await network.highestHead()
      say(`load from block ${startedAt} on, the fork is ${fork - startedAt} blocks ahead`)
      await until('the fork', 600_000, async () =>
        (await network.highestHead()) >= fork + after ? true : undefined,
      )
      const mcopyAfter = await runsMcopy(network.nodes[1]!)
      await transfers.stop()
      const broken = await drained(network, 60_000)
      await watch.stop()
      const verdict = await judge(network, transfers.accepted.keys(), watch.seen)
      broken.push(...verdict.broken)
      if (mcopyBefore || !mcopyAfter)
        broken.push(`MCOPY before: ${mcopyBefore}, after: ${mcopyAfter}`)
      broken.push(...(await judgeFork(network, fork, slotMs, say)))
      const full = await readBlocks(rpc, fork, fork + after)
      const single = await readBlocks(rpc, fork - before + 1, fork - 1)
      const most = Math.max(...single.map(({transactions}) => transactions))
      const mostAfter = Math.max(...full.map(({transactions}) => transactions))
      say(`most transactions in a block: ${most} before, ${mostAfter} after`)
      if (most > 1 || mostAfter < 2) broken.push('the rule of one transaction did not change')
      say(
        `${verdict.blocks} blocks, ${verdict.transactions} transactions, accepted ` +
          `${transfers.accepted.size} of ${transfers.offered} offered; ${loadOfMachine()}`,
      )
      for (const [reason, count] of transfers.refusals) say(`refused ${count}: ${reason}`)
      return broken
    } finally {
      await network.remove()
    }
  },
}

async function runsMcopy({rpc}: LocalNode): Promise<boolean> {
  return rpc.request('eth_call', [{data: MCOPY}, 'latest']).then(
    () => true,
    () => false,
  )
}

/** Header fields of the new rules from the very block on, and no pause longer than two slots. */
async function judgeFork(
  network: LocalNetwork,
  fork: number,
  slotMs: number,
  say: (line: string) => void,
): Promise<string[]> {
  const broken: string[] = []
  const {rpc} = network.nodes[0]!
  const headers = await Promise.all(
    [-2, -1, 0, 1].map(async (offset) => {
      const tag = `0x${(fork + offset).toString(16)}`
      const block = await rpc.request('eth_getBlockByNumber', [tag, false])
      return isRecord(block) ? block : {}
    }),
  )
  const hasField = headers.map((header) => 'excessBlobGas' in header)
  say(`excessBlobGas in the headers around the fork: ${hasField.join(', ')}`)
  if (hasField.join() !== 'false,false,true,true') broken.push('the header fields do not change')
  const gap = Number(headers[2]!['timestamp']) - Number(headers[1]!['timestamp'])
  say(`the fork's block came ${gap} s after its parent`)
  if (gap > Math.ceil((2 * slotMs) / 1000)) broken.push('a gap of more than two slots at the fork')
  return broken
}
