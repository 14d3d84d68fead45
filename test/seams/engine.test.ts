import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {createEngine} from '../../src/node/engine/create-engine.ts'
import type {ExecutionEngine} from '../../src/node/engine/engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, METIS, transfer} from '../helpers/l2-chain.ts'
import type {TestGenesis} from '../helpers/l2-chain.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import type {FakeGenesis} from '../helpers/fake-state.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {engineContract, type EngineScene} from './engine-contract.ts'

const payer = accountOf('payer')
const TIMESTAMP = 1_700_000_000
let genesis: TestGenesis

beforeAll(async () => {
  const initialSigner = accountOf('signer').address
  genesis = await createTestGenesis({initialSigner, rich: [payer.address]})
})
afterAll(() => genesis[Symbol.dispose]())

const opening = (
  make: (dir: string) => ExecutionEngine,
  wrap: (good: ExecutionEngine) => ExecutionEngine = (good) => good,
): OpenScene<EngineScene> => {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'metis-seq-engine-'))
    const engine = wrap(make(join(dir, 'one')))
    return {
      engine,
      another: () => wrap(make(join(dir, 'two'))),
      genesisNumber: 100,
      timestamp: TIMESTAMP,
      payer: payer.address,
      pay: (nonce, value = 1n) => transfer(payer, nonce, {value}),
      file: (name) => join(dir, name),
      async [Symbol.asyncDispose]() {
        await engine.stop()
        rmSync(dir, {recursive: true, force: true})
      },
    }
  }
}

const bundled = (dir: string) =>
  createEngine(readGenesis(genesis.file), {dir, logger: silentLogger})

const fakeGenesis: FakeGenesis = {
  timestamp: TIMESTAMP,
  rules: {
    ...{chainId: L2_CHAIN_ID, minGasPriceWei: 1n, maxGasLimit: 100_000_000n},
    maxSizeBytes: 100_000,
  },
  contracts: {
    sequencerSet: '0x4200000000000000000000000000000000001088',
    bridge: '0x4200000000000000000000000000000000000010',
  },
  ...{mpc: accountOf('mpc').address, relayer: accountOf('relayer').address},
  firstEpoch: {
    ...{number: 0n, signer: accountOf('signer').address, startBlock: 101n, endBlock: 110n},
  },
  epochLength: 10n,
  balances: [{address: payer.address, wei: 1000n * METIS}],
}
const fake = () => new FakeEngine({genesisNumber: 100, genesis: fakeGenesis})

/** A good one but for some of its methods. */
const except =
  (change: (good: ExecutionEngine) => Partial<ExecutionEngine>) => (good: ExecutionEngine) => {
    const changed = change(good)
    return new Proxy(good, {
      get: (target, key) => {
        const value: unknown = Reflect.get(key in changed ? changed : target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

describeSeam<EngineScene>({
  name: 'ExecutionEngine',
  rules: engineContract,
  implementations: {bundled: opening(bundled), 'of the simulation': opening(fake)},
  broken: [
    {
      fault: 'answers for the newest block, whichever was named',
      caughtBy: 'a read is of the block that it names, or refused',
      open: opening(
        fake,
        except((good) => ({
          read: (method, params) => good.read(method, params, good.head().number),
        })),
      ),
    },
    {
      fault: 'keeps the block that it has reverted',
      caughtBy: 'the block of a number is the one of our chain, after a rollback as well',
      open: opening(
        fake,
        except((good) => {
          const kept = new Map<number, unknown>()
          return {
            async blockAt(number) {
              if (!kept.has(number)) kept.set(number, await good.blockAt(number))
              return kept.get(number)
            },
          }
        }),
      ),
    },
    {
      fault: 'leaves transactions out in silence',
      caughtBy: 'what is not in the block is named as dropped, once',
      open: opening(
        fake,
        except((good) => ({
          execute: async (...given) => ({...(await good.execute(...given)), dropped: []}),
        })),
      ),
    },
    {
      fault: 'takes any parent for the head',
      caughtBy: 'a parent that is not the head is refused, and nothing changes',
      open: opening(
        fake,
        except((good) => ({
          execute: (_parent, payload) => good.execute(good.head().hash, payload),
        })),
      ),
    },
    {
      fault: 'says that it refuses equal times, and takes them',
      caughtBy: 'equal times are taken or refused as it says',
      open: opening(
        fake,
        except((good) => ({capabilities: {...good.capabilities, timestampStep: 1}})),
      ),
    },
    {
      fault: 'takes back one block less than it is told',
      caughtBy: 'blocks that are taken back leave no trace, and come out the same again',
      open: opening(
        fake,
        except((good) => ({rollback: (count) => good.rollback(count - 1)})),
      ),
    },
  ],
})
