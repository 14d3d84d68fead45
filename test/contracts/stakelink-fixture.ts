import {
  type Abi,
  type Address,
  type Hex,
  encodeAbiParameters,
  maxUint256,
  numberToHex,
  parseAbiParameters,
} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach} from 'vitest'

import {ccipL2RouterAbi} from '../../src/chain/abis/ccip-l2-router.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l2MessengerAbi} from '../../src/chain/abis/l2-messenger.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {l2StrategyAbi} from '../../src/chain/abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../src/chain/abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {stakingPoolAbi} from '../../src/chain/abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../src/chain/abis/withdrawal-pool.ts'
import {wrappedSdTokenAbi} from '../../src/chain/abis/wrapped-sd-token.ts'
import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {l2Addresses, l2Messenger} from '../../src/local/l2-plan.ts'
import {ccipSelectors, localCcipRouter, localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {connect} from './chain.ts'
import {bootGenesis, genesisOptions} from './l2-fixture.ts'
import {runOn, type Mined} from './run-part.ts'
import {alice, bob, carol, governance} from './staking.ts'

export const admin = governance.address

export const stakelinkParts = {
  pool: {to: localStakelink.stMetis, abi: stakingPoolAbi as Abi},
  priority: {to: localStakelink.priorityPool, abi: priorityPoolAbi as Abi},
  withdrawals: {to: localStakelink.withdrawalPool, abi: withdrawalPoolAbi as Abi},
  wrapped: {to: localStakelink.wstMetis, abi: wrappedSdTokenAbi as Abi},
  strategy: {to: localStakelink.strategy, abi: l2StrategyAbi as Abi},
  transmitter: {to: localStakelink.transmitter, abi: l2TransmitterAbi as Abi},
  router: {to: localCcipRouter, abi: ccipL2RouterAbi as Abi},
  metis: {to: l2Addresses.metis, abi: erc20Abi as Abi},
  messenger: {to: l2Messenger, abi: l2MessengerAbi as Abi},
  bridge: {to: l2Addresses.bridge, abi: l2StandardBridgeAbi as Abi},
}
export type StakelinkPart = keyof typeof stakelinkParts

/** Nothing for the one strategy. */
export const NO_DATA = ['0x']
/** The same, for the calls of an automation service. */
export const UPKEEP = encodeAbiParameters(parseAbiParameters('bytes[]'), [['0x']])
/** Account on L1 that the transmitter listens to where stake.link is not on L1. */
const NOBODY = '0x0000000000000000000000000000000000000000'

/** The L2 genesis with stake.link alone, on a chain on which anybody can be the sender. */
export async function startStakelink() {
  const genesis = await buildL2Genesis({...genesisOptions, with: ['lst']})
  const anvil: Anvil = await bootGenesis(genesis)
  const chain = connect(anvil.rpcUrl)
  const run = runOn(chain, stakelinkParts)
  const send = async (
    from: Address,
    part: StakelinkPart,
    fn: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<Mined['events']> => {
    const {ok, reason, events} = await run(from, part, fn, args, value)
    if (!ok) throw new Error(`${part}.${fn} reverted: ${reason}`)
    return events
  }
  const read = (part: StakelinkPart, fn: string, args: readonly unknown[] = []) =>
    chain.read(stakelinkParts[part].to, stakelinkParts[part].abi, fn, args)
  const wei = (part: StakelinkPart, fn: string, args: readonly unknown[] = []) =>
    read(part, fn, args) as Promise<bigint>
  const held = (part: StakelinkPart, account: Address) => wei(part, 'balanceOf', [account])
  const {strategy, transmitter} = localStakelink
  /** What the router hands over when L1 has answered. */
  const answer = async (
    totals: readonly [bigint, bigint, bigint],
    operators: readonly bigint[] = [],
  ) => {
    const data = encodeAbiParameters(
      parseAbiParameters('uint256, uint256, uint256, address[], uint256[]'),
      [...totals, operators.map(() => carol), operators],
    )
    const sender = encodeAbiParameters([{type: 'address'}], [NOBODY])
    const messageId = `0x${'07'.repeat(32)}`
    const message = {messageId, sourceChainSelector: ccipSelectors.l1, sender, data}
    return send(localCcipRouter, 'transmitter', 'ccipReceive', [{...message, destTokenAmounts: []}])
  }
  return {
    ...{chain, anvil, run, send, read, wei, held, answer},
    /** Everything that is idle is on L1, and L2 has heard of it. @returns how much left */
    moveToL1: async () => {
      const idle = await wei('strategy', 'getTotalQueuedTokens')
      const before = await wei('strategy', 'l1TotalDeposits')
      await send(transmitter, 'strategy', 'handleOutgoingTokensToL1', [idle])
      await chain.fund(transmitter, 0n)
      await answer([before + idle, 0n, idle])
      return idle
    },
    /** METIS comes back from L1. */
    bringBack: async (amount: bigint) => {
      const left = (await wei('strategy', 'l1TotalDeposits')) - amount
      await answer([left, amount, 0n])
      await chain.fund(transmitter, (await chain.balance(transmitter)) + amount)
      await send(admin, 'transmitter', 'depositTokensFromL1')
    },
    /** What a transaction ends with: `ok`, or the reason of its revert. */
    why: async (from: Address, part: StakelinkPart, fn: string, args: readonly unknown[] = []) =>
      (await run(from, part, fn, args)).reason,
    now: async () => {
      const block = await chain.request('eth_getBlockByNumber', 'latest', false)
      return BigInt((block as {timestamp: Hex}).timestamp)
    },
    /** The next transaction has this time. */
    at: async (seconds: bigint) => {
      await chain.request('evm_setNextBlockTimestamp', numberToHex(seconds))
    },
    deposit: (from: Address, amount: bigint, queue = false) =>
      send(from, 'priority', 'deposit', [amount, queue, NO_DATA]),
    withdraw: (from: Address, amount: bigint, {unqueue = false, queue = true} = {}) =>
      send(from, 'priority', 'withdraw', [amount, 0n, 0n, [], unqueue, queue, NO_DATA]),
    /** METIS appears in the strategy: earned, as far as the pool can tell. */
    gain: async (amount: bigint) => {
      await chain.fund(strategy, (await chain.balance(strategy)) + amount)
    },
    share: () => send(admin, 'pool', 'updateStrategyRewards', [[0n], '0x']),
    /** Alice, Bob and Carol allow everything to everyone of stake.link. */
    prepare: async () => {
      for (const user of [alice, bob, carol]) {
        await send(user, 'metis', 'approve', [localStakelink.priorityPool, maxUint256])
        await send(user, 'metis', 'approve', [localStakelink.stMetis, maxUint256])
        await send(user, 'pool', 'approve', [localStakelink.priorityPool, maxUint256])
        await send(user, 'pool', 'approve', [localStakelink.wstMetis, maxUint256])
      }
    },
    [Symbol.asyncDispose]: () => anvil.stop(),
  }
}

export type StakelinkChain = Awaited<ReturnType<typeof startStakelink>>

/** Every test starts from the genesis, with allowances for Alice, Bob and Carol. */
export function usingStakelink(): () => StakelinkChain {
  let chain: StakelinkChain
  let snapshot: unknown
  beforeAll(async () => {
    chain = await startStakelink()
    await chain.prepare()
  })
  afterAll(() => chain[Symbol.asyncDispose]())
  beforeEach(async () => (snapshot = await chain.chain.request('evm_snapshot')))
  afterEach(() => chain.chain.request('evm_revert', snapshot))
  return () => chain
}
