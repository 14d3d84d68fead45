/**
 * `reward history` on an L1 of 100,000 blocks with 5,000 reward batches: once from nothing, then from what
 * the first run kept; `stake show` and `status` beside it. They must end within 300 ms on a machine that does
 * nothing else; the ratio to `reward show`, which starts as much and reads no logs, holds on a busy one as well:
 * `node bench/reward-history.ts [--blocks 100000] [--batches 5000] [--pairs 11] [--figures]`.
 */
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {encodeFunctionData, numberToHex} from 'viem'

import {lockingPoolAbi} from '../src/chain/abis/locking-pool.ts'
import {createRpcClient, RpcResponseError} from '../src/lib/json-rpc.ts'
import {saveNetwork} from '../src/store/networks.ts'
import {accountOf} from '../test/helpers/l2-chain.ts'
import {registerSequencer} from '../test/helpers/reward-scene.ts'
import {runCli} from '../test/helpers/run-cli.ts'
import {makeTempHome} from '../test/helpers/temp-home.ts'
import {mpc, startTestChain, type TestChain} from '../test/helpers/test-chain.ts'
import {conclude, type Figures} from './figures.ts'
import {comparePairs, timeCommand} from './measure.ts'

const {values} = parseArgs({
  options: {
    blocks: {type: 'string', default: '100000'},
    batches: {type: 'string', default: '5000'},
    pairs: {type: 'string', default: '11'},
    figures: {type: 'boolean', default: false},
  },
})
const [blocks, batches] = [Number(values.blocks), Number(values.batches)]
const BATCHES_IN_A_BLOCK = 50
const BUDGET_MS = 300
const program = join(import.meta.dirname, '..', 'bin', 'run.cjs')

// Without old states an empty block costs a twentieth.
await using chain = await startTestChain({l1Args: ['--prune-history']})
using temp = makeTempHome()
saveNetwork(temp.home, chain.network, {replace: true})
await registerSequencer(chain, 'one', 'one signer')
const filledMs = await fill(chain)
process.stdout.write(
  `filled ${blocks} blocks with ${batches} reward batches in ${seconds(filledMs)}\n`,
)

const env = {METIS_SEQ_HOME: temp.root}
const args = ['reward', 'history', '1', '--network', 'test', '--last', '20']
const started = performance.now()
// Not spawnSync: what anvil says of each call has to be read meanwhile, or it stops at a full pipe.
const first = await runCli(args, {home: temp.root})
const firstMs = performance.now() - started
if (first.exitCode !== 0)
  throw new Error(`The first run ended with ${first.exitCode}: ${first.stderr}`)
process.stdout.write(`${first.stdout.split('\n')[0]}\n`)
const reports = first.stderr.trim().split('\n').length
process.stdout.write(`first run: ${seconds(firstMs)}, ${reports} lines of progress\n`)

const time = (...words: string[]) =>
  timeCommand(process.execPath, [program, ...words, '--network', 'test'], env)
const looks: [string, ...string[]][] = [
  ['reward', 'history', '1', '--last', '20'],
  ['stake', 'show', '1'],
  ['status'],
]
const figures: Figures = {}
let isWithinBudget = true
for (const words of looks) {
  const {subject, baseline, ratio} = await comparePairs(
    Number(values.pairs),
    () => time(...words),
    () => time('reward', 'show', '1'),
  )
  const ok = subject <= BUDGET_MS
  process.stdout.write(
    `${ok ? 'ok  ' : 'OVER'} ${words.join(' ')}: ${subject.toFixed(0)} ms (at most ${BUDGET_MS}), ${ratio.toFixed(2)} x \`reward show\` (${baseline.toFixed(0)} ms)\n`,
  )
  isWithinBudget &&= ok
  figures[`${words.slice(0, 2).join(' ')} ratio`] = ratio
}
conclude(values.figures, figures, isWithinBudget)

/** Fifty payments in one block, then empty blocks, a hundred times. */
async function fill({l1: {url}, at}: TestChain): Promise<number> {
  const l1 = createRpcClient(url, {timeoutMs: 600_000})
  const begun = performance.now()
  await l1.request('evm_setAutomine', [false])
  const rounds = batches / BATCHES_IN_A_BLOCK
  const signer = accountOf('one signer').address
  for (let round = 0; round < rounds; round++) {
    const calls = Array.from({length: BATCHES_IN_A_BLOCK}, (_, index) => {
      const number = BigInt(round * BATCHES_IN_A_BLOCK + index)
      const epoch = number * 2n + 1n
      const data = encodeFunctionData({
        abi: lockingPoolAbi,
        functionName: 'batchSubmitRewards',
        args: [number + 2n, epoch, epoch + 1n, [signer], [1000n]],
      })
      const transaction = {from: mpc.address, to: at.lockingPool, data, gas: numberToHex(300_000)}
      return {method: 'eth_sendTransaction', params: [transaction]}
    })
    const answers = await l1.batch(calls)
    const refusal = answers.find((answer) => answer instanceof RpcResponseError)
    if (refusal instanceof RpcResponseError) throw refusal
    await l1.request('anvil_mine', [numberToHex(Math.round(blocks / rounds))])
  }
  l1.close()
  return performance.now() - begun
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
