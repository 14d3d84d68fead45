/** Every command that sends, as it is run in the scene of `sending-scene.ts`. */
import {rmSync} from 'node:fs'

import type {Address} from 'viem'
import {expect} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {readNetwork} from '../../src/store/networks.ts'
import {held, inQueue, inVault, metis, shares, type Figure} from './figures.ts'
import {accountOf} from './l2-chain.ts'
import {
  applicants,
  heir,
  office,
  owner,
  signer,
  type HomeName,
  type SendingScene,
} from './sending-scene.ts'

const METIS = 10n ** 18n
const EXIT_SECONDS = 21 * 86_400
/** The fee that a reward of 200,000 gas at 1 gwei needs. */
const FEE_WEI = 200_000_000_000_000n

export interface SendingCommand {
  /** `SIGNED` and `PROVIDER` stand for files of the home. */
  line: string
  from: Address
  home: HomeName
  chain: 'l1' | 'l2'
  /** Transactions of the whole plan. */
  count: number
  before?: (scene: SendingScene) => Promise<void>
  /** It signs nothing and plans nothing: the bytes come from elsewhere. */
  signedBefore?: true
  /** Number of the transaction, from one, that moves value of its own before others follow. */
  moves?: number
  /** Figures of the chain and how much the command changes them: once, and to a hundredth. */
  figures?: readonly Figure[]
  /** More than a figure that has to hold in the end. */
  after?: (scene: SendingScene) => Promise<void> | void
}

/** The words of a command, with the files of its home. */
export function wordsOf({homes}: SendingScene, {line, home}: SendingCommand): string[] {
  const file = (name: string) => homes[home].path(name)
  return line
    .replace('SIGNED', file('signed.json'))
    .replace('PROVIDER', file('provider.json'))
    .split(' ')
}

const own = {from: owner, home: 'own', chain: 'l1', count: 1} as const
const byOffice = {...own, from: office, home: 'office'} as const
const onL2 = {...own, chain: 'l2'} as const
const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
const setRecipient = `sequencer set-recipient 1 --recipient ${heir}`

const {artMetis} = localLst.artemis
const {eMetis, seMetis, enki} = localEnki
const {stMetis, wstMetis} = localStakelink
const {MAI, 'm.USDC': usdc} = localTokens

const onSequencers: SendingCommand[] = [
  {...own, line: 'sequencer register --amount 20000', from: heir, home: 'fresh', count: 2},
  {...own, line: 'stake increase 1 --amount 1000'},
  {...own, line: 'stake restake 1'},
  {...own, line: 'stake withdraw 1 --amount 1000 --override shared-throttle'},
  {...own, line: setRecipient},
  {
    ...own,
    line: `sequencer set-owner 1 --new-owner ${accountOf('buyer').address} --override new-owner-not-ready --confirm 1`,
  },
  {
    ...own,
    line: `sequencer rotate-signer 1 --signer-pubkey ${publicKey} --override shared-throttle --override unpaid-blocks`,
    from: signer,
  },
  {...own, line: 'reward claim 1'},
  {...own, line: 'exit start 1 --override producing --confirm 1'},
  {...own, line: 'exit finish 1', before: unlocked},
  {...byOffice, line: `sequencer allow ${accountOf('newcomer').address}`},
  {...byOffice, line: `sequencer disallow ${heir}`},
  {...byOffice, line: 'governance set-reward --per-block 0.001'},
  {...byOffice, line: 'governance set-limits --min-lock 15000 --max-lock 120000', count: 2},
  {...byOffice, line: 'governance approve-payer --amount 100'},
  {...own, line: 'tx send SIGNED', before: signedElsewhere, signedBefore: true},
]

