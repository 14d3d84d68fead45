/** Ways in which a producer goes, and how it comes back. */
import {until} from '../e2e/local.ts'
import {signalIfThere, type LocalNetwork, type LocalNode} from './local-network.ts'
import {cutOff, reconnect} from './namespaces.ts'

export interface WayToFail {
  name: string
  begin(network: LocalNetwork, victim: LocalNode): Promise<void> | void
  /** What the others shall have done before the victim returns. */
  beforeEnd(network: LocalNetwork, others: readonly LocalNode[], delay: number): Promise<void>
  end(network: LocalNetwork, victim: LocalNode): Promise<unknown> | void
}

/** The others go on for a few blocks, so that who wakes or returns finds another branch. */
const BLOCKS_WITHOUT = 3

async function otherBranch(network: LocalNetwork, others: readonly LocalNode[]): Promise<void> {
  const from = await network.highestHead(others)
  await until('blocks without the victim', 60_000, async () =>
    (await network.highestHead(others)) >= from + BLOCKS_WITHOUT ? true : undefined,
  )
}

const kill: WayToFail = {
  name: 'kill',
  begin: (network, victim) => network.killNode(victim),
  beforeEnd: async () => {},
  end: (network, victim) => network.startNode(victim),
}

/** The engine goes on: only who decides and signs stands still. */
const stop: WayToFail = {
  name: 'stop',
  begin: (network, victim) => signalIfThere(network.nodePid(victim)!, 'SIGSTOP'),
  beforeEnd: otherBranch,
  end: (network, victim) => signalIfThere(network.nodePid(victim)!, 'SIGCONT'),
}

const partition: WayToFail = {
  name: 'partition',
  begin: (_network, victim) => cutOff(victim.name),
  beforeEnd: otherBranch,
  end: (_network, victim) => reconnect(victim.name),
}

export const waysToFail: readonly WayToFail[] = [kill, stop, partition]
