import {type LocalAccount, getAddress, maxUint256, parseEther, sliceHex} from 'viem'
import {getStorageAt} from 'viem/actions'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'

import {addressManagerAbi} from '../../src/chain/abis/address-manager.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {type DeployL1Options, deployL1} from '../../src/local/deploy-l1.ts'
import {type Anvil, startAnvil} from '../helpers/anvil.ts'
import {type Chain, connect} from './chain.ts'
import {account, alice, anvilArgs, l2ChainId, l2Metis, metis, mpc} from './staking.ts'

/** Where a proxy keeps its implementation (ERC-1967). */
const implementationSlot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

describe('deployL1', () => {
  let anvil: Anvil
  let chain: Chain
  const options = (governance: LocalAccount = account(0)): DeployL1Options => ({
    rpcUrl: anvil.rpcUrl,
    governance,
    mpcAddress: mpc,
    rewardPayer: account(1),
    l2ChainId,
    l2MetisAddress: l2Metis,
    mainnetRules: true,
    mint: [{address: alice, amountWei: metis(7)}],
  })
  beforeEach(async () => {
    anvil = await startAnvil(anvilArgs)
    chain = connect(anvil.rpcUrl)
  })
  afterEach(() => anvil.stop())

  test('the contracts know each other and the proxies their implementations', async () => {
    const steps: string[] = []
    const onStep: DeployL1Options['onStep'] = (step) =>
      steps.push(`${step.index}/${step.total} ${step.name}`)
    const at = await deployL1({...options(), onStep})
    expect(steps).toHaveLength(16)
    expect([steps[0], steps.at(-1)]).toEqual([
      '1/16 deploy METIS token',
      '16/16 approve reward payments',
    ])
    expect(at).toMatchObject({chainId: 31337, deploymentBlock: 1n})
    const pool = (fn: string) => chain.read(at.lockingPool, lockingPoolAbi, fn)
    const info = (fn: string) => chain.read(at.lockingInfo, lockingInfoAbi, fn)
    expect(await pool('escrow')).toBe(at.lockingInfo)
    expect(await pool('mpcAddress')).toBe(mpc)
    expect(await pool('owner')).toBe(account(0).address)
    expect(await info('manager')).toBe(at.lockingPool)
    expect(await info('bridge')).toBe(at.bridge)
    expect(await info('l1Token')).toBe(at.metis)
    expect(await info('l2Token')).toBe(l2Metis)
    expect(await info('l2ChainId')).toBe(1088n)
    expect(await info('rewardPayer')).toBe(account(1).address)
    const oracle = ['MVM_DiscountOracle']
    expect(await chain.read(at.addressManager, addressManagerAbi, 'getAddress', oracle)).toBe(
      at.discountOracle,
    )
    const allowance = [account(1).address, at.lockingInfo]
    expect(await chain.read(at.metis, erc20Abi, 'allowance', allowance)).toBe(maxUint256)
    expect(await chain.read(at.metis, erc20Abi, 'balanceOf', [alice])).toBe(metis(7))
    expect(await chain.read(at.bridge, l1StandardBridgeAbi, 'queueLength')).toBe(0n)
    for (const name of ['bridge', 'lockingInfo', 'lockingPool'] as const) {
      const slot = implementationSlot
      const stored = await getStorageAt(chain.client, {address: at[name], slot})
      expect(getAddress(sliceHex(stored!, 12))).toBe(at.implementations[name])
    }
  })

  test('settings replace the values of mainnet, a maximum below the old minimum included', async () => {
    const at = await deployL1({
      ...options(),
      minLockWei: 5n,
      maxLockWei: 10n,
      exitDelaySeconds: 60,
      signerUpdateThrottle: 0,
      discountWeiPerGas: 2n,
      rewardPerBlockWei: 3n,
    })
    const pool = (fn: string) => chain.read(at.lockingPool, lockingPoolAbi, fn)
    const info = (fn: string) => chain.read(at.lockingInfo, lockingInfoAbi, fn)
    expect(await info('minLock')).toBe(5n)
    expect(await info('maxLock')).toBe(10n)
    expect(await pool('exitDelayPeriod')).toBe(60n)
    expect(await pool('signerUpdateThrottle')).toBe(0n)
    expect(await pool('rewardPerBlock')).toBe(3n)
  })

  test('one account may be governance and reward payer', async () => {
    const at = await deployL1({...options(), rewardPayer: account(0)})
    const allowance = [account(0).address, at.lockingInfo]
    expect(await chain.read(at.metis, erc20Abi, 'allowance', allowance)).toBe(maxUint256)
  })

  test('fits into one block, as nothing waits for what went before', async () => {
    await using manual = await startAnvil([...anvilArgs, '--no-mining'])
    const l1 = connect(manual.rpcUrl)
    const deployment = deployL1({...options(), rpcUrl: manual.rpcUrl})
    await expect
      .poll(() => l1.request('txpool_status'), {timeout: 60_000})
      .toEqual({pending: '0x10', queued: '0x0'})
    await l1.request('evm_mine')
    expect(await deployment).toMatchObject({deploymentBlock: 1n})
    expect(await l1.request('eth_blockNumber')).toBe('0x1')
  })

  test('a half deployed L1 is refused by name, and nothing more is sent', async () => {
    await expect(
      deployL1({...options(), mint: [{address: alice, amountWei: metis(10_000_001)}]}),
    ).rejects.toThrow(`The L1 transaction "send METIS to ${alice}" reverted.`)
    const nonce = () => chain.request('eth_getTransactionCount', account(0).address, 'latest')
    const before = await nonce()
    const again = deployL1(options())
    await expect(again).rejects.toThrow(/has already sent 15 transactions .*metis at 0x5FbDB2/)
    await expect(again).rejects.toThrow(/lockingPool implementation at 0x/)
    expect(await nonce()).toBe(before)
  })

  test('an account that cannot pay for the gas is named before anything is sent', async () => {
    await chain.fund(account(1).address, 1n)
    await expect(deployL1(options())).rejects.toThrow(`${account(1).address} has 1 wei on L1`)
    expect(await chain.request('eth_getTransactionCount', account(0).address, 'latest')).toBe('0x0')
    await chain.fund(account(1).address, parseEther('1'))
    await deployL1(options())
  })
})