const withProviders: SendingCommand[] = [
  {...onL2, line: 'lst deposit artemis 1', figures: [held('artMETIS', artMetis, METIS)]},
  {...onL2, line: 'lst withdraw artemis 1', figures: [held('artMETIS', artMetis, -METIS)]},
  {...onL2, line: 'lst claim artemis', figures: [metis(2n * METIS)]},
  {...onL2, line: 'lst deposit enki 1', count: 2, figures: [held('seMETIS', seMetis, METIS)]},
  {
    ...{...onL2, line: 'lst withdraw enki 1', count: 3, moves: 1},
    figures: [held('seMETIS', seMetis, -METIS), inQueue((7n * METIS) / 10n)],
  },
  {
    ...{...onL2, line: 'lst withdraw enki 1 --token eMETIS', count: 2},
    figures: [held('eMETIS', eMetis, -METIS), inQueue(METIS)],
  },
  {...onL2, line: 'lst claim enki', count: 2, figures: [metis(3n * METIS), inQueue(-3n * METIS)]},
  {
    ...{...onL2, line: 'lst claim enki --id 0 --id 1', count: 2},
    figures: [metis(3n * METIS), inQueue(-3n * METIS)],
  },
  // A hundredth is the fee.
  {...onL2, line: 'lst cancel enki 2', figures: [held('eMETIS', eMetis, (396n * METIS) / 100n)]},
  {
    ...{...onL2, line: `lst speed-up enki 2 --lp ${enki} --amount 1`, count: 2},
    figures: [held('ENKI', enki, -METIS)],
  },
  {
    ...{...onL2, line: 'lst vest enki stake --amount 5', count: 2},
    figures: [held('ENKI', enki, -5n * METIS)],
  },
  {...onL2, line: 'lst vest enki claim'},
  {...onL2, line: 'lst vest enki unstake', figures: [held('ENKI', enki, 10n * METIS)]},
  {...onL2, line: 'lst deposit stakelink 1', count: 2, figures: [held('stMETIS', stMetis, METIS)]},
  {
    ...{...onL2, line: 'lst withdraw stakelink 1', count: 2},
    figures: [held('stMETIS', stMetis, -METIS), metis(METIS)],
  },
  {
    ...{...onL2, line: 'lst withdraw stakelink 1 --token wstMETIS', count: 3, moves: 1},
    figures: [held('wstMETIS', wstMetis, -METIS), held('stMETIS', stMetis, 0n), metis(METIS)],
  },
  {...onL2, line: 'lst claim stakelink', figures: [metis(3n * METIS)]},
  {...byOffice, line: 'lst provider relock enki'},
  {...byOffice, line: 'lst provider claim-rewards artemis'},
  {...byOffice, line: 'lst provider unlock-withdrawals artemis', chain: 'l2'},
  {
    ...{...byOffice, line: 'governance provider add PROVIDER', count: 2},
    after: (scene) => expect(ownersIn(scene)).toEqual(applicants),
  },
  {
    ...byOffice,
    line: 'governance provider remove artemis --override owner-locked-out',
    after: (scene) => expect(ownersIn(scene)).toBeUndefined(),
  },
]

const onMarkets: SendingCommand[] = [
  {...onL2, line: 'pool swap 1 METIS m.USDC', figures: [metis(-METIS)]},
  {
    ...{...onL2, line: 'pool add 1 artMETIS METIS', count: 2},
    figures: [held('artMETIS', artMetis, -METIS)],
  },
  {...onL2, line: 'pool remove 1 artMETIS METIS', count: 2, figures: [shares(-METIS)]},
  {...onL2, line: 'lend supply 1 METIS', count: 2, figures: [metis(-METIS)]},
  {...onL2, line: 'lend supply 1 METIS --market shoebill', count: 2, figures: [metis(-METIS)]},
  {...onL2, line: 'lend withdraw 1 METIS', figures: [metis(METIS)]},
  {...onL2, line: 'lend borrow 10 m.USDC', figures: [held('m.USDC', usdc, 10_000_000n)]},
  {
    ...{...onL2, line: 'lend repay 10 m.USDC', count: 2},
    figures: [held('m.USDC', usdc, -10_000_000n)],
  },
  // Without an empty vault one is created, and nothing else.
  {...onL2, line: 'cdp open 1 10', from: heir, home: 'fresh'},
  {
    ...{...onL2, line: 'cdp open 100 500', count: 3, moves: 2},
    figures: [inVault('vaultCollateral', 2n, 100n * METIS), inVault('vaultDebt', 2n, 500n * METIS)],
  },
  {
    ...{...onL2, line: 'cdp adjust 1 --deposit 5 --borrow 20', count: 3, moves: 2},
    figures: [
      inVault('vaultCollateral', 1n, 5n * METIS),
      inVault('vaultDebt', 1n, 20n * METIS),
      held('MAI', MAI, 20n * METIS),
    ],
  },
  {
    ...{...onL2, line: 'cdp close 3', count: 3},
    figures: [held('MAI', MAI, -500n * METIS), inVault('vaultDebt', 3n, -500n * METIS)],
  },
]

export const sendingCommands: readonly SendingCommand[] = [
  ...onSequencers,
  ...withProviders,
  ...onMarkets,
]

/** A replacement has the nonce of what it replaces. */
export const replacingCommands: readonly SendingCommand[] = [
  {...own, line: 'tx speed-up', before: stuck},
  {...own, line: 'tx cancel', before: stuck},
]

async function unlocked({chain}: SendingScene): Promise<void> {
  await chain.act(owner, chain.at.lockingPool, lockingPoolAbi, 'unlock', [1n, 0], FEE_WEI)
  await chain.l1.request('evm_increaseTime', [EXIT_SECONDS])
  await chain.l1.request('evm_mine')
}

async function signedElsewhere({homes, run}: SendingScene): Promise<void> {
  const [unsigned, signed] = ['unsigned.json', 'signed.json'].map((name) => homes.own.path(name))
  for (const file of [unsigned!, signed!]) rmSync(file, {force: true})
  await run('own', `${setRecipient} --unsigned ${unsigned}`)
  await run('own', `tx sign ${unsigned} --output ${signed} --yes --override unknown-recipient`)
}

/** One is sent and not mined. */
async function stuck({chain, run}: SendingScene): Promise<void> {
  await chain.l1.request('evm_setAutomine', [false])
  await run('own', `${setRecipient} --yes --wait none`)
}

/** Owners of the first provider on L1, as the document of the network in the home of the office has them. */
function ownersIn({homes}: SendingScene): Address[] | undefined {
  return readNetwork(homes.office.home, 'test').lstRegistry?.artemis?.l1Owners
}
