/**
 * Every state in which a provider or a market takes nothing in: the command says why before anything is signed, and those
 * who are in get out, by the commands and to the amount.
 */
import {keccak256, toBytes, zeroAddress, type Abi, type Address} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {aavePoolAbi} from '../../src/chain/abis/aave-pool.ts'
import {amtConfigAbi} from '../../src/chain/abis/amt-config.ts'
import {attributesAbi} from '../../src/chain/abis/attributes.ts'
import {cEtherAbi} from '../../src/chain/abis/c-ether.ts'
import {comptrollerAbi} from '../../src/chain/abis/comptroller.ts'
import {enkiConfigAbi} from '../../src/chain/abis/enki-config.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l2StrategyAbi} from '../../src/chain/abis/l2-strategy.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {marketFeedAbi} from '../../src/chain/abis/market-feed.ts'
import {netswapFactoryAbi} from '../../src/chain/abis/netswap-factory.ts'
import {netswapRouterAbi} from '../../src/chain/abis/netswap-router.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {stakingPoolAbi} from '../../src/chain/abis/staking-pool.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localStablis} from '../../src/local/defi/cdp/stablis/plan.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {localFeeds, localTokens} from '../../src/local/defi/tokens.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {
  expectChanged,
  held,
  inQueue,
  inVault,
  metis,
  readFigures,
  shares,
  type Figure,
} from '../helpers/figures.ts'
import {forgetJournal, journalOf} from '../helpers/journal.ts'
import {runCli} from '../helpers/run-cli.ts'
import {
  office,
  owner,
  startSendingScene,
  type HomeName,
  type SendingScene,
} from '../helpers/sending-scene.ts'
import {governance} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const admin = governance.address
const {artMetis} = localLst.artemis
const {eMetis, seMetis, enki, config, redemptionQueue} = localEnki
const {stMetis, priorityPool, strategy, wstMetis} = localStakelink
const {MAI, 'm.USDC': usdc} = localTokens
const NOWHERE: Address = '0x00000000000000000000000000000000000000dd'

let scene: SendingScene
beforeAll(async () => (scene = await startSendingScene()))
afterAll(() => scene[Symbol.asyncDispose]())
beforeEach(() => scene.reset())

const govern = (to: Address, abi: Abi, fn: string, args: readonly unknown[], from = admin) =>
  scene.act(from, to, abi, fn, args)
const setEnki = (name: string, value: bigint) =>
  govern(config, enkiConfigAbi, 'setValue', [name, value])
const withoutCode = (at: Address) => scene.chain.l2.request('anvil_setCode', [at, '0x'])
const aave = (fn: string, ...args: unknown[]) => govern(localAave.pool, aavePoolAbi, fn, args)
const shoebill = (fn: string, ...args: unknown[]) =>
  govern(localShoebill.comptroller, comptrollerAbi, fn, args)
const stablis = (fn: string, ...args: unknown[]) =>
  govern(localStablis.attributes, attributesAbi, fn, args)
const price = (value: bigint) =>
  govern(localFeeds['METIS/USD'], marketFeedAbi, 'setAnswer', [value])

/** A command line that is refused, with its code and the words that say why. */
type Refusal = readonly [line: string, code: string, why: RegExp]
/** A command line that works, and the figures that it changes. */
type Exit = readonly [line: string, ...figures: Figure[]]

interface State {
  name: string
  enter(): Promise<unknown>
  refused: readonly Refusal[]
  /** Each from the state itself, so that none of them makes room for another. */
  exits: readonly Exit[]
  home?: HomeName
}

const enkiExits: readonly Exit[] = [
  ['lst claim enki', metis(3n * METIS)],
  ['lst withdraw enki 1 --token eMETIS', held('eMETIS', eMetis, -METIS), inQueue(METIS)],
  ['lst cancel enki 2', held('eMETIS', eMetis, (396n * METIS) / 100n)],
]
const artemisClaim: Exit = ['lst claim artemis', metis(2n * METIS)]
const stakelinkClaim: Exit = ['lst claim stakelink', metis(3n * METIS)]
const stakelinkExits: readonly Exit[] = [
  stakelinkClaim,
  ['lst withdraw stakelink 1', held('stMETIS', stMetis, -METIS), metis(METIS)],
]

