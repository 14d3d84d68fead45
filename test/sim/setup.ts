/** What a seed decides before the run begins: the network, and which faults it knows at which rate. */
import {keccak256, serializeTransaction, toHex, type Address, type Hex} from 'viem'
import {privateKeyToAccount, type PrivateKeyAccount} from 'viem/accounts'

import type {FakeGenesis} from '../helpers/fake-state.ts'
import type {Genesis} from '../../src/node/engine/genesis.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {signHash} from '../../src/protocol/secp256k1.ts'
import type {Network} from '../../src/protocol/network.ts'
import {HELLO_MS} from './network.ts'
import type {Random} from './random.ts'

export type Account = PrivateKeyAccount & {privateKey: Hex}

const METIS = 10n ** 18n
const addressOf = (last: string): Address => `0x${last.padStart(40, '0')}`

export const L2_CHAIN_ID = 108_800
export const GENESIS_NUMBER = 100

/** The same account for the same name in every run. */
export function accountOf(name: string): Account {
  const known = accounts.get(name)
  if (known) return known
  const privateKey = keccak256(toHex(`simulated account ${name}`))
  const account: Account = {
    ...privateKeyToAccount(privateKey),
    privateKey,
    // Natively, since the consensus layer signs all the time.
    signTransaction: async (transaction) => {
      const signature = signHash(keccak256(serializeTransaction(transaction)), privateKey)
      const [r, s] = [signature.slice(2, 66), signature.slice(66, 130)]
      const v = signature.endsWith('01') ? 28n : 27n
      return serializeTransaction(transaction, {r: `0x${r}`, s: `0x${s}`, v})
    },
  }
  accounts.set(name, account)
  return account
}

const accounts = new Map<string, Account>()

export const contracts = {
  l1: {
    metis: addressOf('a1'),
    lockingPool: addressOf('a2'),
    lockingInfo: addressOf('a3'),
    bridge: addressOf('a4'),
    addressManager: addressOf('a5'),
    batchInbox: addressOf('a6'),
  },
  l2: {
    sequencerSet: '0x4200000000000000000000000000000000001088',
    bridge: '0x4200000000000000000000000000000000000010',
    metis: addressOf('b3'),
    gasPriceOracle: addressOf('b4'),
  },
} as const

/** Probabilities and rates; 0 switches a fault off. Each seed draws which of them exist. */
export interface Faults {
  /** Per message. */
  loss: number
  duplicate: number
  /** Delays of messages spread up to this, milliseconds. */
  delayMs: number
  /** Per second of the run. */
  partition: number
  crash: number
  pause: number
  stop: number
  engineHang: number
  engineDeath: number
  l1Down: number
  l1Reorg: number
  posCrash: number
  clockStep: number
  hostile: number
  /** Per write or announcement. */
  crashAtWrite: number
  diskFull: number
  /** Per execution. */
  engineLeavesOut: number
  /** Per read of an engine or of L1: an answer that takes its time. */
  slowRead: number
}

export interface Setup {
  nodes: number
  epochLength: number
  network: Network
  genesis: Genesis
  fakeGenesis: FakeGenesis
  startupGraceMs: number
  batchMaxAgeMs: number
  l1BlockMs: number
  /** Transactions per second offered by users. */
  load: number
  depositsPerSecond: number
  respanExtension: number
  /** Keys are made together with their homes, so that all of their signatures are known. */
  keysAreNew: boolean
  /** From one greeting to the next. */
  helloMs: number
  /** Wall clocks are off by up to this. */
  skewMs: number
  faults: Faults
}

export const users = ['ann', 'bob', 'cleo', 'dan', 'eve', 'finn'].map(accountOf)
export const signerNames = ['alpha', 'beta', 'gamma', 'delta']

export function drawSetup(random: Random): Setup {
  const nodes = random.pick([3, 3, 3, 4])
  const epochLength = random.pick([6, 8, 12, 20])
  const network = drawNetwork(random)
  return {
    nodes,
    epochLength,
    network,
    genesis: {
      ...{file: 'none', chainId: L2_CHAIN_ID, gasLimit: 1_100_000_000n, number: GENESIS_NUMBER},
      ...{hardforks: [], nativeToken: false, fingerprint: 'fake' as Hex},
    },
    fakeGenesis: fakeGenesis(network, epochLength),
    startupGraceMs: random.pick([2_000, 5_000]),
    batchMaxAgeMs: random.pick([3_000, 8_000]),
    l1BlockMs: random.pick([1_000, 2_000]),
    load: random.pick([0.5, 1, 2, 4]),
    depositsPerSecond: random.pick([0, 0.05, 0.2]),
    respanExtension: random.pick([4, 10]),
    skewMs: random.pick([0, 0, 1_000, 6_000]),
    faults: drawFaults(random),
    keysAreNew: true,
    helloMs: HELLO_MS,
  }
}

