import type {Abi} from 'viem'

import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {eMetisAbi} from '../../abis/e-metis.ts'
import {eMetisMinterAbi} from '../../abis/e-metis-minter.ts'
import {enkiConfigAbi} from '../../abis/enki-config.ts'
import {enkiDealerAbi} from '../../abis/enki-dealer.ts'
import {enkiRedemptionQueueAbi} from '../../abis/enki-redemption-queue.ts'
import {enkiRewardDispatcherAbi} from '../../abis/enki-reward-dispatcher.ts'
import {enkiSequencerAgentAbi} from '../../abis/enki-sequencer-agent.ts'
import {enkiVestingAbi} from '../../abis/enki-vesting.ts'
import {erc20Abi} from '../../abis/erc20.ts'
import {l1MessengerAbi} from '../../abis/l1-messenger.ts'
import {l2MessengerAbi} from '../../abis/l2-messenger.ts'
import {seMetisAbi} from '../../abis/se-metis.ts'
import type {LstAmounts} from '../amounts.ts'

export const enkiAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['EMetisMinter', eMetisMinterAbi],
  ['SeMetis', seMetisAbi],
  ['EnkiRedemptionQueue', enkiRedemptionQueueAbi],
  ['EnkiVesting', enkiVestingAbi],
  ['EnkiRewardDispatcher', enkiRewardDispatcherAbi],
  ['EnkiConfig', enkiConfigAbi],
  ['EMetis', eMetisAbi],
  ['EnkiToken', erc20Abi],
  ['LpToken', erc20Abi],
  ['EnkiDealer', enkiDealerAbi],
  ['EnkiSequencerAgent', enkiSequencerAgentAbi],
  ['L1Messenger', l1MessengerAbi],
  ['L2Messenger', l2MessengerAbi],
]

/** Each contract counts in a token of its own; the minter in METIS. */
export const enkiAmounts: readonly LstAmounts[] = [
  {
    token: enki.token,
    names: /^_?shares$/,
    isTokenArgument: (contract, name) => contract === 'SeMetis' && name !== 'assets',
  },
  {
    token: ENKI_RECEIPT,
    names: /^_?(?:assets|[mb]_amount|amountToRedeem)$/,
    isTokenArgument: (contract, name) =>
      name === 'amountToRedeem' || ['EMetis', 'SeMetis', 'EnkiRewardDispatcher'].includes(contract),
  },
  {
    token: 'ENKI',
    names: /^_?amount$/,
    isTokenArgument: (contract) => ['EnkiToken', 'EnkiVesting'].includes(contract),
  },
  {
    token: 'LP',
    names: /^_?lpAmount$/,
    isTokenArgument: (contract, name) => contract === 'LpToken' || name === 'lpAmount',
  },
]