const providers: State[] = [
  {
    name: 'Enki is paused',
    enter: () => setEnki('isPaused', 1n),
    refused: [
      ['lst deposit enki 1', 'LST_CLOSED', /The vault is paused/],
      ['lst withdraw enki 1', 'LST_PAUSED', /Enki is not paused; actual: paused/],
      ['lst vest enki stake --amount 1', 'LST_PAUSED', /actual: paused/],
      ['lst vest enki unstake', 'LST_PAUSED', /actual: paused/],
    ],
    exits: [...enkiExits, ['lst vest enki claim']],
  },
  {
    name: 'Enki is open to beta users only',
    enter: () => setEnki('isPublic', 0n),
    refused: [
      ['lst deposit enki 1', 'LST_CLOSED', /open to beta users only/],
      ['lst withdraw enki 1', 'ROLE_MISSING', /the vault is public/],
    ],
    exits: [...enkiExits, ['lst vest enki claim']],
  },
  {
    name: 'the minter of Enki has no code',
    enter: () => withoutCode(localEnki.minter),
    refused: [['lst deposit enki 1', 'LST_CLOSED', /no contract at the address of minter/]],
    exits: [
      ...enkiExits,
      ['lst withdraw enki 1', held('seMETIS', seMetis, -METIS), inQueue((7n * METIS) / 10n)],
      ['lst vest enki unstake', held('ENKI', enki, 10n * METIS)],
    ],
  },
  {
    name: 'the config of Enki names the minter of somebody else',
    enter: () => setEnki('eMetisMinter', BigInt(stMetis)),
    refused: [['lst deposit enki 1', 'LST_CLOSED', /minter is missing, or belongs to another/]],
    exits: enkiExits,
  },
  {
    name: 'the config of Enki names no dispatcher of rewards',
    enter: () => setEnki('rewardDispatcher', 0n),
    refused: [['lst deposit enki 1', 'LST_CLOSED', /rewardDispatcher is missing/]],
    exits: enkiExits,
  },
  {
    // What pays is not proven, so nothing is sent to it.
    name: 'the queue of Enki has no code',
    enter: () => withoutCode(redemptionQueue),
    refused: [
      ['lst deposit enki 1', 'LST_CLOSED', /no contract at the address of redemptionQueue/],
      ['lst claim enki', 'CONTRACT_MISCONFIGURED', /no-code: redemptionQueue/],
      ['lst withdraw enki 1', 'CONTRACT_MISCONFIGURED', /no-code: redemptionQueue/],
    ],
    exits: [],
  },
  {
    name: 'stake.link is draining',
    enter: () => govern(priorityPool, priorityPoolAbi, 'setPoolStatus', [1]),
    refused: [['lst deposit stakelink 1', 'LST_CLOSED', /draining; withdrawals go on/]],
    exits: [
      ...stakelinkExits,
      ['lst withdraw stakelink 1 --token wstMETIS', held('wstMETIS', wstMetis, -METIS)],
    ],
  },
  {
    name: 'stake.link is closed',
    enter: () => govern(priorityPool, priorityPoolAbi, 'setPoolStatus', [2]),
    refused: [
      ['lst deposit stakelink 1', 'LST_CLOSED', /closed in both directions/],
      ['lst withdraw stakelink 1', 'LST_PAUSED', /takes withdrawals; actual: closed/],
    ],
    exits: [stakelinkClaim],
  },
  {
    name: 'stake.link is full and its queue is paused',
    async enter() {
      await govern(strategy, l2StrategyAbi, 'setMaxDeposits', [0n])
      await govern(priorityPool, priorityPoolAbi, 'pauseForUpdate', [])
    },
    refused: [['lst deposit stakelink 1', 'LST_CLOSED', /no room, and its queue is paused/]],
    exits: stakelinkExits,
  },
  {
    name: 'the strategy of stake.link has no way to L1 anymore',
    enter: () => govern(strategy, l2StrategyAbi, 'setL2Transmitter', [zeroAddress]),
    refused: [['lst deposit stakelink 1', 'LST_CLOSED', /transmitter is missing/]],
    exits: stakelinkExits,
  },
  {
    name: 'the pool of stake.link obeys another priority pool',
    enter: () => govern(stMetis, stakingPoolAbi, 'setPriorityPool', [NOWHERE]),
    refused: [
      ['lst deposit stakelink 1', 'LST_CLOSED', /stMetis is missing, or belongs to another/],
      ['lst withdraw stakelink 1', 'CONTRACT_MISCONFIGURED', /mismatch: stMetis/],
    ],
    exits: [],
  },
  {
    name: 'the address book of Artemis has no code',
    enter: () => withoutCode(localLst.artemis.config),
    refused: [
      ['lst deposit artemis 1', 'LST_CLOSED', /no contract at the address of config/],
      ['lst withdraw artemis 1', 'CONTRACT_MISCONFIGURED', /no-code: config/],
    ],
    exits: [artemisClaim],
  },
  {
    name: 'the address book of Artemis names another deposit pool',
    enter: () =>
      govern(localLst.artemis.config, amtConfigAbi, 'setContract', [
        ...[keccak256(toBytes('AMT_DEPOSIT_POOL')), NOWHERE],
      ]),
    refused: [
      ['lst deposit artemis 1', 'LST_CLOSED', /another address for depositPool/],
      ['lst withdraw artemis 1', 'CONTRACT_MISCONFIGURED', /mismatch: depositPool/],
    ],
    exits: [artemisClaim],
  },
  {
    name: 'the withdrawal manager of Artemis has no code',
    enter: () => withoutCode(localLst.artemis.withdrawalManager),
    refused: [
      ['lst deposit artemis 1', 'LST_CLOSED', /no contract at the address of withdrawalManager/],
      ['lst claim artemis', 'NO_CONTRACT', /^The address 0x[0-9a-fA-F]{40} /],
      ['lst withdraw artemis 1', 'NO_CONTRACT', /^The address 0x[0-9a-fA-F]{40} /],
    ],
    exits: [],
  },
]

