import {
  encodeAbiParameters,
  keccak256,
  numberToHex,
  parseAbiParameters,
  toBytes,
  type Hex,
} from 'viem'
import {afterAll, beforeAll} from 'vitest'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {enkiConfigAbi} from '../../src/chain/abis/enki-config.ts'
import {enkiDealerAbi} from '../../src/chain/abis/enki-dealer.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StakingPoolManagerAbi} from '../../src/chain/abis/l1-staking-pool-manager.ts'
import {l1TransmitterAbi} from '../../src/chain/abis/l1-transmitter.ts'
import {l2TransmitterAbi} from '../../src/chain/abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {ccipSelectors, localCcipRouter, localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {localLst, lockPartsOf} from '../../src/local/lst/providers.ts'
import type {LstId} from '../../src/protocol/lst/providers.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {openBackends} from '../../src/services/lst/backends.ts'
import type {
  BackendOperation,
  BackendPlan,
  LstBackend,
} from '../../src/services/lst/backend-port.ts'
import {METIS} from '../helpers/l2-chain.ts'
import {LOCK, office, owner, signerOf, startLstLife, type LstLife} from '../helpers/lst-life.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {backendContract, type BackendScene} from './lst-backend-contract.ts'

const DAY = 86_400
const HUNDRED = 100n * METIS

let life: LstLife
let context: Context

beforeAll(async () => {
  life = await startLstLife(['artemis', 'enki', 'stakelink'])
  const {artemis, enki, stakelink} = lockPartsOf(life.chain.at.lst!)
  const role = (name: string) => keccak256(toBytes(name))
  await life.act(artemis.holder, l1StakingPoolManagerAbi, 'grantRole', [role('ADMIN_ROLE'), office])
  await life.act(enki.holder, enkiDealerAbi, 'grantRole', [role('BACKEND_ROLE'), office])
  await life.act(stakelink.holder, l1TransmitterAbi, 'setDepositController', [office])
  const {withdrawalManager} = localLst.artemis
  await life.actOnL2(withdrawalManager, amtWithdrawalManagerAbi, 'transferOwnership', [office])
  await life.actOnL2(localEnki.config, enkiConfigAbi, 'grantRole', [role('BACKEND_ROLE'), office])
  await life.keep()
  context = openContext({home: life.backend.home})
})
afterAll(async () => {
  context.close()
  await life[Symbol.asyncDispose]()
})

const idleOnL1 = (id: LstId) =>
  life.act(life.chain.at.metis, erc20Abi, 'transfer', [
    lockPartsOf(life.chain.at.lst!)[id].holder,
    HUNDRED,
  ])
const rewards = (id: LstId) => life.chain.submitRewards(signerOf(id).address, 1000n)

async function carryOut({chain, from, calls}: BackendPlan): Promise<bigint | null> {
  const layer = life.chain[chain === 'L1' ? 'l1' : 'l2']
  let blockNumber = null
  for (const {to, data, valueWei} of calls) {
    const call = {from, to, data, value: numberToHex(valueWei), gas: '0x4c4b40'}
    const hash = await layer.request('eth_sendTransaction', [call])
    const {status, blockNumber: at} = await receiptOf(layer, hash)
    if (status !== '0x1') return null
    blockNumber = BigInt(at)
  }
  return blockNumber
}

async function receiptOf(
  layer: RpcClient,
  hash: unknown,
): Promise<{status: string; blockNumber: string}> {
  for (;;) {
    const receipt = await layer.request('eth_getTransactionReceipt', [hash])
    if (receipt !== null) return receipt as {status: string; blockNumber: string}
  }
}

type Prepare = Record<LstId, Partial<Record<BackendOperation, () => Promise<void>>>>

