import type {LstAbout, LstAddresses} from '../about.ts'

export const artemis = {
  id: 'artemis',
  name: 'Artemis',
  token: 'artMETIS',
  kind: 'reward-bearing',
  capabilities: ['deposit', 'withdraw', 'claim'],
  requestIds: 'position',
  owesUnclaimedRewards: false,
  title: 'Artemis on L2.',
  contracts: {
    artMetis: {contract: 'ArtMetis', label: 'artMETIS', isToken: true},
    depositPool: {contract: 'AMTDepositPool'},
    rewardPool: {contract: 'AMTRewardPool'},
    withdrawalManager: {contract: 'AMTWithdrawalManager'},
    config: {contract: 'AMTConfig'},
  },
  entry: 'depositPool',
  entryLabel: 'Artemis deposit pool',
  registrations: {
    andromeda: {
      status: 'chosen',
      vote: 'https://ceg.vote/t/428',
      l1Owners: ['0x735Aad08c5eF7620b6422E85613f8335Ec07b573'],
      l1Holders: ['0x014e8248D3B681d4ed703dE60885052Ff4321F5d'],
    },
  },
  deployments: {
    andromeda: {
      artMetis: '0x2583A2538272f31e9A15dD12A432B8C96Ab4821d',
      depositPool: '0x96C4A48Abdf781e9c931cfA92EC0167Ba219ad8E',
      rewardPool: '0x0Cf6ab3c169B0169E35aD58D350CbACdaF80E139',
      withdrawalManager: '0x13E029B6631c0540126c2cdf1675316C971bEB94',
      config: '0x4D32C8Ff2fACC771eC7Efc70d6A8468bC30C26bF',
    },
  },
} as const satisfies LstAbout

export type ArtemisContracts = LstAddresses<typeof artemis>
