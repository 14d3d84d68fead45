/** Who a node lets in, and whom it turns away. */
import {nodeSetting, NOW} from '../helpers/dashboard-data.ts'
import {profile, withNode, type Situation} from './scene.ts'

export const doorSituations: Situation[] = [
  {
    name: 'the limit of open files is low',
    feeds: withNode({
      descriptors: {limit: 256, wanted: 2480, isTight: true, connections: 70},
    }),
    setting: nodeSetting,
    ...{state: 'warn', worst: 'descriptors-tight', text: 'may open 256 files'},
    remedy: `metis-seq node status ${profile}`,
  },
  ...(['connections', 'requests', 'calls'] as const).map(
    (kind): Situation => ({
      name: `clients are refused: ${kind}`,
      feeds: withNode({refused: [{kind, count: 40, sinceMs: NOW.wallMs - 30_000}]}),
      setting: nodeSetting,
      ...{state: 'warn', worst: 'clients-refused', text: `turns ${kind} away`},
      remedy: `metis-seq node status ${profile}`,
    }),
  ),
  {
    name: 'one client was refused a few times',
    feeds: withNode({refused: [{kind: 'requests', count: 3, sinceMs: NOW.wallMs - 30_000}]}),
    setting: nodeSetting,
    ...{state: 'ok', worst: null, text: 'in order'},
    remedy: null,
  },
]