const lending: State[] = [
  {
    name: 'the reserves of Aave are frozen',
    async enter() {
      for (const reserve of [l2Metis, usdc]) await aave('setReserveFrozen', reserve, true)
    },
    refused: [
      ['lend supply 1 METIS', 'RESERVE_CLOSED', /actual: frozen/],
      ['lend borrow 1 m.USDC', 'RESERVE_CLOSED', /actual: frozen/],
    ],
    exits: [
      ['lend withdraw 1 METIS', metis(METIS)],
      ['lend repay 10 m.USDC', held('m.USDC', usdc, -10_000_000n)],
    ],
  },
  {
    // Nothing moves by the rule of the contract, not even a repayment; the other reserve does.
    name: 'a reserve of Aave is paused',
    enter: () => aave('setReservePaused', usdc, true),
    refused: [
      ['lend supply 1 m.USDC', 'RESERVE_CLOSED', /actual: paused/],
      ['lend borrow 1 m.USDC', 'RESERVE_CLOSED', /actual: paused/],
      ['lend repay 10 m.USDC', 'RESERVE_CLOSED', /actual: paused/],
    ],
    exits: [['lend withdraw 1 METIS', metis(METIS)]],
  },
  {
    name: 'a reserve of Aave is not active',
    enter: () => aave('setReserveActive', usdc, false),
    refused: [
      ['lend supply 1 m.USDC', 'RESERVE_CLOSED', /actual: inactive/],
      ['lend borrow 1 m.USDC', 'RESERVE_CLOSED', /actual: inactive/],
    ],
    exits: [['lend withdraw 1 METIS', metis(METIS)]],
  },
  {
    name: 'the caps of Aave are reached',
    async enter() {
      await aave('setCaps', l2Metis, 1n, 1n)
      await aave('setCaps', usdc, 1n, 1n)
    },
    refused: [
      ['lend supply 1 METIS', 'CAP_REACHED', /within the cap/],
      ['lend borrow 1 m.USDC', 'CAP_REACHED', /within the cap/],
    ],
    exits: [
      ['lend withdraw 1 METIS', metis(METIS)],
      ['lend repay 10 m.USDC', held('m.USDC', usdc, -10_000_000n)],
    ],
  },
  {
    name: 'METIS adds no borrowing power on Aave',
    enter: () => aave('configureReserveAsCollateral', l2Metis, 0n, 4000n, 11_000n),
    refused: [
      ['lend borrow 1 m.USDC', 'COLLATERAL_LOW', /METIS with an LTV of 0 %/],
      ['lend supply 1 METIS', 'TRAP', /METIS has an LTV of 0/],
    ],
    exits: [
      ['lend withdraw 1 METIS', metis(METIS)],
      ['lend repay 10 m.USDC', held('m.USDC', usdc, -10_000_000n)],
    ],
  },
  {
    name: 'METIS has no price on Aave',
    enter: () => price(0n),
    refused: [['lend borrow 1 METIS', 'PRICE_UNKNOWN', /METIS has a price/]],
    exits: [['lend repay 10 m.USDC', held('m.USDC', usdc, -10_000_000n)]],
  },
  {
    name: 'the guardian of Shoebill has paused minting and borrowing',
    async enter() {
      await lendOnShoebill()
      await shoebill('setMintPaused', localShoebillMarkets.metis, true)
      await shoebill('setBorrowPaused', localShoebillMarkets.lst, true)
    },
    refused: [
      ['lend supply 1 METIS --market shoebill', 'RESERVE_CLOSED', /actual: paused/],
      ['lend borrow 1 artMETIS --market shoebill', 'RESERVE_CLOSED', /actual: paused/],
    ],
    exits: [
      ['lend withdraw 1 METIS --market shoebill', metis(METIS)],
      ['lend repay 1 artMETIS --market shoebill', held('artMETIS', artMetis, -METIS)],
    ],
  },
  {
    name: 'Shoebill knows no price',
    async enter() {
      await lendOnShoebill()
      await price(0n)
    },
    refused: [['lend borrow 1 artMETIS --market shoebill', 'PRICE_UNKNOWN', /has a price/]],
    exits: [['lend repay 1 artMETIS --market shoebill', held('artMETIS', artMetis, -METIS)]],
  },
]

