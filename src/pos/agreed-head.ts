/** In: heads of one chain from several nodes. Out: the head that most of them have. Pure. */
import type {Hash} from 'viem'

export interface NodeHead {
  /** Redacted URL. */
  name: string
  number: bigint
  /** It reports that it is behind its peers, so its head does not vote. */
  isSyncing: boolean
}

/** A block that most responding nodes have, by number and hash. */
export interface AgreedHead {
  number: bigint
  /** Null with a single endpoint: there is nothing to agree on. */
  hash: Hash | null
  /** Endpoints: configured, responding, and with this block. */
  asked: number
  answered: number
  holders: string[]
  /** Endpoints whose own head is above it, with blocks that the others lack. */
  beyond: string[]
}

export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** Nodes whose head votes; all of them if each is behind. */
export function votersOf<T extends NodeHead>(heads: readonly T[]): T[] {
  const inStep = heads.filter(({isSyncing}) => !isSyncing)
  return inStep.length > 0 ? inStep : [...heads]
}

/** The highest number that a quorum of the voters has reached. @param voters at least one */
export function reachedByQuorum(voters: readonly NodeHead[]): bigint {
  const heights = voters.map(({number}) => number).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return heights[quorumOf(voters.length) - 1]!
}

/** The hash that a quorum of the voters has, or undefined when there is none. */
export function agreedHash(
  votes: ReadonlyMap<string, Hash | null>,
  voters: readonly NodeHead[],
): Hash | undefined {
  const counts = new Map<Hash, number>()
  for (const {name} of voters) {
    const hash = votes.get(name)
    if (hash) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  }
  const quorum = quorumOf(voters.length)
  return [...counts].find(([, count]) => count >= quorum)?.[0]
}
