import {
  type Abi,
  type Address,
  type Hex,
  getAddress,
  keccak256,
  parseEther,
  sliceHex,
  toHex,
} from 'viem'
import {type LocalAccount, mnemonicToAccount, privateKeyToAccount} from 'viem/accounts'
import {afterAll, afterEach, beforeAll, beforeEach} from 'vitest'

import {addressManagerAbi} from '../../src/chain/abis/address-manager.ts'
import {discountOracleAbi} from '../../src/chain/abis/discount-oracle.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {type L1Deployment, deployL1} from '../../src/local/deploy-l1.ts'
import {startAnvil} from '../helpers/anvil.ts'
import {type Call, type Chain, connect, eventsOf} from './chain.ts'

export const l2Metis: Address = '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000'
export const l2ChainId = 1088
/** 200,000 gas at the 1 gwei discount. */
export const feeWei = 200_000_000_000_000n
export const exitSeconds = 21 * 24 * 3600
export const metis = (amount: number): bigint => parseEther(String(amount))

const phrase = 'test test test test test test test test test test test junk'
export const account = (index: number): LocalAccount =>
  mnemonicToAccount(phrase, {addressIndex: index})
const person = (name: string): Address => getAddress(sliceHex(keccak256(toHex(name)), 12))

export const governance = account(0)
export const rewardPayer = account(1)
export const mpc = person('mpc')
export const stranger = person('stranger')
export const recipient = person('recipient')
/** Owners of sequencers to be; all of them hold METIS and gave LockingInfo an allowance. */
export const [alice, bob, carol, dora] = ['alice', 'bob', 'carol', 'dora'].map(person) as [
  Address,
  Address,
  Address,
  Address,
]

export interface Signer {
  address: Address
  pubkey: Hex
}

/** The signer with this number, with the 64-byte public key that the contract wants. */
export function signer(index: number): Signer {
  const {address, publicKey} = privateKeyToAccount(keccak256(toHex(`signer ${index}`)))
  return {address, pubkey: sliceHex(publicKey, 1)}
}

type Part = 'lockingPool' | 'lockingInfo' | 'bridge' | 'metis' | 'discountOracle' | 'addressManager'

const abis: Record<Part, Abi> = {
  lockingPool: lockingPoolAbi,
  lockingInfo: lockingInfoAbi,
  bridge: l1StandardBridgeAbi,
  metis: erc20Abi,
  discountOracle: discountOracleAbi,
  addressManager: addressManagerAbi,
}

export interface Staking extends AsyncDisposable {
  chain: Chain
  rpcUrl: string
  at: L1Deployment
  call(from: Address, to: Part, fn: string, args?: readonly unknown[], value?: bigint): Call
  attempt(...call: Parameters<Staking['call']>): Promise<string>
  /** Mines the call; answers the events of all our contracts in order. */
  send(...call: Parameters<Staking['call']>): Promise<{name: string; args: unknown}[]>
  read(to: Part, fn: string, args?: readonly unknown[]): Promise<unknown>
  sequencer(id: number): Promise<SequencerFields>
  whitelist(owner: Address, yes?: boolean): Promise<void>
  /** `owner` is whitelisted and locks 40,000 METIS for the signer with this number. */
  lock(owner: Address, signerIndex: number, withRecipient?: boolean): Promise<void>
  /** The next batch over the next two epochs. */
  submitBatch(rewards?: [Address, bigint][]): Promise<void>
}

export interface SequencerFields {
  amount: bigint
  reward: bigint
  activationBatch: bigint
  updatedBatch: bigint
  deactivationBatch: bigint
  deactivationTime: bigint
  unlockClaimTime: bigint
  nonce: bigint
  owner: Address
  signer: Address
  pubkey: Hex
  rewardRecipient: Address
  status: number
}

const fields = [
  'amount',
  'reward',
  'activationBatch',
  'updatedBatch',
  'deactivationBatch',
  'deactivationTime',
  'unlockClaimTime',
  'nonce',
  'owner',
  'signer',
  'pubkey',
  'rewardRecipient',
  'status',
]