const vaults: State[] = [
  {
    name: 'QiDao has nothing left to lend',
    async enter() {
      const left = await scene.read(MAI, erc20Abi, 'balanceOf', [localQiDao.vault])
      await scene.act(localQiDao.vault, MAI, erc20Abi, 'transfer', [NOWHERE, left])
    },
    refused: [
      ['cdp open 100 500', 'LIQUIDITY_LOW', /the contract can lend it; actual: 0 MAI/],
      ['cdp adjust 1 --borrow 10', 'LIQUIDITY_LOW', /actual: 0 MAI/],
    ],
    exits: [
      ['cdp adjust 1 --repay 100', inVault('vaultDebt', 1n, -100n * METIS)],
      ['cdp adjust 1 --withdraw 5', inVault('vaultCollateral', 1n, -5n * METIS)],
      ['cdp close 3', held('MAI', MAI, -500n * METIS), inVault('vaultDebt', 3n, -500n * METIS)],
    ],
  },
  {
    // The fee of a repayment is counted in collateral at that price: without one the contract takes none either.
    name: 'QiDao knows no price',
    async enter() {
      await scene.run('own', 'cdp adjust 2 --deposit 4 --yes')
      await price(0n)
    },
    refused: [
      ['cdp adjust 1 --borrow 10', 'PRICE_UNKNOWN', /the feed has a price/],
      ['cdp adjust 1 --repay 100', 'PRICE_UNKNOWN', /the feed has a price/],
      ['cdp close 3', 'PRICE_UNKNOWN', /the feed has a price/],
    ],
    exits: [
      ['cdp adjust 2 --withdraw 4', metis(4n * METIS)],
      ['cdp close 2', metis(4n * METIS)],
    ],
  },
  {
    name: 'Stablis is paused',
    async enter() {
      await openChest()
      await stablis('pause')
    },
    refused: [
      ['cdp adjust 0 --borrow 10 --market stablis', 'RESERVE_CLOSED', /paused/],
      ['cdp adjust 0 --deposit 1 --market stablis', 'RESERVE_CLOSED', /paused/],
    ],
    exits: chestExits(),
  },
  {
    name: 'Stablis takes no more of the collateral',
    async enter() {
      await openChest()
      await stablis('setDepositAllowed', artMetis, false)
    },
    refused: [
      ['cdp adjust 0 --deposit 1 --market stablis', 'RESERVE_CLOSED', /artMETIS is accepted/],
    ],
    exits: chestExits(),
  },
]

