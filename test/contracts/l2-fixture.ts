import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {parseEther} from 'viem'

import {type L2Genesis, type L2GenesisOptions, buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {nativeTokenFlags} from '../../src/process/native-token.ts'
import type {LocalPart} from '../../src/protocol/local-parts.ts'
import {type Anvil, startAnvil} from '../helpers/anvil.ts'
import {alice, bob, carol, governance, mpc, recipient, signer} from './staking.ts'

export const relayer = recipient

export const genesisOptions: L2GenesisOptions = {
  l2ChainId: 1088,
  startBlock: 16_499_970n,
  timestamp: 1_710_000_000n,
  initialSigner: signer(1).address,
  mpcAddress: mpc,
  governanceAddress: governance.address,
  relayerAddress: relayer,
  firstEpochEndBlock: 16_499_999n,
  epochLength: 30n,
  gasLimit: 30_000_000n,
  coinbase: signer(1).address,
  balances: [alice, bob, carol, mpc, relayer, governance.address].map((address) => ({
    address,
    wei: parseEther('1000'),
  })),
  bridgeReserveWei: parseEther('50'),
  startScratch: (args) => startAnvil(args),
}

/** An anvil that begins with this genesis, as the nodes of the local network do. */
export async function bootGenesis({genesis}: L2Genesis): Promise<Anvil> {
  const folder = await mkdtemp(join(tmpdir(), 'metis-seq-genesis-'))
  const file = join(folder, 'genesis.json')
  await writeFile(file, JSON.stringify(genesis))
  const anvil = await startAnvil([
    '--init',
    file,
    '--accounts',
    '0',
    '--hardfork',
    'shanghai',
    '--chain-id',
    '1088',
    '--base-fee',
    '0',
    '--gas-limit',
    '30000000',
    '--auto-impersonate',
    ...nativeTokenFlags(genesis.config['nativeToken'] === true),
  ])
  const stop = async () => {
    await anvil.stop()
    await rm(folder, {recursive: true, force: true})
  }
  return {...anvil, stop, [Symbol.asyncDispose]: stop}
}

/** @param parts optional parts of a local network */
export const startL2 = async (
  ...parts: LocalPart[]
): Promise<{genesis: L2Genesis; anvil: Anvil}> => {
  const genesis = await buildL2Genesis({...genesisOptions, with: parts})
  return {genesis, anvil: await bootGenesis(genesis)}
}
