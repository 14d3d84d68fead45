import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256, toHex, type Address, type Hex} from 'viem'
import {privateKeyToAccount, type PrivateKeyAccount} from 'viem/accounts'

import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import type {ScheduledHardfork} from '../../src/node/engine/hardforks.ts'
import {startAnvil} from './anvil.ts'

export const L2_CHAIN_ID = 108_800
export const METIS = 10n ** 18n

/** The same account for the same name, in every run. */
export function accountOf(name: string): PrivateKeyAccount & {privateKey: Hex} {
  const privateKey = keccak256(toHex(`test account ${name}`))
  return {...privateKeyToAccount(privateKey), privateKey}
}

export interface TestGenesis extends Disposable {
  dir: string
  file: string
  sequencerSet: Address
  bridge: Address
}

export interface TestGenesisOptions {
  startBlock?: bigint
  epochLength?: bigint
  firstEpochEndBlock?: bigint
  initialSigner: Address
  rich: readonly Address[]
  hardforks?: readonly ScheduledHardfork[]
}

/** A genesis document with the real L2 contracts, in a directory that is removed with it. */
export async function createTestGenesis(options: TestGenesisOptions): Promise<TestGenesis> {
  const {startBlock = 100n, epochLength = 10n, initialSigner, rich} = options
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-node-'))
  const {genesis, addresses} = await buildL2Genesis({
    l2ChainId: L2_CHAIN_ID,
    startBlock,
    initialSigner,
    mpcAddress: accountOf('mpc').address,
    governanceAddress: accountOf('governance').address,
    relayerAddress: accountOf('relayer').address,
    firstEpochEndBlock: options.firstEpochEndBlock ?? startBlock + epochLength,
    epochLength,
    balances: [...rich, accountOf('mpc').address, accountOf('relayer').address].map((address) => ({
      address,
      wei: 1_000n * METIS,
    })),
    bridgeReserveWei: 1_000_000n * METIS,
    timestamp: 1_700_000_000,
    gasLimit: 1_100_000_000n,
    coinbase: '0x00000000000000000000000000000000000000c0',
    ...(options.hardforks ? {hardforks: options.hardforks} : {}),
    startScratch: startAnvil,
  })
  const file = join(dir, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesis))
  return {
    dir,
    file,
    sequencerSet: addresses.sequencerSet,
    bridge: addresses.bridge,
    [Symbol.dispose]: () => rmSync(dir, {recursive: true, force: true}),
  }
}

/** A signed transfer of 1 wei. */
export function transfer(
  from: PrivateKeyAccount,
  nonce: number,
  overrides: {gasPrice?: bigint; to?: Address; value?: bigint; gas?: bigint; data?: Hex} = {},
): Promise<Hex> {
  return from.signTransaction({
    type: 'legacy',
    chainId: L2_CHAIN_ID,
    nonce,
    gas: overrides.gas ?? 21_000n,
    gasPrice: overrides.gasPrice ?? 20_000_000n,
    to: overrides.to ?? '0x00000000000000000000000000000000000000aa',
    value: overrides.value ?? 1n,
    ...(overrides.data ? {data: overrides.data} : {}),
  })
}
