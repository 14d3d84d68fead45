/** Figures of the owner in the scene of `sending-scene.ts`, and how much a command changes them. */
import type {Address} from 'viem'
import {expect} from 'vitest'

import {enkiRedemptionQueueAbi} from '../../src/chain/abis/enki-redemption-queue.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {netswapFactoryAbi} from '../../src/chain/abis/netswap-factory.ts'
import {stableQiVaultAbi} from '../../src/chain/abis/stable-qi-vault.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {owner, type SendingScene} from './sending-scene.ts'

export interface Figure {
  name: string
  read(scene: SendingScene): Promise<bigint>
  by: bigint
}

export const held = (name: string, token: Address, by: bigint): Figure => ({
  name,
  by,
  read: ({read}) => read(token, erc20Abi, 'balanceOf', [owner]) as Promise<bigint>,
})
export const metis = (by: bigint): Figure => held('METIS', l2Metis, by)
export const inVault = (fn: 'vaultCollateral' | 'vaultDebt', id: bigint, by: bigint): Figure => ({
  name: `${fn} ${id}`,
  by,
  read: ({read}) => read(localQiDao.vault, stableQiVaultAbi, fn, [id]) as Promise<bigint>,
})
export const inQueue = (by: bigint): Figure => ({
  ...{name: 'owed by the queue of Enki', by},
  async read({read}) {
    const [owed] = (await read(
      ...[localEnki.redemptionQueue, enkiRedemptionQueueAbi, 'redemptionQueueAccounting'],
    )) as bigint[]
    return owed!
  },
})
export const shares = (by: bigint): Figure => ({
  ...{name: 'shares of the pool', by},
  async read({read}) {
    const of = [localLst.artemis.artMetis, l2Metis]
    const pair = await read(localNetswap.factory, netswapFactoryAbi, 'getPair', of)
    return (await read(pair as Address, erc20Abi, 'balanceOf', [owner])) as bigint
  },
})

/** Values of figures now. */
export const readFigures = (scene: SendingScene, figures: readonly Figure[]): Promise<bigint[]> =>
  Promise.all(figures.map(({read}) => read(scene)))

/** Each figure changed as it should, once: gas and interest are below a hundredth. */
export async function expectChanged(
  scene: SendingScene,
  figures: readonly Figure[],
  before: readonly bigint[],
): Promise<void> {
  const after = await readFigures(scene, figures)
  for (const [index, {name, by}] of figures.entries()) {
    const off = after[index]! - before[index]! - by
    const most = (by < 0n ? -by : by) / 100n + 1n
    expect(off <= most && off >= -most, `${name} is off by ${off}`).toBe(true)
  }
}
