/** In which order the test files run: long ones first, so that no core waits for the last of them. */
import {relative} from 'node:path'

import {BaseSequencer, type TestSpecification} from 'vitest/node'

/** Seconds that the slow ones take on two cores. The others follow in the order of their names. */
const seconds: Readonly<Record<string, number>> = {
  'e2e/demo': 180,
  'e2e/local-network': 160,
  'e2e/health': 140,
  'commands/crash-matrix': 100,
  'store/keyring': 100,
  'bench/benches': 90,
  'commands/secret-scan': 60,
  'chaos/commands': 60,
  'e2e/failures': 50,
  'chaos/endpoints': 50,
  'attacks/rpc-denial': 44,
  'node/hostile-peers': 42,
  'commands/signers': 40,
  'commands/passwords': 36,
  'commands/keys': 36,
  'node/hostile-nodes': 35,
  'sim/sim': 30,
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = files.map((file) => ({file, name: nameOf(file)}))
    order.sort(
      (a, b) =>
        (seconds[b.name] ?? 0) - (seconds[a.name] ?? 0) || (a.name < b.name ? -1 : 1),
    )
    return order.map(({file}) => file)
  }
}

function nameOf({moduleId}: TestSpecification): string {
  return relative(import.meta.dirname, moduleId).replace(/\.test\.tsx?$/, '')
}
