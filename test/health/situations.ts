/** Situations of an operator with the severity, the words and the command that every surface must show. */
import type {IssueId} from '../../src/health/issue.ts'
import type {Setting} from '../../src/health/snapshot.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import type {Feeds} from '../../src/services/live/live.ts'
import {
  absent,
  epochView,
  failing,
  fresh,
  ME,
  money,
  moneyWith,
  nodeLook,
  nodeSetting,
  nothing,
  NOW,
  OTHER,
  posLook,
  rotation,
  setting,
  silent,
} from '../helpers/dashboard-data.ts'

export interface Situation {
  name: string
  feeds: Partial<Feeds>
  setting?: Setting
  state: 'ok' | 'unknown' | 'warn' | 'critical'
  /** The worst issue; null while there is none. */
  worst: IssueId | null
  /** Part of its text. */
  text: string
  /** The command that comes next; null: nothing to do. */
  remedy: string | null
}

const METIS = 10n ** 18n
const nowSeconds = BigInt(NOW.wallMs / 1000)
const mine = epochView({signer: ME, mine: true})
const noReward = moneyWith({rewardMetisWei: 0n})

/** The calm: nothing to claim either. */
const calm: Partial<Feeds> = {money: fresh(noReward)}
const withNode = (status: Partial<NodeStatus> | null = {}): Partial<Feeds> => ({
  ...calm,
  node: fresh(nodeLook(status)),
})
const quiet = (seconds: number, changes = {}) =>
  fresh(rotation({headTimestampSeconds: nowSeconds - BigInt(seconds), ...changes}))
const trouble = (message: string) => ({code: 'X', message, sinceMs: NOW.wallMs - 60_000})
const localSetting: Setting = {
  ...nodeSetting,
  network: 'local',
  kind: 'local',
  respanDelaySeconds: 10,
}
const profile = '--profile main'

