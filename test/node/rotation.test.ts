import {join} from 'node:path'

import {encodeFunctionData, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, type TestGenesis} from '../helpers/l2-chain.ts'

const me = accountOf('me')
const other = accountOf('other')
const mpc = accountOf('mpc')
let genesis: TestGenesis
let engine: AnvilEngine
let rotation: Rotation
let nonce = 0

beforeAll(async () => {
  genesis = await createTestGenesis({
    initialSigner: me.address,
    rich: [],
    firstEpochEndBlock: 105n,
    epochLength: 5n,
  })
  engine = new AnvilEngine({
    genesis: readGenesis(genesis.file),
    dir: join(genesis.dir, 'engine'),
    logger: silentLogger,
  })
  await engine.start()
  rotation = new Rotation({engine, sequencerSet: genesis.sequencerSet, me: me.address})
})

afterAll(async () => {
  await engine.stop()
  genesis[Symbol.dispose]()
})

function call(
  functionName: 'commitEpoch' | 'recommitEpoch',
  args: readonly [bigint, bigint, bigint, Hex] | readonly [bigint, bigint, bigint, bigint, Hex],
): Promise<Hex> {
  return mpc.signTransaction({
    ...{type: 'legacy', chainId: L2_CHAIN_ID, nonce: nonce++, gas: 500_000n, gasPrice: 20_000_000n},
    to: genesis.sequencerSet,
    data: encodeFunctionData({abi: metisSequencerSetAbi, functionName, args} as never),
  })
}

async function mine(...orderedTransactions: Hex[]): Promise<number> {
  const timestamp = engine.head().timestamp + 1
  const {block} = await engine.execute(engine.head().hash, {timestamp, orderedTransactions})
  if (rotation.isTouchedBy({number: block.number, transactions: orderedTransactions})) {
    await rotation.refresh()
  }
  return block.number
}

/** What the contract itself says; zero means nobody. */
async function contractSays(block: number): Promise<string> {
  const data = encodeFunctionData({
    abi: metisSequencerSetAbi,
    functionName: 'getMetisSequencer',
    args: [BigInt(block)],
  })
  const word = await engine.read('eth_call', [{to: genesis.sequencerSet, data}, 'latest'])
  return `0x${String(word).slice(-40)}`
}

async function agrees(from: number, to: number): Promise<void> {
  for (let block = from; block <= to; block++) {
    const signer = rotation.signerAt(block) ?? `0x${'0'.repeat(40)}`
    expect(signer, `block ${block}`).toBe(await contractSays(block))
  }
}

test('the turn is what the contract says, through commits and both kinds of recommitment', async () => {
  expect(rotation.turnAt(101)).toEqual({whose: 'unknown'})
  await rotation.refresh()
  expect(rotation.mpcAddress()).toBe(mpc.address.toLowerCase())
  expect(rotation.turnAt(101)).toMatchObject({whose: 'mine'})
  // As in the contract, blocks before the first epoch belong to its signer too.
  expect(rotation.turnAt(1)).toMatchObject({whose: 'mine'})
  expect(rotation.turnAt(106)).toEqual({whose: 'unknown'})
  // Anybody's call of the contract makes it be read again, and users come in meanwhile.
  const reading = rotation.refresh()
  expect(rotation.turnAt(101)).toMatchObject({whose: 'mine'})
  await reading

  await mine(await call('commitEpoch', [1n, 106n, 110n, other.address]))
  expect(rotation.turnAt(106)).toEqual({whose: 'other', signer: other.address.toLowerCase()})
  await agrees(100, 112)

  // The running epoch 0 is cut short and the committed epoch 1 is replaced.
  await mine(await call('recommitEpoch', [0n, 1n, 102n, 111n, other.address]))
  expect(rotation.turnAt(102)).toMatchObject({whose: 'other'})
  await agrees(100, 113)

  // Epoch 1 runs, nothing is committed behind it: a new epoch is created.
  await mine(await call('recommitEpoch', [1n, 2n, 103n, 120n, me.address]))
  expect(rotation.turnAt(103)).toMatchObject({whose: 'mine'})
  await agrees(100, 122)

  // For the wrong block it reverts, and nothing changes.
  await mine(await call('recommitEpoch', [2n, 3n, 110n, 120n, other.address]))
  await agrees(100, 122)
})

test('blocks that do not touch the contract cost nothing; the end of what is known is looked at', () => {
  expect(rotation.isTouchedBy({number: 104, transactions: ['0xaabb']})).toBe(false)
  const direct: Hex = `0x00${genesis.sequencerSet.slice(2).toLowerCase()}00`
  expect(rotation.isTouchedBy({number: 104, transactions: [direct]})).toBe(true)
  expect(rotation.isTouchedBy({number: 120, transactions: []})).toBe(true)
})

test('when the state cannot be read, the turn is unknown, which means no', async () => {
  const failing = new FakeEngine({
    read: () => {
      throw new Error('gone')
    },
  })
  await failing.start()
  const blind = new Rotation({
    engine: failing,
    sequencerSet: genesis.sequencerSet,
    me: me.address,
  })
  await expect(blind.refresh()).rejects.toThrow('gone')
  expect(blind.turnAt(101)).toEqual({whose: 'unknown'})
})
