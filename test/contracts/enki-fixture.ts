import {
  type Abi,
  type Address,
  type Hex,
  keccak256,
  maxUint256,
  numberToHex,
  toBytes,
  zeroAddress,
} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach} from 'vitest'

import {eMetisAbi} from '../../src/chain/abis/e-metis.ts'
import {eMetisMinterAbi} from '../../src/chain/abis/e-metis-minter.ts'
import {enkiConfigAbi} from '../../src/chain/abis/enki-config.ts'
import {enkiRedemptionQueueAbi} from '../../src/chain/abis/enki-redemption-queue.ts'
import {enkiRewardDispatcherAbi} from '../../src/chain/abis/enki-reward-dispatcher.ts'
import {enkiVestingAbi} from '../../src/chain/abis/enki-vesting.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l2MessengerAbi} from '../../src/chain/abis/l2-messenger.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {seMetisAbi} from '../../src/chain/abis/se-metis.ts'
import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {l2Addresses, l2Messenger} from '../../src/local/l2-plan.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {type Chain, connect} from './chain.ts'
import {bootGenesis, genesisOptions} from './l2-fixture.ts'
import {runOn, type Mined} from './run-part.ts'
import {alice, bob, carol, governance} from './staking.ts'

export const l1Messenger: Address = '0x00000000000000000000000000000000000000a1'
export const l1Dealer: Address = '0x00000000000000000000000000000000000000a2'
export const admin = governance.address

export const enkiParts = {
  config: {to: localEnki.config, abi: enkiConfigAbi as Abi},
  eMetis: {to: localEnki.eMetis, abi: eMetisAbi as Abi},
  minter: {to: localEnki.minter, abi: eMetisMinterAbi as Abi},
  seMetis: {to: localEnki.seMetis, abi: seMetisAbi as Abi},
  vesting: {to: localEnki.vesting, abi: enkiVestingAbi as Abi},
  queue: {to: localEnki.redemptionQueue, abi: enkiRedemptionQueueAbi as Abi},
  dispatcher: {to: localEnki.rewardDispatcher, abi: enkiRewardDispatcherAbi as Abi},
  enki: {to: localEnki.enki, abi: erc20Abi as Abi},
  metis: {to: l2Addresses.metis, abi: erc20Abi as Abi},
  messenger: {to: l2Messenger, abi: l2MessengerAbi as Abi},
  bridge: {to: l2Addresses.bridge, abi: l2StandardBridgeAbi as Abi},
}
export type EnkiPart = keyof typeof enkiParts

export interface EnkiChain extends AsyncDisposable {
  chain: Chain
  anvil: Anvil
  /** The transaction is mined, whether it succeeds or not; it costs nothing. */
  run(from: Address, part: EnkiPart, fn: string, args?: readonly unknown[]): Promise<Mined>
  /** The same; it must succeed. */
  send(
    from: Address,
    part: EnkiPart,
    fn: string,
    args?: readonly unknown[],
    value?: bigint,
  ): Promise<Mined['events']>
  read(part: EnkiPart, fn: string, args?: readonly unknown[]): Promise<unknown>
  held(part: EnkiPart, account: Address): Promise<bigint>
  now(): Promise<bigint>
  /** The next transaction has this time. */
  at(seconds: bigint): Promise<void>
  set(name: string, value: bigint): Promise<void>
  /** Alice, Bob and Carol have ENKI and allow everything to everyone of Enki. */
  prepare(): Promise<void>
}

