import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {StakelinkAddresses, StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import {l2StrategyAbi} from '../../abis/l2-strategy.ts'
import {priorityPoolAbi} from '../../abis/priority-pool.ts'
import {stakingPoolAbi} from '../../abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../abis/withdrawal-pool.ts'
import {wrappedSdTokenAbi} from '../../abis/wrapped-sd-token.ts'
import {withoutCode} from '../without-code.ts'
import type {ChainClient} from '../../connect.ts'
import {ifOffered} from '../optional.ts'

export interface StakelinkProven {
  contracts: StakelinkContracts
  metis: Address
  /** Deposits and withdrawals carry data for each of them. */
  strategies: number
}

export type StakelinkFound =
  | ({kind: 'found'} & StakelinkProven)
  | {
      kind: 'no-code' | 'mismatch'
      /** Those that are missing or belong to another stMETIS. */
      contracts: string[]
      /** Where only the way to L1 is wrong: everything that the way out needs is proven. */
      exits: StakelinkProven | null
    }

/** Contracts that no withdrawal or claim calls. */
const NOT_FOR_EXITS: readonly string[] = ['transmitter']

/**
 * Finds every contract through the priority pool, and checks that those that move tokens point back.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: stake.link `PriorityPool.withdrawalPool`, `StakingPool.getStrategies`,
 *   `L2Strategy.l2Transmitter`.
 */
export async function findStakelink(
  l2: ChainClient,
  known: StakelinkAddresses,
): Promise<StakelinkFound> {
  const missing = await withoutCode(l2, known)
  if (missing.length > 0) return {kind: 'no-code', contracts: missing, exits: null}
  const pool = {address: known.stMetis, abi: stakingPoolAbi} as const
  const [withdrawalPool, metis, strategies] = await Promise.all([
    ifOffered(
      l2,
      readContract(l2, {
        ...{address: known.priorityPool, abi: priorityPoolAbi, functionName: 'withdrawalPool'},
      }),
    ),
    ifOffered(l2, readContract(l2, {...pool, functionName: 'token'})),
    ifOffered(l2, readContract(l2, {...pool, functionName: 'getStrategies'})),
  ])
  const strategy = strategies?.[0]
  const transmitter = strategy
    ? await ifOffered(
        l2,
        readContract(l2, {address: strategy, abi: l2StrategyAbi, functionName: 'l2Transmitter'}),
      )
    : null
  const named = {
    withdrawalPool: withdrawalPool ?? zeroAddress,
    strategy: strategy ?? zeroAddress,
    transmitter: transmitter ?? zeroAddress,
  }
  const absent = Object.entries({...named, metis: metis ?? zeroAddress})
    .filter(([, at]) => isAddressEqual(at, zeroAddress))
    .map(([name]) => name)
  const contracts: StakelinkContracts = {...known, ...named}
  const empty = await withoutCode(l2, named)
  const strangers = await pointElsewhere(l2, contracts)
  const proven = {contracts, metis: metis ?? zeroAddress, strategies: strategies?.length ?? 0}
  const isWayOutProven = [...absent, ...empty, ...strangers].every((name) =>
    NOT_FOR_EXITS.includes(name),
  )
  const exits = isWayOutProven ? proven : null
  if (absent.length > 0) return {kind: 'mismatch', contracts: absent, exits}
  if (empty.length > 0) return {kind: 'no-code', contracts: empty, exits}
  if (strangers.length > 0) return {kind: 'mismatch', contracts: strangers, exits}
  return {kind: 'found', ...proven}
}

/** Contracts that belong to another pool. */
async function pointElsewhere(
  l2: ChainClient,
  {priorityPool, stMetis, wstMetis, withdrawalPool, strategy}: StakelinkContracts,
): Promise<string[]> {
  const reads = [
    {
      name: 'priorityPool',
      expected: stMetis,
      at: readContract(l2, {
        ...{address: priorityPool, abi: priorityPoolAbi, functionName: 'stakingPool'},
      }),
    },
    {
      name: 'stMetis',
      expected: priorityPool,
      at: readContract(l2, {address: stMetis, abi: stakingPoolAbi, functionName: 'priorityPool'}),
    },
    {
      name: 'wstMetis',
      expected: stMetis,
      at: readContract(l2, {address: wstMetis, abi: wrappedSdTokenAbi, functionName: 'sdToken'}),
    },
    {
      name: 'withdrawalPool',
      expected: stMetis,
      at: readContract(l2, {address: withdrawalPool, abi: withdrawalPoolAbi, functionName: 'lst'}),
    },
    {
      name: 'strategy',
      expected: stMetis,
      at: readContract(l2, {address: strategy, abi: l2StrategyAbi, functionName: 'stakingPool'}),
    },
  ]
  const found = await Promise.all(
    reads.map(async ({name, expected, at}) => ({name, expected, at: await ifOffered(l2, at)})),
  )
  return found
    .filter(({expected, at}) => !at || !isAddressEqual(at, expected))
    .map(({name}) => name)
}
