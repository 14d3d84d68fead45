/** The consensus layer, L1, endpoints, money, this machine, and several at once. */
import {
  absent,
  fresh,
  machineWith,
  moneyWith,
  nodeLook,
  nodeSetting,
  nothing,
  posLook,
  rotation,
  silent,
  setting,
  money,
} from '../helpers/dashboard-data.ts'
import {
  calm,
  noReward,
  withNode,
  localSetting,
  METIS,
  nowSeconds,
  profile,
  trouble,
  type Situation,
} from './scene.ts'

const gone = {
  signerKey: 'unreadable' as const,
  unreadableKey: 'my-signer',
  unreadableFile: '/x/password',
}

export const otherSituations: Situation[] = [
  // Consensus layer
  {
    name: 'the consensus layer is down, the next epoch is committed',
    feeds: {...calm, pos: nothing('The consensus layer does not respond.')},
    ...{state: 'warn', worst: 'pos-unreachable', text: 'consensus layer does not respond'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer is down and no further epoch is committed',
    feeds: {...calm, pos: nothing('Down.'), l2: fresh(rotation({next: null}))},
    ...{state: 'critical', worst: 'pos-unreachable', text: 'consensus layer does not respond'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer of the local network hangs',
    feeds: {...withNode(), pos: silent(posLook(), 20_000)},
    setting: localSetting,
    ...{state: 'warn', worst: 'pos-unreachable', text: 'consensus layer does not respond'},
    remedy: 'metis-seq local status',
  },
  {
    name: 'the consensus layer of the local network is gone, and no epoch is left',
    feeds: {
      ...calm,
      pos: nothing('The consensus layer does not respond.'),
      l2: fresh(rotation({epoch: null, blocksLeft: 0n, next: null})),
    },
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-no-epoch', text: 'no epoch covers the next block'},
    remedy: 'metis-seq local up --detach',
  },
  {
    name: 'Themis is 30 spans behind',
    feeds: {...calm, pos: fresh(posLook({latestSpan: 13n}))},
    ...{state: 'critical', worst: 'pos-behind', text: '30 epochs behind L2'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'Themis syncs',
    feeds: {...calm, pos: fresh(posLook({syncing: true}))},
    ...{state: 'warn', worst: 'pos-syncing', text: 'still syncing'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer cannot reach L1',
    feeds: {
      ...calm,
      pos: fresh(posLook({troubles: [{part: 'l1', message: 'L1 does not respond.', sinceMs: 0}]})),
    },
    ...{state: 'warn', worst: 'pos-trouble', text: 'reports a problem (l1)'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'no consensus layer is known',
    feeds: {...calm, pos: absent()},
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  // L1 and endpoints
  {
    name: 'L1 down',
    feeds: {l1: nothing('No L1 endpoint answers.'), money: nothing('No L1 endpoint answers.')},
    ...{state: 'warn', worst: 'l1-unreachable', text: 'L1 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L1 of the local network is gone, for this command, the node and the consensus layer',
    feeds: {
      ...withNode({
        l1: {head: 1, ageMs: 90_000, reachable: false, trouble: trouble('L1 does not respond.')},
      }),
      l1: nothing('No L1 endpoint answers.'),
      money: nothing('No L1 endpoint answers.'),
      pos: fresh(posLook({troubles: [{part: 'l1', message: 'L1 does not respond.', sinceMs: 0}]})),
    },
    setting: localSetting,
    ...{state: 'warn', worst: 'node-l1-unreachable', text: 'does not reach L1'},
    remedy: 'metis-seq local up --detach',
  },
  {
    name: 'L1 stands still',
    feeds: {...calm, l1: fresh({block: 1n, timestampSeconds: nowSeconds - 600n})},
    ...{state: 'warn', worst: 'l1-stale', text: '600 s old'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'one of two endpoints is down',
    feeds: {
      ...calm,
      endpoints: fresh([
        {chain: 'L1', endpoint: 'https://a', state: 'fresh'},
        {chain: 'L1', endpoint: 'https://b', state: 'down'},
      ]),
    },
    ...{state: 'warn', worst: 'endpoint-down', text: 'an L1 endpoint does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'one of two endpoints is behind',
    feeds: {
      ...calm,
      endpoints: fresh([
        {chain: 'L2', endpoint: 'https://a', state: 'fresh'},
        {chain: 'L2', endpoint: 'https://b', state: 'stale'},
      ]),
    },
    ...{state: 'warn', worst: 'endpoint-stale', text: 'an L2 endpoint is behind'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'endpoints contradict each other',
    feeds: {
      ...calm,
      endpoints: fresh([
        {chain: 'L1', endpoint: 'https://a', state: 'disagrees'},
        {chain: 'L1', endpoint: 'https://b', state: 'disagrees'},
      ]),
    },
    ...{state: 'critical', worst: 'endpoints-disagree', text: 'the L1 endpoints disagree'},
    remedy: `metis-seq network check ${profile}`,
  },
  // Money
  {
    name: 'the stake cannot be read, though L1 answers',
    feeds: {money: nothing('LockingPool does not respond.')},
    ...{state: 'warn', worst: 'stake-unreadable', text: 'the stake cannot be read'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'the owner is no longer whitelisted',
    feeds: {money: fresh({...noReward, ownerIsWhitelisted: false, claimCostEthWei: null})},
    ...{state: 'critical', worst: 'owner-not-whitelisted', text: 'no longer whitelisted'},
    remedy: `metis-seq sequencer show ${profile}`,
  },
  {
    name: 'the LockingPool is paused',
    feeds: {money: fresh({...noReward, paused: true, claimCostEthWei: null})},
    ...{state: 'warn', worst: 'pool-paused', text: 'paused'},
    remedy: `metis-seq governance show ${profile}`,
  },
  {
    name: 'exiting, with rewards that nobody may claim',
    feeds: {
      money: fresh(
        moneyWith(
          {
            status: 'inactive',
            unlockClaimTimeSeconds: nowSeconds + 86_400n,
            rewardMetisWei: 50n * METIS,
          },
          {claimCostEthWei: null},
        ),
      ),
    },
    ...{state: 'ok', worst: 'exit-waiting', text: 'in order'},
    remedy: `metis-seq exit status ${profile}`,
  },
  {
    name: 'the exit delay is over',
    feeds: {
      money: fresh(
        moneyWith(
          {status: 'inactive', unlockClaimTimeSeconds: nowSeconds - 86_400n},
          {claimCostEthWei: null},
        ),
      ),
    },
    ...{state: 'warn', worst: 'exit-claimable', text: 'can be claimed'},
    remedy: `metis-seq exit finish ${profile}`,
  },
  {
    name: 'the exit is finished',
    feeds: {money: fresh(moneyWith({status: 'unlocked'}, {claimCostEthWei: null}))},
    ...{state: 'ok', worst: 'sequencer-inactive', text: 'in order'},
    remedy: `metis-seq sequencer eligible ${profile}`,
  },
  {
    name: 'reward batches are late',
    feeds: {money: fresh({...noReward, rewardedUntilEpoch: 16n, rewardBatchId: 9n})},
    ...{state: 'warn', worst: 'reward-batch-late', text: '25 finished epochs are not paid'},
    remedy: `metis-seq reward forecast ${profile}`,
  },
  {
    name: 'a claim brings more than it costs',
    feeds: {money: fresh(money)},
    ...{state: 'ok', worst: 'reward-claimable', text: 'in order'},
    remedy: `metis-seq reward claim ${profile}`,
  },
  {
    name: 'a claim would cost more than it brings',
    feeds: {money: fresh(moneyWith({rewardMetisWei: METIS / 100n}))},
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'not registered',
    feeds: {money: fresh({...money, stake: null})},
    ...{state: 'ok', worst: 'not-registered', text: 'in order'},
    remedy: `metis-seq sequencer eligible ${profile}`,
  },
  {
    name: 'nobody in particular looks',
    feeds: {money: absent()},
    setting: {...setting, profile: null, hasOwner: false},
    ...{state: 'ok', worst: 'no-profile', text: 'in order'},
    remedy: 'metis-seq profile list',
  },
  // This machine
  {
    name: 'the disk is nearly full',
    feeds: {...calm, machine: fresh(machineWith({diskFreeBytes: 2 * 1024 ** 3}))},
    ...{state: 'warn', worst: 'disk-low', text: '2.0 GiB left'},
    remedy: 'du -h -d 1 /home/me',
  },
  {
    name: 'the disk is nearly full, of somebody with a node that does not run',
    feeds: {
      ...calm,
      node: fresh(nodeLook(null, {process: null})),
      machine: fresh(machineWith({diskFreeBytes: 1024 ** 2})),
    },
    setting: {...nodeSetting, kind: 'local'},
    ...{state: 'critical', worst: 'node-down', text: 'your node is not running'},
    remedy: `metis-seq node start ${profile}`,
  },
  {
    name: 'a node that does not run, and the password of its key is gone',
    feeds: {
      ...calm,
      node: fresh(nodeLook(null, {process: null})),
      machine: fresh(machineWith(gone)),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node is not running'},
    remedy: 'metis-seq key show my-signer',
  },
  {
    name: 'all of the local network is stopped, and the password of the key is gone',
    feeds: {
      l2: nothing('No L2 endpoint answers.'),
      l1: nothing('No L1 endpoint answers.'),
      node: fresh(nodeLook(null, {process: null})),
      machine: fresh(machineWith(gone)),
    },
    setting: localSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node is not running'},
    remedy: 'metis-seq key show my-signer',
  },
  {
    name: 'the signer key cannot be opened',
    feeds: {...calm, machine: fresh(machineWith({signerKey: 'unreadable'}))},
    ...{state: 'warn', worst: 'key-locked', text: 'signer key cannot be opened'},
    remedy: 'metis-seq key list',
  },
  {
    name: 'all of the local network is stopped',
    feeds: {
      l2: nothing('No L2 endpoint answers.'),
      l1: nothing('No L1 endpoint answers.'),
      money: nothing('No L1 endpoint answers.'),
      pos: nothing('The consensus layer does not respond.'),
      node: fresh(nodeLook(null, {process: null})),
    },
    setting: localSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node is not running'},
    remedy: 'metis-seq local up --detach',
  },
  // Several at once
  {
    name: 'everything is down',
    feeds: {
      l2: nothing('Down.'),
      l1: nothing('Down.'),
      money: nothing('Down.'),
      pos: nothing('Down.'),
      node: fresh(nodeLook(null, {process: null})),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node is not running'},
    remedy: `metis-seq node start ${profile}`,
  },
  {
    name: 'a halted node far behind, a dead consensus layer, L2 down',
    feeds: {
      ...withNode({phase: 'halted', halted: trouble('It must not sign.')}),
      l2: nothing('Down.'),
      pos: nothing('Down.'),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-halted', text: 'your node is halted'},
    remedy: `metis-seq node logs ${profile}`,
  },
]