/** The L2 genesis with Enki, on a chain on which anybody can be the sender. */
export async function startEnki(): Promise<EnkiChain> {
  const genesis = await buildL2Genesis({
    ...genesisOptions,
    with: ['lst'],
    l1MessengerAddress: l1Messenger,
    l1Lst: {
      enki: {dealer: l1Dealer, agent: l1Dealer},
      artemis: {manager: l1Dealer, pool: l1Dealer},
      stakelink: {strategy: l1Dealer, transmitter: l1Dealer, router: l1Dealer, vault: l1Dealer},
    },
  })
  const anvil = await bootGenesis(genesis)
  const chain = connect(anvil.rpcUrl)
  const run = runOn(chain, enkiParts)
  const send: EnkiChain['send'] = async (from, part, fn, args = [], value = 0n) => {
    const {ok, reason, events} = await run(from, part, fn, args, value)
    if (!ok) throw new Error(`${part}.${fn} reverted: ${reason}`)
    return events
  }
  const read: EnkiChain['read'] = (part, fn, args = []) =>
    chain.read(enkiParts[part].to, enkiParts[part].abi, fn, args)
  return {
    ...{chain, anvil, run, send, read},
    held: (part, account) => read(part, 'balanceOf', [account]) as Promise<bigint>,
    now: async () => {
      const block = await chain.request('eth_getBlockByNumber', 'latest', false)
      return BigInt((block as {timestamp: Hex}).timestamp)
    },
    at: async (seconds) => {
      await chain.request('evm_setNextBlockTimestamp', numberToHex(seconds))
    },
    set: async (name, value) => {
      await send(admin, 'config', 'setValue', [name, value])
    },
    prepare: async () => {
      for (const user of [alice, bob, carol]) {
        await send(admin, 'enki', 'transfer', [user, 100_000n * 10n ** 18n])
        await send(user, 'metis', 'approve', [localEnki.minter, maxUint256])
        await send(user, 'eMetis', 'approve', [localEnki.seMetis, maxUint256])
        await send(user, 'eMetis', 'approve', [localEnki.redemptionQueue, maxUint256])
        await send(user, 'enki', 'approve', [localEnki.vesting, maxUint256])
        await send(user, 'enki', 'approve', [localEnki.redemptionQueue, maxUint256])
      }
    },
    [Symbol.asyncDispose]: () => anvil.stop(),
  }
}

export type EnkiTest = ReturnType<typeof helpersOf>

function helpersOf(enki: EnkiChain) {
  return {
    ...enki,
    mint: (from: Address, wei: bigint, stake = false, to = from) =>
      enki.send(from, 'minter', 'mint', [to, wei, stake, zeroAddress]),
    /** What a transaction ends with: `ok`, or the reason of its revert. */
    why: async (from: Address, part: EnkiPart, fn: string, args: readonly unknown[] = []) =>
      (await enki.run(from, part, fn, args)).reason,
    /** @returns the id of the ticket */
    enter: async (from: Address, wei: bigint, to = from): Promise<bigint> => {
      const events = await enki.send(from, 'queue', 'enterRedemptionQueue', [to, wei])
      const entered = events.find(({name}) => name === 'EnterRedemptionQueue')
      return (entered!.args as {nftId: bigint}).nftId
    },
    ticket: (id: bigint) => enki.read('queue', 'nftInformation', [id]) as Promise<unknown[]>,
    accounting: () => enki.read('queue', 'redemptionQueueAccounting') as Promise<bigint[]>,
    /** Rewards on the dispatcher, as `mintFromL1` mints them. */
    earn: async (wei: bigint) => {
      await enki.send(admin, 'eMetis', 'addMinter', [admin])
      await enki.send(admin, 'eMetis', 'minter_mint', [localEnki.rewardDispatcher, wei])
    },
  }
}

/** Every test starts from the genesis, with allowances and ENKI for Alice, Bob and Carol. */
export function usingEnki(): () => EnkiTest {
  let enki: EnkiTest
  let snapshot: unknown
  beforeAll(async () => {
    enki = helpersOf(await startEnki())
    await enki.prepare()
  })
  afterAll(() => enki[Symbol.asyncDispose]())
  beforeEach(async () => (snapshot = await enki.chain.request('evm_snapshot')))
  afterEach(() => enki.chain.request('evm_revert', snapshot))
  return () => enki
}

export const noRole = (account: Address, role: string): string =>
  `AccessControl: account ${account.toLowerCase()} is missing role ${keccak256(toBytes(role))}`
