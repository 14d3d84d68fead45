/** The operator's node is an l2geth behind the L2 endpoint of the profile. */
import type {ExternalNode} from '../../src/protocol/external-node.ts'
import {fresh, nothing, NOW, setting} from '../helpers/dashboard-data.ts'
import {calm, mine, profile, quiet, type Situation} from './scene.ts'

const healthy: ExternalNode = {
  endpoint: 'http://127.0.0.1:8545',
  clientVersion: 'Geth/v0.6.0-unstable/linux-amd64/go1.19.13',
  head: {number: 1149, hash: `0x${'ab'.repeat(32)}`, timestamp: NOW.wallMs / 1000 - 1},
  rollup: {
    ...{mode: 'sequencer', syncing: false, l1Block: 20_000_000, index: 1148},
    ...{l1TimestampSeconds: NOW.wallMs / 1000 - 12, queueIndex: 0, verifiedIndex: 900},
  },
  syncing: false,
  pool: {pending: 0, queued: 0},
  peerCount: 3,
  peers: null,
  othersHead: null,
  unknown: [{method: 'admin_peers', reason: 'not-offered'}],
}

const external = {...setting, nodeRuntime: 'external' as const}
const withExternal = (changes: Partial<ExternalNode> = {}) => ({
  ...calm,
  node: fresh({external: {...healthy, ...changes}, process: null, status: null, halt: null}),
})
const look = `metis-seq node status ${profile}`

export const externalSituations: Situation[] = [
  {
    name: 'a foreign node in order',
    feeds: withExternal(),
    setting: external,
    ...{state: 'ok', worst: null, text: 'in order', remedy: null},
  },
  {
    name: 'a foreign node away in the own turn',
    feeds: {...calm, l2: quiet(1, {epoch: mine}), node: nothing('Connection refused.')},
    setting: external,
    ...{state: 'critical', worst: 'node-unreachable', text: 'your node does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'a foreign node away that L2 is read through',
    feeds: {
      ...calm,
      l2: nothing('No L2 endpoint answers. Connection refused.'),
      node: nothing('Connection refused.'),
    },
    setting: external,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'your own node does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'a foreign node that syncs in the own turn',
    feeds: {
      ...withExternal({rollup: {...healthy.rollup!, syncing: true}}),
      l2: quiet(1, {epoch: mine}),
    },
    setting: external,
    ...{state: 'critical', worst: 'node-catching-up', text: 'still catching up', remedy: look},
  },
  {
    name: 'a foreign node as a verifier',
    feeds: withExternal({rollup: {...healthy.rollup!, mode: 'verifier'}}),
    setting: external,
    ...{state: 'warn', worst: 'node-is-verifier', text: 'runs as a verifier', remedy: look},
  },
  {
    name: 'a foreign node behind the other endpoints',
    feeds: withExternal({othersHead: 1160}),
    setting: external,
    ...{state: 'warn', worst: 'node-behind', text: '11 blocks behind', remedy: look},
  },
  {
    name: 'a foreign node without peers',
    feeds: withExternal({peerCount: 0}),
    setting: external,
    ...{state: 'warn', worst: 'node-no-peers', text: 'no peers', remedy: look},
  },
  {
    name: 'a foreign node that says nothing of itself',
    feeds: withExternal({
      rollup: null,
      unknown: [{method: 'rollup_getInfo', reason: 'not-offered'}],
    }),
    setting: external,
    ...{state: 'warn', worst: 'node-not-told', text: 'does not report', remedy: look},
  },
]
