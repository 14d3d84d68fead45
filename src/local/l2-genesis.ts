import {gunzipSync} from 'node:zlib'

import {type Address, type Hex, getAddress, hexToBytes, isAddressEqual, numberToHex} from 'viem'

import type {ScheduledHardfork} from '../node/engine/hardforks.ts'
import {nativeTokenFlags} from '../process/native-token.ts'
import {type L2Addresses, type L2Options, addressesOf, movesMetis, planL2} from './l2-plan.ts'
import type {Placement, SeedCall} from './placement.ts'

export interface L2GenesisOptions extends L2Options {
  timestamp: bigint | number
  gasLimit: bigint
  coinbase: Address
  /** Rules of the execution engine by block; by default those of the contracts' compiler. */
  hardforks?: readonly ScheduledHardfork[]
  /** Starts an anvil with these arguments for the duration of the build. */
  startScratch(args: string[]): Promise<ScratchEngine>
}

/** An engine for the duration of a build. */
export interface ScratchEngine {
  request(method: string, params: unknown[]): Promise<unknown>
  stop(): Promise<void>
}

export interface GenesisAccount {
  balance: Hex
  nonce: Hex
  code?: Hex
  storage?: Record<Hex, Hex>
}

/** The shape of a geth genesis file; quantities are hex. */
export interface GenesisJson {
  config: Record<string, number | boolean | readonly ScheduledHardfork[]>
  number: Hex
  timestamp: Hex
  nonce: Hex
  difficulty: Hex
  gasLimit: Hex
  gasUsed: Hex
  baseFeePerGas: Hex
  coinbase: Address
  extraData: Hex
  mixHash: Hex
  parentHash: Hex
  /** Addresses in ascending order, so that equal options give an equal file. */
  alloc: Record<Address, GenesisAccount>
}

export interface L2Genesis {
  genesis: GenesisJson
  addresses: L2Addresses
}

type Request = (method: string, ...params: unknown[]) => Promise<unknown>

/** An account in the output of `anvil_dumpState`; unused fields are left out. */
interface DumpedAccount {
  balance: Hex
  code: Hex
  storage: Record<Hex, Hex>
}

const zeroHash: Hex = `0x${'0'.repeat(64)}`
/** Far above any initializer, below the block gas limit of the scratch chain. */
const constructionGas = numberToHex(10_000_000)

/**
 * Builds the L2 genesis, with every contract initialized as if it had been deployed.
 *
 * - Signed by: nobody.   Chain: a scratch chain that is stopped again.   Value: none.
 * - Source: the constructors and initializers themselves, run at the final addresses.
 *
 * @throws  Error when an initializer reverts or a contract would be lost in the dump
 */
export async function buildL2Genesis(options: L2GenesisOptions): Promise<L2Genesis> {
  if (options.startBlock < 2n) {
    // The sequencer set rejects a first epoch that does not start after the current block.
    throw new Error(`The L2 start block must be at least 2, not ${options.startBlock}.`)
  }
  const {placements, seeds} = planL2(options)
  const scratch = await options.startScratch(scratchArgs(options))
  try {
    const request: Request = (method, ...params) => scratch.request(method, params)
    await request('anvil_setBlockTimestampInterval', 1)
    for (const placement of placements) {
      await construct(request, options.governanceAddress, placement)
    }
    for (const seed of seeds) await sow(request, seed)
    const made = seeds.flatMap(({creates = []}) => creates)
    const contracts = await readContracts(request, [...placements, ...made])
    return {genesis: assemble(options, contracts), addresses: addressesOf(options)}
  } finally {
    await scratch.stop()
  }
}

/** The build takes a block, and so a second, for each contract and each call. */
const BUILD_SECONDS = 1000n

/**
 * Blocks count from 0 there, so that the first initializer runs in block 1. Its clock ends before
 * the genesis: contracts that note the time of their first liquidity must not find it in the future.
 */
function scratchArgs(options: L2GenesisOptions): string[] {
  const fixed =
    '--accounts 0 --hardfork shanghai --base-fee 0 --gas-price 0 --auto-impersonate --no-mining'
  const chainId = ['--chain-id', String(options.l2ChainId)]
  const start = ['--timestamp', String(BigInt(options.timestamp) - BUILD_SECONDS)]
  return [...fixed.split(' '), ...chainId, ...start, ...nativeTokenFlags(movesMetis(options))]
}

/**
 * The constructor runs at the final address: its code is put there, called, and replaced by what it
 * returned. So storage, immutables and the contract's own address match a real deployment.
 */