export const anvilArgs = ['--auto-impersonate', '--hardfork', 'shanghai']

/** The L1 contracts on an anvil of their own. */
export async function startStaking(mainnetRules: boolean): Promise<Staking> {
  const anvil = await startAnvil(anvilArgs)
  const chain = connect(anvil.rpcUrl)
  const owners = [alice, bob, carol, dora]
  const at = await deployL1({
    rpcUrl: anvil.rpcUrl,
    governance,
    mpcAddress: mpc,
    rewardPayer,
    l2ChainId,
    l2MetisAddress: l2Metis,
    mainnetRules,
    mint: [...owners, rewardPayer.address].map((address) => ({address, amountWei: metis(300_000)})),
  })
  const staking = wrap(chain, at)
  for (const each of [...owners, mpc, stranger, recipient]) await chain.fund(each, parseEther('10'))
  for (let index = 1; index < 10; index++) await chain.fund(signer(index).address, parseEther('1'))
  for (const owner of owners) {
    await staking.send(owner, 'metis', 'approve', [at.lockingInfo, metis(1_000_000)])
  }
  return {...staking, rpcUrl: anvil.rpcUrl, [Symbol.asyncDispose]: () => anvil.stop()}
}

function wrap(
  chain: Chain,
  at: L1Deployment,
): Omit<Staking, 'rpcUrl' | typeof Symbol.asyncDispose> {
  const allEvents = [...lockingPoolAbi, ...lockingInfoAbi.filter((item) => item.type === 'event')]
  const call: Staking['call'] = (from, to, fn, args = [], value = 0n) => {
    return {from, to: at[to], abi: abis[to], fn, args, value}
  }
  const send: Staking['send'] = async (...parts) => {
    const {logs} = await chain.send(call(...parts))
    return [...eventsOf(allEvents, logs), ...eventsOf(l1StandardBridgeAbi, logs)]
  }
  const read: Staking['read'] = (to, fn, args = []) => chain.read(at[to], abis[to], fn, args)
  const whitelist: Staking['whitelist'] = async (owner, yes = true) => {
    await send(governance.address, 'lockingPool', 'setWhitelist', [owner, yes])
  }
  return {
    chain,
    at,
    call,
    send,
    read,
    whitelist,
    attempt: (...parts) => chain.attempt(call(...parts)),
    sequencer: async (id) => {
      const values = (await read('lockingPool', 'sequencers', [id])) as unknown[]
      return Object.fromEntries(fields.map((name, i) => [name, values[i]])) as never
    },
    lock: async (owner, index, withRecipient = false) => {
      const {address, pubkey} = signer(index)
      await whitelist(owner)
      await send(owner, 'lockingPool', 'lockFor', [address, metis(40_000), pubkey])
      if (!withRecipient) return
      const id = await read('lockingPool', 'seqOwners', [owner])
      await send(owner, 'lockingPool', 'setSequencerRewardRecipient', [id, recipient])
    },
    submitBatch: async (rewards = [[signer(1).address, 0n]]) => {
      const state = (await read('lockingPool', 'curBatchState')) as bigint[]
      const [id = 0n, , , end = 0n] = state
      const seqs = rewards.map(([address]) => address)
      const blocks = rewards.map(([, count]) => count)
      const args = [id + 1n, end + 1n, end + 2n, seqs, blocks]
      await send(mpc, 'lockingPool', 'batchSubmitRewards', args)
    },
  }
}

/** Alice (1), Bob (2) and Carol (3) are in, with recipients. Every test starts from here. */
export function usingStaking(mainnetRules: boolean): () => Staking {
  let staking: Staking
  let snapshot: unknown
  beforeAll(async () => {
    staking = await startStaking(mainnetRules)
    await staking.lock(alice, 1, true)
    await staking.lock(bob, 2, true)
    await staking.lock(carol, 3, true)
  })
  afterAll(() => staking[Symbol.asyncDispose]())
  beforeEach(async () => (snapshot = await staking.chain.request('evm_snapshot')))
  afterEach(() => staking.chain.request('evm_revert', snapshot))
  return () => staking
}
