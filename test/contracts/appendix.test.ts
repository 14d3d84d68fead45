import {type Abi, toEventSelector, toFunctionSelector} from 'viem'
import {expect, test} from 'vitest'

import {addressManagerAbi} from '../../src/chain/abis/address-manager.ts'
import {amtDepositPoolAbi} from '../../src/chain/abis/amt-deposit-pool.ts'
import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {eMetisMinterAbi} from '../../src/chain/abis/e-metis-minter.ts'
import {enkiRedemptionQueueAbi} from '../../src/chain/abis/enki-redemption-queue.ts'
import {enkiRewardDispatcherAbi} from '../../src/chain/abis/enki-reward-dispatcher.ts'
import {discountOracleAbi} from '../../src/chain/abis/discount-oracle.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {stakingPoolAbi} from '../../src/chain/abis/staking-pool.ts'

/** The hashes that clients of the real contracts use, by the contract of ours that must have them. */
const known: [string, Abi, string][] = [
  [
    'LockingPool functions',
    lockingPoolAbi,
    `lockFor 0xaf70cba5 lockWithRewardRecipient 0x9ad42030 relock 0x015bb180 withdraw 0x441a3e70
    withdrawRewards 0x17396687 unlock 0x262c0e66 unlockClaim 0x8ddc74de forceUnlock 0xca99e838
    updateSigner 0xf41a9642 setSequencerRewardRecipient 0xd83b0e14 setSequencerOwner 0xa953791f
    batchSubmitRewards 0x11c7d144 setWhitelist 0x53d6fd59 whitelist 0x9b19251a
    sequencers 0x6ba7ccff seqOwners 0x169abefc seqSigners 0xbeb26755 curBatchState 0xb4472970
    currentBatch 0x76cd940e rewardPerBlock 0x8ae39cac updateBlockReward 0xf580ffcb
    mpcAddress 0x111f4630 escrow 0xe2fdcc17`,
  ],
  [
    'LockingPool errors',
    lockingPoolAbi,
    `NoRewardRecipient 0xc4fc1dcc NoSuchSeq 0x2f0edabe NotSeqOwner 0xa91da8ff
    NotSeqSigner 0x6b95264b NotWhitelisted 0x584a7938 NullAddress 0xe99d5ac5
    OwnedSequencer 0x4e1fb3bc SeqNotActive 0xc4946571 SignerExisted 0xb5013d2b`,
  ],
  [
    'LockingPool events',
    lockingPoolAbi,
    `DistributeReward 0x57f14bf0f24025b2c737413d121021e1a6ede039533e1215eda6f20002baf0a1
    SequencerOwnerChanged 0x4078101d3657bf2f1ee46f64d5c94266d244d71bb0daa460336d3d6f11c9a4ac
    SequencerRewardRecipientChanged
    0x357bb123cabaf224688e3d8de5feb37d685dc3a27012a7bce1201c49bc369cb6
    SetWhitelist 0xf6019ec0a78d156d249a1ec7579e2321f6ac7521d6e1d2eacf90ba4a184dcceb
    RewardUpdate 0xf67f33e8589d3ea0356303c0f9a8e764873692159f777ff79e4fc523d389dfcd
    OwnershipTransferred 0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0
    Paused 0x62e78cea01bee320cd4e420270b5ea74000d11b0c9f74754ebdbfc544b05a258
    Unpaused 0x5db9ee0a495bf2e6ff9c91a7834c1ba4fdd244a5e8aa4e537bd38aeae4b073aa`,
  ],
  [
    'LockingInfo functions',
    lockingInfoAbi,
    `minLock 0xf037c630 maxLock 0x6c0b3e46 totalLocked 0x56891412 rewardPayer 0x6eb27154
    bridge 0xe78cea92`,
  ],
  [
    'LockingInfo events',
    lockingInfoAbi,
    `Locked 0xe6f1eb1f1d0ca344d03cf47b9e6ece8a7d3b196e38dd7dd2307cca75e26682a8
    Relocked 0x33a87ba488658b3d1319098cd49c6d65b72a79c0f3530fec611e7afffed04395
    LockUpdate 0xd716c027b3dd610e4534df756848128bbb159a757724c17d89fcc4d0151b1f30
    Withdraw 0x56ca301a9219608c91e7bcee90e083c19671d2cdcc96752c7af291cee5f9c8c8
    ClaimRewards 0x18c7dc2a1800c409227dc12c0c05ada9c995ebfe0e42ae6d65f1b3ae3e6111de
    UnlockInit 0x06d9e13438f0daf13a71d63f3f8579db8bdeb299e4b651942313c73224d7af69
    Unlocked 0x5245d528087a96a64f4589a764f00061e4671eab90cb1e019b1a5b24b2e4c2a8
    SignerChange 0x086044c0612a8c965d4cccd907f0d588e40ad68438bd4c1274cac60f4c3a9d1f
    BatchSubmitReward 0x9e5aedd489785d05ba086064386f2e75b3e497d3dc00a54ed1c78bfc50a3953f`,
  ],
  [
    'SequencerSet functions',
    metisSequencerSetAbi,
    `commitEpoch 0x4fb71bdd recommitEpoch 0x2c91c679 epochs 0xc6b61e4c
    currentEpochNumber 0x6903beb4 currentEpoch 0x76671808 getEpochByBlock 0x46df33d2
    getMetisSequencer 0x3edae769 finalizedBlock 0x4084c3ab finalizedEpoch 0x6bfa7398
    epochLength 0x57d775f8 mpcAddress 0x111f4630`,
  ],
  [
    'SequencerSet events',
    metisSequencerSetAbi,
    `NewEpoch 0x9030849b7c46dbbea7911d67c5814a2ab19c0704c448defc9b87589447844cc6
    ReCommitEpoch 0x2cfee2bd8227abd70bbef63ce6f35d2e365c731d553d9d2231073f80b01831da
    MpcAddressUpdated 0x9416d5b743f4c1409b0213ee5d1e57e8515f4be68a32fbbda85f838891b421da
    EpochUpdated 0xb33a1f54dde4e0082c45281b338d78b2c4b5be163b6ffffa5d0d6d1050ba5a58`,
  ],
  ['the L1 bridge', l1StandardBridgeAbi, 'depositERC20ToByChainId 0xef808be2'],
  ['the fee oracle', discountOracleAbi, 'getDiscount 0xd137874b getMinL2Gas 0xbf53926e'],
  ['the address manager', addressManagerAbi, 'getAddress 0xbf40fac1'],
  [
    'the Artemis deposit pool',
    amtDepositPoolAbi,
    `deposit 0xf1215d25 getArtMetisAmountToMint 0x249626d3 totalDeposits 0x7d882097
    MetisDeposited 0x87ac5a95b1d8bc540424daa8c1ff9e57061585b5bd998b6881f7b405eb42a20b
    Harvested 0x121c5042302bae5fc561fbc64368f297ca60a880878e1e3a7f7e9380377260bf`,
  ],
  [
    'the Artemis withdrawal manager',
    amtWithdrawalManagerAbi,
    `initiateWithdrawal 0x12edde5e completeWithdrawal 0xe03ff7cb nextUnlockNonce 0xc9233fe5
    WithdrawRequestInitiated
    0xde69bf86969d00785fdea5b0db563b70377308f2c9697ad4778f7c6a144c6b32`,
  ],
  [
    'the Enki minter',
    eMetisMinterAbi,
    `mint 0x8240e79a Minted 0x4065efab2cf24296b810a3efeeebb7b31cf8e193e5266cec20eeedc31d8dbefc`,
  ],
  [
    'the Enki redemption queue',
    enkiRedemptionQueueAbi,
    `enterRedemptionQueue 0x4f4798ae redeemRedemptionTicketNft 0xcc928d52
    cancelRedemptionTicketNft 0xcc16ca93 reduceRedemptionMaturity 0x770b7b38
    nftInformation 0x16b79639
    EnterRedemptionQueue 0x6d276369c2c335a7a5cd8eeda9c75ea535f37c65e580d36fd3ab8ce3d1297a00
    RedeemRedemptionTicketNft
    0x2bb34f95ef23b2c81d8c149136c7ebb303c6525e5795d78e15be628068b2e5d2`,
  ],
  [
    'the Enki reward dispatcher',
    enkiRewardDispatcherAbi,
    'Dispatched 0x929c30b248a2b23bb2e1ab7c63cbbd5e53480d01e032310e7de1d3865e2fb937',
  ],
  ['the priority pool of stake.link', priorityPoolAbi, 'deposit 0x654e5b13 withdraw 0x314b28aa'],
  [
    'the staking pool of stake.link',
    stakingPoolAbi,
    `UpdateStrategyRewards
    0x04f794b9bb152df3a9f2aa7b424206ce2c2c26ef386bb1fea8325cdfdcd33956`,
  ],
]

/** An error is selected like a function without a mutability. */
function hashOf(item: Abi[number]): string {
  if (item.type === 'event') return toEventSelector(item)
  if (item.type === 'function') return toFunctionSelector(item)
  if (item.type === 'error') return toFunctionSelector({...item, type: 'function'} as never)
  return ''
}

test.each(known)('%s have the known selectors and topics', (_, abi, text) => {
  const words = text.split(/\s+/)
  expect(words.length % 2).toBe(0)
  for (let index = 0; index < words.length; index += 2) {
    const [name, hash] = [words[index]!, words[index + 1]!]
    const found = abi.filter((item) => 'name' in item && item.name === name).map(hashOf)
    expect([name, ...found]).toEqual([name, hash])
  }
})