async function construct(request: Request, from: Address, {name, at, creationCode}: Placement) {
  await request('anvil_setCode', at, creationCode)
  const transaction = {from, to: at, gas: constructionGas, gasPrice: '0x0'}
  const runtimeCode = await request('eth_call', transaction, 'latest').catch((cause: unknown) => {
    throw new Error(`The ${name} cannot be initialized for genesis.`, {cause})
  })
  const isMined = await mine(request, transaction)
  if (!isMined) throw new Error(`The ${name} was not initialized for genesis.`)
  await request('anvil_setCode', at, runtimeCode)
}

/** The sender gets exactly the value, so that no METIS appears beyond what is planned. */
async function sow(request: Request, seed: SeedCall) {
  const {name, from, to, data, valueWei = 0n, givesWei = 0n} = seed
  const before = BigInt((await request('eth_getBalance', from, 'latest')) as Hex)
  await request('anvil_setBalance', from, numberToHex(before + valueWei + givesWei))
  const value = numberToHex(valueWei)
  const isMined = await mine(request, {
    from,
    to,
    data,
    value,
    gas: constructionGas,
    gasPrice: '0x0',
  })
  if (!isMined) throw new Error(`The call "${name}" reverted while building the genesis.`)
}

async function mine(request: Request, transaction: object): Promise<boolean> {
  const hash = await request('eth_sendTransaction', transaction)
  // Mined on demand: the receipt of an automatic block may arrive after the response.
  await request('evm_mine')
  const receipt = (await request('eth_getTransactionReceipt', hash)) as {status: Hex} | null
  return receipt?.status === '0x1'
}

async function readContracts(
  request: Request,
  placements: readonly Pick<Placement, 'name' | 'at' | 'balanceWei'>[],
): Promise<Map<Address, GenesisAccount>> {
  const dump = gunzipSync(hexToBytes((await request('anvil_dumpState')) as Hex))
  const {accounts} = JSON.parse(dump.toString()) as {accounts: Record<Address, DumpedAccount>}
  const found = new Map(Object.entries(accounts).map(([at, state]) => [at.toLowerCase(), state]))
  const contracts = new Map<Address, GenesisAccount>()
  for (const {name, at, balanceWei} of placements) {
    const state = found.get(at.toLowerCase())
    if (!state || state.code.length <= 2) throw new Error(`The ${name} has no code for genesis.`)
    contracts.set(at, {
      // The scratch chain has what the seeds paid in, but not what is given by decree.
      balance: numberToHex(BigInt(state.balance) + (balanceWei ?? 0n)),
      // A deployed contract has nonce 1; with 0 it would count as an empty account.
      nonce: '0x1',
      code: state.code,
      storage: sortedStorage(state.storage),
    })
  }
  return contracts
}

function sortedStorage(storage: Record<Hex, Hex>): Record<Hex, Hex> {
  const entries = Object.entries(storage) as [Hex, Hex][]
  const words = entries
    .map(([slot, value]) => [word(slot), word(value)] as const)
    .filter(([, value]) => value !== zeroHash)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(words)
}

function word(value: Hex): Hex {
  return numberToHex(BigInt(value), {size: 32})
}

function assemble(
  options: L2GenesisOptions,
  contracts: ReadonlyMap<Address, GenesisAccount>,
): GenesisJson {
  const {l2ChainId, startBlock, timestamp, gasLimit, coinbase, balances, hardforks} = options
  const accounts = new Map(contracts)
  for (const {address, wei} of balances) {
    if ([...contracts.keys()].some((at) => isAddressEqual(at, address))) {
      throw new Error(`${address} is a contract of the L2 genesis; its balance cannot be set.`)
    }
    const key = getAddress(address)
    const before = BigInt(accounts.get(key)?.balance ?? 0n)
    accounts.set(key, {balance: numberToHex(before + wei), nonce: '0x0'})
  }
  const sorted = [...accounts].sort(([left], [right]) => (BigInt(left) < BigInt(right) ? -1 : 1))
  return {
    config: {
      ...forksUpToShanghai(l2ChainId),
      ...(hardforks ? {hardforks} : {}),
      ...(movesMetis(options) ? {nativeToken: true} : {}),
    },
    number: numberToHex(startBlock),
    timestamp: numberToHex(timestamp),
    nonce: '0x0',
    difficulty: '0x0',
    gasLimit: numberToHex(gasLimit),
    gasUsed: '0x0',
    baseFeePerGas: '0x0',
    coinbase,
    extraData: '0x',
    mixHash: zeroHash,
    parentHash: zeroHash,
    alloc: Object.fromEntries(sorted),
  }
}

function forksUpToShanghai(chainId: number): GenesisJson['config'] {
  return {
    chainId,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    terminalTotalDifficulty: 0,
    terminalTotalDifficultyPassed: true,
    shanghaiTime: 0,
  }
}
