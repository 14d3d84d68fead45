import {toHex, type Hex} from 'viem'

import type {KnownBlock} from '../history/reader.ts'
import {RPC_FEE_HISTORY_BLOCKS, RPC_FEE_REWARD_BLOCKS} from '../rpc-limits.ts'
import {indexParam, numberOf} from './block-tags.ts'
import type {RpcContext} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

/** Real gas and real tips of past blocks. The base fee is zero, in the next block too. */
export async function feeHistory(
  [wanted, newest, percentiles]: readonly unknown[],
  context: RpcContext,
) {
  const shares = parsePercentiles(percentiles)
  const limit = shares ? RPC_FEE_REWARD_BLOCKS : RPC_FEE_HISTORY_BLOCKS
  const count = typeof wanted === 'number' ? wanted : indexParam(wanted, 'block count')
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RpcError(rpcCodes.invalidParams, 'The block count is not a number above zero.')
  }
  const last = numberOf(newest, context)
  if (last === undefined || last > context.chain.head().number) {
    throw new RpcError(rpcCodes.rejected, 'There is no such block.')
  }
  // As in geth, a longer history than is given is shortened without an error.
  const first = Math.max(context.genesisNumber, last - Math.min(count, limit) + 1)
  const ratios: number[] = []
  const rewards: Hex[][] = []
  for (let number = first; number <= last; number++) {
    const known = await context.reader.block(number)
    if (!known) throw new RpcError(rpcCodes.rejected, 'There is no such block.')
    const {gasUsed, gasLimit} = known.header
    ratios.push(Number(gasUsed) / Number(gasLimit))
    if (shares) rewards.push(await rewardsOf(known, shares, context))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    oldestBlock: toHex(first),
    baseFeePerGas: Array.from({length: ratios.length + 1}, () => '0x0'),
    gasUsedRatio: ratios,
    ...(shares ? {reward: rewards} : {}),
  }
}

/** The tip at which so many percent of a block's gas pay no more. */
async function rewardsOf(
  known: KnownBlock,
  shares: readonly number[],
  {reader}: RpcContext,
): Promise<Hex[]> {
  if (!known.hasReceipts || known.transactionHashes.length === 0) return shares.map(() => '0x0')
  const receipts = (await reader.receiptObjects(known)) as {
    effectiveGasPrice: Hex
    gasUsed: Hex
  }[]
  const paid = receipts
    .map(({effectiveGasPrice, gasUsed}) => ({tip: BigInt(effectiveGasPrice), gas: Number(gasUsed)}))
    .sort((a, b) => Number(a.tip - b.tip))
  const total = paid.reduce((sum, {gas}) => sum + gas, 0)
  return shares.map((share) => {
    let used = 0
    const found = paid.find(({gas}) => (used += gas) >= (total * share) / 100)
    return toHex((found ?? paid.at(-1)!).tip)
  })
}

function parsePercentiles(value: unknown): number[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || value.length > 100) {
    throw new RpcError(rpcCodes.invalidParams, 'The percentiles are not a list of up to 100.')
  }
  if (value.length === 0) return undefined
  const shares = value as unknown[]
  const isGrowing = shares.every((share, index) => {
    const before = index === 0 ? 0 : Number(shares[index - 1])
    return typeof share === 'number' && share >= before && share <= 100
  })
  if (isGrowing) return shares as number[]
  throw new RpcError(rpcCodes.invalidParams, 'The percentiles do not grow from 0 to 100.')
}