const prepare: Prepare = {
  artemis: {
    relock: () => idleOnL1('artemis'),
    'claim-rewards': () => rewards('artemis'),
    async 'unlock-withdrawals'() {
      await life.ask('lst deposit artemis 5 --yes')
      await life.ask('lst withdraw artemis 2 --yes')
    },
  },
  enki: {
    async relock() {
      await idleOnL1('enki')
      await rewards('enki')
    },
    async 'claim-rewards'() {
      await rewards('enki')
      await carryOut(await open('enki').plan(office, 'relock'))
      await life.relay()
    },
  },
  stakelink: {
    relock: () => idleOnL1('stakelink'),
    async 'claim-rewards'() {
      // Enough to be sent to L1.
      await life.setBalance(owner, 10_000n * METIS)
      await life.ask('lst deposit stakelink 6000 --yes')
      await life.later(7 * DAY)
    },
    async 'unlock-withdrawals'() {
      const {priorityPool} = localStakelink
      await life.actOnL2(priorityPool, priorityPoolAbi, 'setAllowInstantWithdrawals', [false])
      await life.ask('lst deposit stakelink 5 --yes')
      await life.ask('lst withdraw stakelink 4 --yes')
      await arriveFromL1(2n * METIS)
      await life.later(DAY + 1)
    },
  },
}

/** The answer of L1 to the first message, with METIS that has arrived. */
async function arriveFromL1(wei: bigint): Promise<void> {
  const {transmitter} = localStakelink
  const peer = lockPartsOf(life.chain.at.lst!).stakelink.holder
  const data = encodeAbiParameters(
    parseAbiParameters('uint256, uint256, uint256, address[], uint256[]'),
    [LOCK - wei, wei, LOCK, [], []],
  )
  const sender = encodeAbiParameters([{type: 'address'}], [peer])
  const messageId: Hex = `0x${'07'.repeat(32)}`
  const message = {messageId, sourceChainSelector: ccipSelectors.l1, sender, data}
  const args = [{...message, destTokenAmounts: []}]
  await life.actOnL2(transmitter, l2TransmitterAbi, 'ccipReceive', args, localCcipRouter)
  await life.setBalance(transmitter, wei)
}

function open(id: LstId): LstBackend {
  const registration = context.network.lstRegistry![id]!
  return openBackends({context, registration})[id]!
}

const opening =
  (
    id: LstId,
    gated: readonly BackendOperation[],
    wrap = (good: LstBackend): LstBackend => good,
  ): OpenScene<BackendScene> =>
  async () => ({
    backend: wrap(open(id)),
    ...{office, stranger: owner, gated, carryOut},
    prepare: async (operation) => prepare[id][operation]?.(),
    [Symbol.asyncDispose]: () => life.reset(),
  })

const openStakelink = (wrap?: (good: LstBackend) => LstBackend) =>
  opening('stakelink', ['relock'], wrap)

describeSeam<BackendScene>({
  name: 'LstBackend',
  rules: backendContract,
  implementations: {
    artemis: opening('artemis', ['relock', 'claim-rewards', 'unlock-withdrawals']),
    enki: opening('enki', ['relock', 'claim-rewards']),
    stakelink: openStakelink(),
  },
  broken: [
    {
      fault: 'plans for whoever asks',
      caughtBy: 'who lacks the role is refused before anything is sent, and everybody else is not',
      open: openStakelink((good) => ({
        ...good,
        plan: (_from, operation) => good.plan(office, operation),
      })),
    },
    {
      fault: 'is a wei off',
      caughtBy: 'what is planned comes out to the wei, and is not done again where a run continues',
      open: openStakelink((good) => ({
        ...good,
        async plan(from, operation) {
          const plan = await good.plan(from, operation)
          const off = (value: string) => `${BigInt(value) + 1n}`
          return {
            ...plan,
            figures: plan.figures.map((each) => ({...each, after: off(each.after)})),
          }
        },
      })),
    },
    {
      fault: 'does it as often as it is asked',
      caughtBy: 'what is planned comes out to the wei, and is not done again where a run continues',
      open: openStakelink((good) => {
        const plans = new Map<BackendOperation, BackendPlan>()
        return {
          ...good,
          async plan(from, operation) {
            const plan = plans.get(operation) ?? (await good.plan(from, operation))
            plans.set(operation, plan)
            return plan
          },
        }
      }),
    },
  ],
})