/** For runs in which turns are what counts: most faults would only keep the chain from going on. */
export function drawSigningSetup(random: Random): Setup {
  const setup = drawSetup(random)
  const faults = {...setup.faults, hostile: 0, slowRead: 0, crash: setup.faults.crash / 4}
  const few = {loss: faults.loss / 4, delayMs: Math.min(faults.delayMs, 200)}
  const {crashAtWrite, l1Reorg, clockStep, duplicate} = faults
  const l2 = {...setup.network.l2, slotMs: random.pick([500, 1_000])}
  const network = {...setup.network, l2}
  const epochLength = random.pick([6, 8, 12])
  return {
    ...setup,
    ...{network, epochLength, fakeGenesis: fakeGenesis(network, epochLength)},
    ...{load: 0.3, depositsPerSecond: 0, helloMs: 2 * HELLO_MS},
    keysAreNew: random.chance(0.8),
    skewMs: random.pick([0, 1_000, 6_000]),
    faults: random.chance(0.2)
      ? {...faults, ...few}
      : {...noFaults, ...few, l1Reorg, clockStep, duplicate, crashAtWrite: crashAtWrite / 4},
  }
}

function drawNetwork(random: Random): Network {
  return {
    version: 1,
    name: 'simulated',
    kind: 'local',
    posRestUrl: null,
    lst: {artemis: null},
    l1: {
      ...{chainId: 31_337, rpcUrls: ['sim://l1'], explorerUrl: null, deploymentBlock: 1},
      contracts: contracts.l1,
      batchSenders: [accountOf('batcher').address],
      confirmations: random.pick([2, 4]),
    },
    l2: {
      ...{chainId: L2_CHAIN_ID, rpcUrls: [], explorerUrl: null, contracts: contracts.l2},
      phase2Block: GENESIS_NUMBER + random.pick([1, 10, 25]),
      slotMs: random.pick([500, 1_000, 1_000, 2_000]),
      emptyBlocks: true,
      respanDelaySeconds: random.pick([4, 6]),
      batchMarginBlocks: random.pick([1, 4]),
      bundled: {
        ...{genesisFile: 'none', fingerprint: 'fake' as Hex, bootnodes: []},
        relayer: accountOf('relayer').address,
        followers: 'anyone',
      },
    },
  }
}

function fakeGenesis({l2}: Network, epochLength: number): FakeGenesis {
  const rich = [...users, accountOf('mpc'), accountOf('relayer')]
  return {
    timestamp: 1_699_999_000,
    rules: {
      chainId: l2.chainId,
      ...{minGasPriceWei: 10_000_000n, maxGasLimit: 30_000_000n, maxSizeBytes: 131_072},
    },
    contracts: {sequencerSet: l2.contracts.sequencerSet, bridge: l2.contracts.bridge},
    mpc: lowerCase(accountOf('mpc').address),
    relayer: lowerCase(accountOf('relayer').address),
    firstEpoch: {
      number: 0n,
      signer: lowerCase(accountOf(signerNames[0]!).address),
      startBlock: BigInt(GENESIS_NUMBER + 1),
      endBlock: BigInt(GENESIS_NUMBER + epochLength),
    },
    epochLength: BigInt(epochLength),
    balances: [
      ...rich.map(({address}) => ({address, wei: 1_000n * METIS})),
      {address: l2.contracts.bridge, wei: 1_000_000n * METIS},
    ],
  }
}

/** Few faults at a time make rare combinations of them likely over many seeds. */
function drawFaults(random: Random): Faults {
  const some = (...rates: number[]) => (random.chance(0.4) ? random.pick(rates) : 0)
  return {
    loss: some(0.01, 0.05, 0.2),
    duplicate: some(0.02, 0.1),
    delayMs: random.pick([5, 30, 200, 1_500]),
    partition: some(0.03, 0.08),
    crash: some(0.03, 0.1),
    pause: some(0.03, 0.08),
    stop: some(0.03),
    engineHang: some(0.02, 0.05),
    engineDeath: some(0.02, 0.06),
    l1Down: some(0.03, 0.06),
    l1Reorg: some(0.05, 0.15),
    posCrash: some(0.03, 0.08),
    clockStep: some(0.03),
    hostile: some(0.3, 1),
    crashAtWrite: some(0.005, 0.02, 0.05),
    diskFull: some(0.01, 0.03),
    engineLeavesOut: some(0.02, 0.1),
    slowRead: some(0.02, 0.1),
  }
}

export const noFaults: Faults = {
  ...{loss: 0, duplicate: 0, delayMs: 5, partition: 0, crash: 0, pause: 0, stop: 0, engineHang: 0},
  ...{
    engineDeath: 0,
    l1Down: 0,
    l1Reorg: 0,
    posCrash: 0,
    clockStep: 0,
    hostile: 0,
    crashAtWrite: 0,
  },
  ...{diskFull: 0, engineLeavesOut: 0, slowRead: 0},
}
