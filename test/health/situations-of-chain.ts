/** Calm, L2 and the clock. */
import {
  failing,
  fresh,
  nodeLook,
  nodeSetting,
  nothing,
  rotation,
  silent,
  setting,
} from '../helpers/dashboard-data.ts'
import {calm, localSetting, mine, profile, quiet, withNode, type Situation} from './scene.ts'

export const chainSituations: Situation[] = [
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
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'the only L2 endpoint serves another chain',
    feeds: {...calm, l2: nothing('It serves chain 1.', 'WRONG_CHAIN')},
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'no L2 endpoint serves this network'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'the L2 endpoint answers with older blocks than before',
    feeds: {...calm, l2: nothing('It answers with block 9, after block 10.', 'ENDPOINT_STALE')},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'the L2 endpoint is behind'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 down after it was up',
    feeds: {...calm, l2: failing(rotation(), 30_000, 'No L2 endpoint answers.')},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 hangs: asked, no answer, no error',
    feeds: {...calm, l2: silent(rotation(), 30_000)},
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'L2 of the local network is gone',
    feeds: {...calm, l2: nothing('No L2 endpoint answers.'), node: fresh(nodeLook())},
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
    remedy: 'metis-seq local up --detach',
  },
  {
    name: 'L2 of the local network hangs',
    feeds: {...calm, l2: silent(rotation(), 30_000), node: fresh(nodeLook())},
    setting: localSetting,
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
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
    ...{state: 'warn', worst: 'clock-skew', text: '30 s ahead of this machine'},
    remedy: `metis-seq network check ${profile}`,
  },
]
