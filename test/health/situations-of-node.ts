/** The operator's own node. */
import {
  fresh,
  nodeLook,
  nodeSetting,
  nodeStatus,
  NOW,
  OTHER,
  posLook,
  rotation,
  money,
  setting,
} from '../helpers/dashboard-data.ts'
import {calm, METIS, mine, profile, quiet, trouble, withNode, type Situation} from './scene.ts'

export const nodeSituations: Situation[] = [
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
        outsideChanges: 0,
        state: {leaves: 10, limit: 1000, rootMs: 1},
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
        outsideChanges: 0,
        state: {leaves: 10, limit: 1000, rootMs: 1},
      },
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'engine-exposed', text: 'reaches your engine'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the engine holds much state',
    feeds: withNode({
      engine: {...nodeStatus.engine, state: {leaves: 700, limit: 1000, rootMs: 50}},
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'engine-state-large', text: '70 % of the state'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'the engine holds all the state it can bear',
    feeds: withNode({
      engine: {...nodeStatus.engine, state: {leaves: 1000, limit: 1000, rootMs: 90}},
    }),
    setting: nodeSetting,
    ...{state: 'critical', worst: 'engine-state-large', text: '100 % of the state'},
    remedy: `metis-seq node status ${profile}`,
  },
  {
    name: 'somebody else changed the state of the engine',
    feeds: withNode({engine: {...nodeStatus.engine, outsideChanges: 2}}),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'engine-changed-outside', text: '(2 times)'},
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
]