const pools: State[] = [
  {
    name: 'a pool was created and never filled',
    enter: () =>
      scene.act(owner, localNetswap.factory, netswapFactoryAbi, 'createPair', [MAI, l2Metis]),
    refused: [
      ['pool swap 1 METIS MAI', 'LIQUIDITY_LOW', /the pool of METIS and MAI has liquidity/],
      ['pool add 1 MAI METIS', 'LIQUIDITY_LOW', /has liquidity; actual: 0 MAI and 0 METIS/],
      ['pool add max MAI METIS', 'LIQUIDITY_LOW', /has liquidity/],
      ['pool remove 1 MAI METIS', 'AMOUNT_OUT_OF_RANGE', /worth something/],
    ],
    exits: [],
  },
  {
    name: 'everybody else has left the pool',
    async enter() {
      const pair = (await scene.read(localNetswap.factory, netswapFactoryAbi, 'getPair', [
        ...[artMetis, l2Metis],
      ])) as Address
      const all = (await scene.read(pair, erc20Abi, 'balanceOf', [admin])) as bigint
      await scene.act(admin, pair, erc20Abi, 'approve', [localNetswap.router, all])
      const leave = [artMetis, all, 0n, 0n, admin, 2n ** 64n]
      await scene.act(admin, localNetswap.router, netswapRouterAbi, 'removeLiquidityMetis', leave)
    },
    refused: [['pool swap 20 METIS artMETIS', 'TRAP', /less than the current price/]],
    exits: [
      [
        'pool remove max artMETIS METIS',
        held('artMETIS', artMetis, 20n * METIS),
        shares((-199499n * METIS) / 10_000n),
      ],
    ],
  },
]

const onL1: State[] = [
  {
    name: 'LockingPool is paused',
    enter: () =>
      scene.chain.act(office, scene.chain.at.lockingPool, lockingPoolAbi, 'setPause', [true]),
    home: 'office',
    refused: [
      ['lst provider relock enki', 'LST_PAUSED', /paused/],
      ['lst provider claim-rewards artemis', 'LST_PAUSED', /paused/],
    ],
    exits: [['lst provider unlock-withdrawals artemis']],
  },
]

/** A supply and a loan of one who entered both markets. */
async function lendOnShoebill(): Promise<void> {
  const {comptroller} = localShoebill
  const {metis: market, lst} = localShoebillMarkets
  await scene.act(owner, market, cEtherAbi, 'mint', [], 100n * METIS)
  await scene.act(owner, comptroller, comptrollerAbi, 'enterMarkets', [[market, lst]])
  await scene.run('own', 'lend borrow 5 artMETIS --market shoebill --yes')
  forgetJournal(scene.homes.own)
}

/** With enough of the stablecoin to close it. */
async function openChest(): Promise<void> {
  await scene.run('own', 'cdp open 35 500 --market stablis --yes')
  await scene.run('own', 'pool swap 1 METIS USDS --yes')
}

function chestExits(): readonly Exit[] {
  return [
    ['cdp adjust 0 --repay 2 --market stablis', held('USDS', localStablis.usds, -2n * METIS)],
    ['cdp adjust 0 --withdraw 1 --market stablis', held('artMETIS', artMetis, METIS)],
    ['cdp close 0 --market stablis', held('artMETIS', artMetis, 35n * METIS)],
  ]
}

const states = [...providers, ...lending, ...vaults, ...pools, ...onL1]

const nonces = (from: Address) =>
  Promise.all(
    (['l1', 'l2'] as const).map((on) =>
      scene.chain[on].request('eth_getTransactionCount', [from, 'pending']),
    ),
  )

test.each(states)('$name: refused before it is signed, and the way out pays', async (state) => {
  const {enter, refused, exits, home = 'own'} = state
  const temp = scene.homes[home]
  const from = home === 'office' ? office : owner
  const run = (line: string) => runCli([...line.split(' '), '--yes', '--json'], {home: temp.root})
  await enter()
  forgetJournal(temp)
  const before = await nonces(from)

  for (const [line, code, why] of refused) {
    const {json, stderr} = await run(line)
    expect({line, code: json?.error?.code}, stderr).toEqual({line, code})
    expect(json?.error?.message, line).toMatch(why)
    expect(json?.error?.hints, line).not.toEqual([])
  }
  expect(await nonces(from)).toEqual(before)
  expect(journalOf(temp)).toEqual([])

  for (const [line, ...figures] of exits) {
    const snapshot = await scene.chain.l2.request('evm_snapshot')
    const values = await readFigures(scene, figures)
    const {json, stderr} = await run(line)
    expect({line, error: json?.error}, stderr).toEqual({line, error: null})
    expect(await nonces(from)).not.toEqual(before)
    await expectChanged(scene, figures, values)
    await scene.chain.l2.request('evm_revert', [snapshot])
    forgetJournal(temp)
  }
})
