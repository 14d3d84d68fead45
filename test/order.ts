/** In which order the test files run, one queue for all: long ones first, so that no core waits for the last of them. */
import {relative} from 'node:path'

import {BaseSequencer, type TestSpecification} from 'vitest/node'

/**
 * Files that mostly wait, as networks do, and files that need a core by turns: together they keep the cores busy and not
 * overloaded.
 */
const first: readonly string[] = [
  ...['e2e/demo', 'e2e/local-network', 'store/keyring', 'chaos/endpoints', 'bench/benches'],
  ...['node/hostile-peers', 'commands/crash-matrix', 'attacks/rpc-denial', 'sim/sim'],
  ...['e2e/health', 'commands/secret-scan', 'chaos/commands', 'e2e/failures', 'commands/tx'],
  'commands/node-upgrade',
  'e2e/dashboard-web',
  ...[
    'node/hostile-nodes',
    'commands/reorg',
    'node/l1-reorg',
    'commands/keys',
    'node/history-node',
  ],
  ...['commands/passwords', 'node/network', 'commands/secrets', 'node/verify', 'attacks/engine'],
  ...[
    'node/twin',
    'node/crash',
    'commands/told',
    'pos/outage',
    'attacks/pos-denial',
    'node/l1-deposits',
  ],
  ...['commands/wind-down', 'commands/rpc-chaos-l2', 'ui/source-chaos', 'ui/source-chaos-layers'],
  ...['commands/rpc-chaos', 'attacks/diverged-producer', 'attacks/output', 'node/remote-signer'],
  ...[
    'node/snapshots',
    'services/key-wallets',
    'node/rpc-clients',
    'commands/signers',
    'pos/start-pos',
  ],
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const known = files.map((file) => ({file, rank: rankOf(file)}))
    known.sort((a, b) => a.rank - b.rank || (orderOf(a.file) < orderOf(b.file) ? -1 : 1))
    return known.map(({file}) => file)
  }
}

function rankOf({moduleId}: TestSpecification): number {
  const name = relative(import.meta.dirname, moduleId).replace(/\.test\.tsx?$/, '')
  const at = first.indexOf(name)
  return at === -1 ? first.length : at
}

/** Files of one project follow each other: what a process has loaded is of use to the next one. */
const orderOf = ({project, moduleId}: TestSpecification) => `${project.name} ${moduleId}`
