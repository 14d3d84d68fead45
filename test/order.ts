/** In which order the test files run, one queue for all: long ones first, so that no core waits for the last of them. */
import {relative} from 'node:path'

import {BaseSequencer, type TestSpecification} from 'vitest/node'

/** Networks that mostly wait, and beside them one after the other what needs a core. */
const first: readonly string[] = [
  'e2e/demo',
  'e2e/local-network',
  ...['node/hostile-peers', 'node/hostile-nodes', 'sim/sim', 'bench/benches', 'node/history-node'],
  ...['e2e/health', 'store/keyring', 'commands/crash-matrix', 'e2e/failures'],
  ...['attacks/rpc-denial', 'node/l1-reorg', 'node/network', 'node/l1-deposits'],
  ...['node/crash', 'node/verify', 'node/twin', 'node/snapshots', 'pos/outage'],
  ...['attacks/diverged-producer', 'commands/keys', 'commands/passwords', 'commands/secrets'],
  ...['commands/secret-scan', 'commands/signers', 'chaos/endpoints', 'chaos/commands'],
  ...['commands/tx', 'commands/told', 'commands/reorg', 'attacks/wrong-answers'],
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
