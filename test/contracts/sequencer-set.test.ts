import {
  type Address,
  type Hex,
  encodeAbiParameters,
  hexToBigInt,
  keccak256,
  maxUint256,
  numberToHex,
  zeroAddress,
} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {metisSequencerSetAbi as abi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {metisSequencerSetBytecode} from '../../src/local/artifacts/metis-sequencer-set.ts'
import {startAnvil} from '../helpers/anvil.ts'
import {type Chain, connect, eventsOf} from './chain.ts'
import {account, anvilArgs, governance, mpc, signer, stranger} from './staking.ts'

const [one, two, three] = [signer(1).address, signer(2).address, signer(3).address]
/** Epoch 0 is blocks 101 to 110. Every later epoch has 10 blocks. */
const startBlock = 100n

describe('MetisSequencerSet', () => {
  let stop: () => Promise<void>
  let chain: Chain
  let at: Address
  let snapshot: unknown

  const attempt = (from: Address, fn: string, args: unknown[]) =>
    chain.attempt({from, to: at, abi, fn, args})
  const send = async (fn: string, args: unknown[], from = mpc) =>
    eventsOf(abi, (await chain.send({from, to: at, abi, fn, args})).logs)
  const read = (fn: string, args: unknown[] = []) => chain.read(at, abi, fn, args)
  const commit = (id: bigint, start: bigint, end: bigint, who: Address = two) =>
    send('commitEpoch', [id, start, end, who])
  /** An eth_call then runs as part of this block, as a transaction would in the next one. */
  const mineUpTo = async (block: bigint) => {
    const head = BigInt((await chain.request('eth_blockNumber')) as string)
    if (block > head) await chain.request('anvil_mine', numberToHex(block - head))
  }
  const epoch = async (id: bigint) => {
    const [number, who, start, end] = (await read('epochs', [id])) as [
      bigint,
      Address,
      bigint,
      bigint,
    ]
    return [number, who, start, end]
  }

  beforeAll(async () => {
    const {genesis, addresses} = await buildL2Genesis({
      l2ChainId: 1088,
      startBlock,
      timestamp: 1_700_000_000,
      initialSigner: one,
      mpcAddress: mpc,
      governanceAddress: governance.address,
      relayerAddress: stranger,
      firstEpochEndBlock: 110n,
      epochLength: 10n,
      gasLimit: 30_000_000n,
      coinbase: one,
      balances: [],
      bridgeReserveWei: 0n,
      startScratch: (args) => startAnvil(args),
    })
    const set = genesis.alloc[addresses.sequencerSet]!
    const logic = genesis.alloc['0x4200000000000000000000000000000000002011']!
    const anvil = await startAnvil([...anvilArgs, '--number', '100'])
    stop = anvil.stop
    chain = connect(anvil.rpcUrl)
    at = addresses.sequencerSet
    await chain.request('anvil_setCode', at, set.code)
    await chain.request('anvil_setCode', '0x4200000000000000000000000000000000002011', logic.code)
    for (const [slot, value] of Object.entries(set.storage ?? {})) {
      await chain.request('anvil_setStorageAt', at, slot, value)
    }
    for (const each of [mpc, stranger]) await chain.fund(each, 10n ** 18n)
  })
  afterAll(() => stop())
  beforeEach(async () => (snapshot = await chain.request('evm_snapshot')))
  afterEach(() => chain.request('evm_revert', snapshot))

  test('it begins with epoch 0, which also covers everything before it', async () => {
    expect(await read('currentEpochNumber')).toBe(0n)
    expect(await read('currentEpoch')).toEqual({
      number: 0n,
      signer: one,
      startBlock: 101n,
      endBlock: 110n,
    })
    expect(await read('epochLength')).toBe(10n)
    expect(await read('owner')).toBe(governance.address)
    expect(await read('getEpochByBlock', [100n])).toBe(maxUint256)
    expect(await read('getMetisSequencer', [5n])).toBe(one)
    expect(await read('getMetisSequencer', [110n])).toBe(one)
    expect(await read('getMetisSequencer', [111n])).toBe(zeroAddress)
    const none = {number: 0n, signer: zeroAddress, startBlock: 0n, endBlock: 0n}
    expect(await read('finalizedEpoch')).toEqual([none, false])
    expect(await read('finalizedBlock')).toBe(0n)
  })

  test('committed epochs answer by block, and the finished ones are final', async () => {
    expect(await commit(1n, 111n, 120n)).toEqual([
      {name: 'NewEpoch', args: {epochId: 1n, startBlock: 111n, endBlock: 120n, signer: two}},
    ])
    await commit(2n, 121n, 130n, three)
    expect(await read('currentEpochNumber')).toBe(2n)
    expect(await read('getEpochByBlock', [121n])).toBe(2n)
    expect(await read('getMetisSequencer', [120n])).toBe(two)
    expect(await read('getMetisSequencer', [131n])).toBe(zeroAddress)
    await mineUpTo(120n)
    // Epoch 1 still lasts in its last block.
    expect(await read('finalizedBlock')).toBe(110n)
    await mineUpTo(121n)
    expect(await read('finalizedEpoch')).toEqual([
      {number: 1n, signer: two, startBlock: 111n, endBlock: 120n},
      true,
    ])
    expect(await read('finalizedBlock')).toBe(120n)
  })

  test('slots 103 and 104 hold the epochs and the current epoch id', async () => {
    await commit(1n, 111n, 120n)
    await commit(2n, 121n, 130n, three)
    const slot = async (position: bigint) =>
      hexToBigInt(
        (await chain.request('eth_getStorageAt', at, numberToHex(position), 'latest')) as Hex,
      )
    const base = (id: bigint) =>
      hexToBigInt(
        keccak256(encodeAbiParameters([{type: 'uint256'}, {type: 'uint256'}], [id, 103n])),
      )
    expect(await slot(104n)).toBe(2n)
    const words = [0n, 1n, 2n, 3n].map((offset) => slot(base(2n) + offset))
    expect(await Promise.all(words)).toEqual([2n, BigInt(three), 121n, 130n])
    expect(await slot(base(0n) + 3n)).toBe(110n)
  })

  test('commitEpoch meets its conditions one after the other', async () => {
    await commit(1n, 111n, 120n)
    await commit(2n, 121n, 130n)
    const call = {from: stranger as Address, args: [9n, 5n, 5n, zeroAddress] as unknown[]}
    const met: string[] = []
    const next = async (change?: () => unknown) => {
      met.push(await attempt(call.from, 'commitEpoch', call.args))
      await change?.()
    }
    await next(() => (call.from = mpc))
    await mineUpTo(120n)
    await next(() => mineUpTo(121n))
    await next(() => (call.args[0] = 3n))
    await next(() => (call.args[2] = 6n))
    await next(() => (call.args[2] = 14n))
    await next(() => (call.args = [3n, 131n, 140n, zeroAddress]))
    await next(() => (call.args[3] = two))
    await next()
    expect(met).toEqual([
      'Not Mpc',
      'The last epoch not finished',
      'Invalid new epoch number',
      'End block must be greater than start block',
      'Mismatch epoch length and block length',
      'Start block must be greater than currentEpoch.endBlock by 1',
      'Invalid signer',
      'ok',
    ])
  })

  test('the current epoch is cut short and a successor begins in this block', async () => {
    await commit(1n, 111n, 120n)
    await mineUpTo(114n)
    // The transaction is in block 115.
    expect(await send('recommitEpoch', [1n, 2n, 115n, 200n, three])).toEqual([
      {
        name: 'ReCommitEpoch',
        args: {
          oldEpochId: 1n,
          newEpochId: 2n,
          curEpochId: 1n,
          startBlock: 115n,
          endBlock: 200n,
          newSigner: three,
        },
      },
    ])
    expect(await epoch(1n)).toEqual([1n, two, 111n, 114n])
    expect(await epoch(2n)).toEqual([2n, three, 115n, 200n])
    expect(await read('currentEpochNumber')).toBe(2n)
  })

  test('a committed successor that has not begun is overwritten', async () => {
    await commit(1n, 111n, 120n)
    await commit(2n, 121n, 130n)
    await mineUpTo(114n)
    const [event] = await send('recommitEpoch', [1n, 2n, 115n, 130n, three])
    expect(event?.args).toMatchObject({curEpochId: 2n, newEpochId: 2n})
    expect(await epoch(1n)).toEqual([1n, two, 111n, 114n])
    expect(await epoch(2n)).toEqual([2n, three, 115n, 130n])
    expect(await read('currentEpochNumber')).toBe(2n)
  })

  test('an old epoch that has ended already is not stretched', async () => {
    await commit(1n, 111n, 120n)
    await commit(2n, 121n, 130n)
    await mineUpTo(120n)
    // The transaction is in block 121, the very block in which epoch 2 would begin.
    await send('recommitEpoch', [1n, 2n, 121n, 125n, three])
    expect(await epoch(1n)).toEqual([1n, two, 111n, 120n])
    expect(await epoch(2n)).toEqual([2n, three, 121n, 125n])
  })

  test('a current epoch that has ended is stretched up to its late successor', async () => {
    await commit(1n, 111n, 120n)
    await mineUpTo(124n)
    await send('recommitEpoch', [1n, 2n, 125n, 130n, three])
    expect(await epoch(1n)).toEqual([1n, two, 111n, 124n])
  })

  test('recommitEpoch of the current epoch meets its conditions one after the other', async () => {
    await commit(1n, 111n, 120n)
    await mineUpTo(110n)
    const met: string[] = []
    const next = async (from: Address, ...args: unknown[]) =>
      met.push(await attempt(from, 'recommitEpoch', args))
    // A call is executed in block 110 itself, where epoch 1 still lies ahead.
    await next(stranger, 9n, 9n, 1n, 1n, zeroAddress)
    await next(mpc, 9n, 9n, 109n, 1n, zeroAddress)
    await next(mpc, 9n, 9n, 110n, 1n, zeroAddress)
    await next(mpc, 9n, 9n, 110n, 1n, three)
    await next(mpc, 1n, 9n, 110n, 1n, three)
    await mineUpTo(112n)
    await next(mpc, 1n, 9n, 112n, 112n, three)
    await next(mpc, 1n, 2n, 112n, 112n, three)
    await next(mpc, 1n, 2n, 112n, 113n, three)
    expect(met).toEqual([
      'Not Mpc',
      'Invalid start block',
      'Invalid signer',
      'Invalid oldEpochId',
      'Conflict on end block',
      'Invalid newEpochId',
      'End block must be greater than start block',
      'ok',
    ])
  })

  test('recommitEpoch before the current epoch meets its conditions one after the other', async () => {
    await commit(1n, 111n, 120n)
    await commit(2n, 121n, 130n)
    await mineUpTo(122n)
    const call = (newId: bigint, start: bigint, end: bigint) =>
      attempt(mpc, 'recommitEpoch', [1n, newId, start, end, three])
    expect(await call(9n, 122n, 122n)).toBe('Invalid newEpochId')
    expect(await call(2n, 122n, 122n)).toBe('End block must be greater than start block')
    expect(await call(2n, 122n, 130n)).toBe('The latest epoch producing')
    expect(await attempt(mpc, 'recommitEpoch', [0n, 1n, 122n, 130n, three])).toBe(
      'Invalid oldEpochId',
    )
  })

  test('the settings are guarded', async () => {
    const owner = governance.address
    expect(await attempt(stranger, 'UpdateMpcAddress', [zeroAddress])).toBe(
      'Ownable: caller is not the owner',
    )
    expect(await attempt(owner, 'UpdateMpcAddress', [zeroAddress])).toBe('Invalid new mpc')
    expect(await attempt(stranger, 'UpdateEpochLength', [0n])).toBe('Not Mpc or Owner')
    expect(await attempt(mpc, 'UpdateEpochLength', [0n])).toBe('Invalid new epoch length')
    expect(await attempt(owner, 'UpdateEpochLength', [5n])).toBe('ok')
    expect(await send('UpdateEpochLength', [5n])).toEqual([
      {name: 'EpochUpdated', args: {_newLength: 5n}},
    ])
    await commit(1n, 111n, 115n)
  })

  test('initialize wants a first epoch that lies ahead', async () => {
    const fresh: Address = '0x00000000000000000000000000000000000f5e70'
    // Without its constructor the implementation can be initialized in place.
    const deploy = {from: account(0).address, data: metisSequencerSetBytecode}
    const code = await chain.request('eth_call', deploy, 'latest')
    await chain.request('anvil_setCode', fresh, code)
    const initialize = (start: bigint, end: bigint) =>
      chain.attempt({
        from: stranger,
        to: fresh,
        abi,
        fn: 'initialize',
        args: [one, mpc, start, end, 10n],
      })
    expect(await initialize(100n, 120n)).toBe('Invalid block range')
    expect(await initialize(101n, 101n)).toBe('Invalid block range')
    expect(await initialize(101n, 102n)).toBe('ok')
  })
})
