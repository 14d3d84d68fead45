/** In which order the test files run, one queue for all: long ones first, so that no core waits for the last of them. */
import {relative} from 'node:path'

import {BaseSequencer, type TestSpecification} from 'vitest/node'

/** Networks that mostly wait, and beside them one after the other what needs a core. */
const first: readonly string[] = [
  ...['e2e/demo', 'e2e/local-network', 'bench/benches', 'e2e/health', 'store/keyring'],
  ...['commands/crash-matrix', 'pos/start-pos', 'node/hostile-peers', 'e2e/failures', 'sim/sim'],
  ...['attacks/rpc-denial', 'chaos/endpoints', 'commands/secret-scan', 'commands/passwords'],
  ...['node/hostile-nodes', 'chaos/commands', 'node/l1-reorg', 'node/history-node'],
  ...['commands/keys', 'commands/secrets', 'commands/tx', 'commands/reorg', 'node/l1-deposits'],
  ...['node/crash', 'node/network', 'commands/signers', 'node/verify', 'node/rpc-clients'],
  ...['pos/outage', 'services/key-wallets', 'node/twin', 'node/snapshots', 'attacks/wrong-answers'],
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