export const situations: Situation[] = [
  // Calm
  {name: 'all in order', feeds: calm, state: 'ok', worst: null, text: 'in order', remedy: null},
  {
    name: 'own turn, blocks come',
    feeds: {...calm, l2: fresh(rotation({epoch: mine}))},
    ...{state: 'ok', worst: null, text: 'you are producing', remedy: null},
  },
  {
    name: 'own node follows',
    feeds: withNode(),
    setting: nodeSetting,
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'own node builds in the own turn',
    feeds: {...withNode({phase: 'building', turn: 'mine'}), l2: fresh(rotation({epoch: mine}))},
    setting: nodeSetting,
    ...{state: 'ok', worst: null, text: 'you are producing', remedy: null},
  },
  {
    name: 'a source has not answered yet',
    feeds: {...calm, pos: nothing()},
    ...{state: 'unknown', worst: null, text: 'not everything has answered', remedy: null},
  },
  {
    name: 'nothing has answered yet',
    feeds: {l2: nothing(), l1: nothing(), money: nothing(), pos: nothing()},
    ...{state: 'unknown', worst: null, text: 'asking L2', remedy: null},
  },
  // L2
  {
    name: 'L2 down',
    feeds: {...calm, l2: nothing('No L2 endpoint answers.')},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not answer'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 down after it was up',
    feeds: {...calm, l2: failing(rotation(), 30_000, 'No L2 endpoint answers.')},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not answer'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 hangs: asked, no answer, no error',
    feeds: {...calm, l2: silent(rotation(), 30_000)},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not answer'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 of the local network is gone',
    feeds: {...calm, l2: nothing('No L2 endpoint answers.'), node: fresh(nodeLook())},
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not answer'},
    remedy: 'metis-seq local up --detach',
  },
  {
    name: 'L2 of the local network hangs',
    feeds: {...calm, l2: silent(rotation(), 30_000), node: fresh(nodeLook())},
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not answer'},
    remedy: 'metis-seq local status',
  },
  {
    name: 'no epoch covers the next block',
    feeds: {...calm, l2: fresh(rotation({epoch: null, blocksLeft: 0n, next: null}))},
    ...{state: 'critical', worst: 'l2-no-epoch', text: 'no epoch covers the next block'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'another producer is silent for four slots',
    feeds: {...calm, l2: quiet(9)},
    ...{state: 'warn', worst: 'l2-stalled', text: 'no block for 9 s'},
    remedy: `metis-seq epoch watch ${profile}`,
  },
  {
    name: 'another producer is silent for two slots: a block may be late',
    feeds: {...calm, l2: quiet(5)},
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'the takeover is overdue',
    feeds: {...calm, l2: quiet(200)},
    ...{state: 'critical', worst: 'l2-stalled', text: 'no block for 200 s'},
    remedy: `metis-seq epoch watch ${profile}`,
  },
  {
    name: 'own turn without blocks',
    feeds: {...withNode({turn: 'mine'}), l2: quiet(9, {epoch: mine})},
    setting: nodeSetting,
    ...{state: 'critical', worst: 'own-turn-silent', text: 'your turn, and no block for 9 s'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'an idle chain without empty blocks is silent for a minute',
    feeds: {...calm, l2: quiet(60)},
    setting: {...setting, emptyBlocks: false},
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'an idle chain without empty blocks is silent for half of the respan delay',
    feeds: {...calm, l2: quiet(100)},
    setting: {...setting, emptyBlocks: false},
    ...{state: 'warn', worst: 'l2-stalled', text: 'no block for 100 s'},
    remedy: `metis-seq epoch watch ${profile}`,
  },
  {
    name: 'the clock of this machine is late',
    feeds: {...calm, l2: quiet(-30)},
    ...{state: 'warn', worst: 'clock-skew', text: '30 s behind L2'},
    remedy: `metis-seq network check ${profile}`,
  },
  // Own node
  {
    name: 'own node down',
    feeds: {...calm, node: fresh(nodeLook(null, {process: null}))},
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node does not run'},
    remedy: `metis-seq node start ${profile}`,
  },
  {
    name: 'own node down in the own turn, and L2 silent: both, never calmer',
    feeds: {
      ...calm,
      l2: quiet(60, {epoch: mine}),
      node: fresh(nodeLook(null, {process: null})),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-down', text: 'your node does not run'},
    remedy: `metis-seq node start ${profile}`,
  },
  {
    name: 'own node down, nobody is registered',
    feeds: {
      money: fresh({...money, stake: null}),
      node: fresh(nodeLook(null, {process: null})),
    },
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-down', text: 'your node does not run'},
    remedy: `metis-seq node start ${profile}`,
  },
  {
    name: 'own node runs and does not answer',
    feeds: {...calm, node: fresh(nodeLook(null))},
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-hung', text: 'runs and does not answer'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node is stopped by SIGSTOP',
    feeds: {...calm, node: fresh(nodeLook(null, {process: {pid: 7, isStopped: true}}))},
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-hung', text: 'stopped by a signal'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node ended itself because another one signs',
    feeds: {
      ...calm,
      node: fresh(
        nodeLook(null, {
          process: null,
          halt: {
            code: 'SIGNER_IN_USE',
            message: 'Another node signs.',
            exit: 'interlock',
            atMs: NOW.wallMs - 5000,
          },
        }),
      ),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-ended-halted', text: 'another node signs with your key'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'own node ended itself for another reason',
    feeds: {
      ...calm,
      node: fresh(
        nodeLook(null, {
          process: null,
          halt: {
            code: 'SIGN_GUARD_DAMAGED',
            message: 'It is damaged.',
            exit: 'interlock',
            atMs: NOW.wallMs,
          },
        }),
      ),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-ended-halted', text: 'your node ended itself'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'own node halted and far behind',
    feeds: withNode({
      phase: 'halted',
      halted: trouble('A second hash at a height.'),
      head: {number: 0, hash: `0x${'00'.repeat(32)}`, timestamp: 0},
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-halted', text: 'your node is halted'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'own node is stopping',
    feeds: withNode({phase: 'stopped'}),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-halted', text: 'stopping'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'a younger node signs with the same key',
    feeds: withNode({
      twin: {peerId: '16Uiu2', addresses: [], startedAtMs: 0, yields: false, sinceMs: NOW.wallMs},
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-second-signer', text: 'another node signs with your key'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'an older node signs with the same key',
    feeds: withNode({
      phase: 'halted',
      twin: {peerId: '16Uiu2', addresses: [], startedAtMs: 0, yields: true, sinceMs: NOW.wallMs},
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-second-signer', text: 'another node signs with your key'},
    remedy: `metis-seq node stop ${profile}`,
  },
  {
    name: 'own node catches up',
    feeds: withNode({
      phase: 'catching-up',
      syncing: true,
      sync: {target: 1149, remaining: 100, blocksPerSecond: 50, etaSeconds: 2},
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-catching-up', text: 'your node is catching up'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node catches up in the own turn',
    feeds: {...withNode({phase: 'catching-up', syncing: true}), l2: fresh(rotation({epoch: mine}))},
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-catching-up', text: 'your turn'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node may not sign yet',
    feeds: withNode({waitingFor: {needs: ['l1-batches'], sinceMs: NOW.wallMs}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-waiting', text: 'may not sign yet'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node may not sign in its own turn',
    feeds: {
      ...withNode({waitingFor: {needs: ['peers'], sinceMs: NOW.wallMs}}),
      l2: fresh(rotation({epoch: mine})),
    },
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-waiting', text: 'your turn'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node computes another block',
    feeds: withNode({
      diverged: {
        block: 1150,
        ours: `0x${'aa'.repeat(32)}`,
        theirs: `0x${'bb'.repeat(32)}`,
        producer: OTHER,
        state: 'refused',
        peersBeyond: [OTHER],
        peersWithUs: [],
        sinceMs: NOW.wallMs,
      },
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-diverged', text: 'another block 1150'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'L1 holds other blocks than the own node',
    feeds: withNode({l1Divergence: {block: 1100, batchIndex: 4, sinceMs: NOW.wallMs}}),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'node-l1-divergence', text: 'L1 holds another block 1100'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'own node behind L2',
    feeds: withNode({
      head: {number: 1100, hash: `0x${'00'.repeat(32)}`, timestamp: 0},
      bestPeerHead: 1100,
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-behind', text: '49 blocks behind L2'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node behind its peers',
    feeds: withNode({bestPeerHead: 1160, syncing: true}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-behind', text: '11 blocks behind its peers'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node without peers',
    feeds: withNode({peers: [], bestPeerHead: null}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-no-peers', text: 'no peers'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node without peers in a network of one',
    feeds: {...withNode({peers: [], bestPeerHead: null}), pos: fresh(posLook({validators: 1}))},
    setting: nodeSetting,
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'the pool is full',
    feeds: withNode({pool: {pending: 9000, queued: 1000, limit: 10_000, full: true, late: 0}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'pool-full', text: 'the pool is full'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the pool is nearly full',
    feeds: withNode({pool: {pending: 9000, queued: 100, limit: 10_000, full: false, late: 0}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'pool-full', text: 'nearly full'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'accepted transactions missed their block',
    feeds: withNode({pool: {pending: 90, queued: 0, limit: 10_000, full: false, late: 12}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'pool-late', text: '12 accepted transactions'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the engine is being restarted',
    feeds: withNode({
      engine: {
        version: 'x',
        lastExecuteMs: null,
        restarts: 1,
        restartingSinceMs: NOW.wallMs - 3000,
        isolation: null,
      },
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'engine-restarting', text: 'engine of your node'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'the engine has an open port',
    feeds: withNode({
      engine: {
        version: 'x',
        lastExecuteMs: 1,
        restarts: 0,
        restartingSinceMs: null,
        isolation: 'open-port',
      },
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'engine-exposed', text: 'reaches your engine'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'own node does not reach L1',
    feeds: withNode({
      l1: {head: 1, ageMs: 90_000, reachable: false, trouble: trouble('L1 does not answer.')},
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-l1-unreachable', text: 'does not reach L1'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'no batch lands for 20 minutes',
    feeds: withNode({
      batches: {landedBlock: 900, oldestAgeMs: 20 * 60_000, sends: true, stuck: null},
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'batches-not-landing', text: 'are not on L1'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'no batch lands for two hours',
    feeds: withNode({
      batches: {
        landedBlock: 900,
        oldestAgeMs: 7_200_000,
        sends: true,
        stuck: trouble('Gas is dear.'),
      },
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'batches-not-landing', text: '2 h'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'the MPC account runs dry',
    feeds: withNode({
      wallets: [{alias: 'mpc', chain: 'l2', address: OTHER, balanceWei: '1', lowWei: `${METIS}`}],
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'wallet-low', text: 'the mpc account'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the batcher is low',
    feeds: withNode({
      wallets: [
        {
          alias: 'batcher',
          chain: 'l1',
          address: OTHER,
          balanceWei: `${METIS / 2n}`,
          lowWei: `${METIS}`,
        },
      ],
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'wallet-low', text: 'the batcher account has 0.5 ETH'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the clock of the own node is off',
    feeds: withNode({clockSkewMs: -9000}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'clock-skew', text: '9 s behind other producers'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the disk of the own node is nearly full',
    feeds: withNode({disk: {freeBytes: 500 * 1024 ** 2, totalBytes: 10 ** 12}}),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'disk-low', text: '0.5 GiB left'},
    remedy: `metis-seq node snapshot list ${profile}`,
  },
  {
    name: 'a stage of the own node fails',
    feeds: withNode({lastError: {publish: 'Gas is too dear.'}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'node-stage-failing', text: 'the stage publish'},
    remedy: `metis-seq node logs ${profile}`,
  },
  {
    name: 'an active sequencer has no node here',
    feeds: calm,
    setting: {...setting, nodesAreBundled: true},
    ...{state: 'warn', worst: 'node-missing', text: 'has no node here'},
    remedy: 'metis-seq init --profile main --replace --node-port 18545',
  },
  // Consensus layer
  {
    name: 'the consensus layer is down, the next epoch is committed',
    feeds: {...calm, pos: nothing('The consensus layer does not answer.')},
    ...{state: 'warn', worst: 'pos-unreachable', text: 'consensus layer does not answer'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer is down and no further epoch is committed',
    feeds: {...calm, pos: nothing('Down.'), l2: fresh(rotation({next: null}))},
    ...{state: 'critical', worst: 'pos-unreachable', text: 'consensus layer does not answer'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer of the local network hangs',
    feeds: {...withNode(), pos: silent(posLook(), 20_000)},
    setting: localSetting,
    ...{state: 'warn', worst: 'pos-unreachable', text: 'consensus layer does not answer'},
    remedy: 'metis-seq local status',
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
    ...{state: 'warn', worst: 'pos-syncing', text: 'still reading'},
    remedy: `metis-seq pos status ${profile}`,
  },
  {
    name: 'the consensus layer cannot reach L1',
    feeds: {
      ...calm,
      pos: fresh(posLook({troubles: [{part: 'l1', message: 'L1 does not answer.', sinceMs: 0}]})),
    },
    ...{state: 'warn', worst: 'pos-trouble', text: 'reports a trouble (l1)'},
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
    ...{state: 'warn', worst: 'l1-unreachable', text: 'L1 does not answer'},
    remedy: `metis-seq network check ${profile}`,
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
    ...{state: 'warn', worst: 'endpoint-down', text: 'an L1 endpoint does not answer'},
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
    feeds: {money: nothing('LockingPool does not answer.')},
    ...{state: 'warn', worst: 'stake-unreadable', text: 'the stake cannot be read'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'the owner is not whitelisted any more',
    feeds: {money: fresh({...noReward, ownerIsWhitelisted: false, claimCostEthWei: null})},
    ...{state: 'critical', worst: 'owner-not-whitelisted', text: 'not whitelisted'},
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
    ...{state: 'warn', worst: 'exit-claimable', text: 'are free and not claimed'},
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
    feeds: {...calm, machine: fresh({diskFreeBytes: 2 * 1024 ** 3, signerKey: 'ready'})},
    ...{state: 'warn', worst: 'disk-low', text: '2.0 GiB left'},
    remedy: `metis-seq status ${profile}`,
  },
  {
    name: 'the signer key cannot be opened',
    feeds: {...calm, machine: fresh({diskFreeBytes: 10 ** 12, signerKey: 'unreadable'})},
    ...{state: 'warn', worst: 'key-locked', text: 'signer key cannot be opened'},
    remedy: 'metis-seq key list',
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
    ...{state: 'critical', worst: 'node-down', text: 'your node does not run'},
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
