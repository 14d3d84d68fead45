/**
 * Pushed heads of both chains, as a reason to read. A head that is announced makes its sources be read at
 * once, by the same requests as ever; what was announced is never shown and decides nothing else.
 */
import {watchHeads, type HeadsFault} from '../../chain/watch-heads.ts'
import {stallLimitSeconds} from '../../health/stall.ts'
import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {Context} from '../context.ts'
import {headUrlsOf, type Chain} from '../network/head-urls.ts'

/** How the heads of a chain come. */
export type HeadsLook =
  /** No address announces them. */
  | {state: 'none'}
  | {state: 'pushed'; endpoint: string}
  /** There is an address, and it does not announce them at the moment. */
  | {state: 'polled'; endpoint: string | null; code: HeadsDown['code']; reason: string}

type HeadsDown = HeadsFault | {code: 'waiting' | 'out-of-step'; reason: string}

/** The heads of one chain. */
export interface Heads {
  look: SnapshotStore<HeadsLook>
  /** The newest block that was announced; null before the first. */
  announced(): bigint | null
  /** Told of each announced head, and when the look changes. @returns ends it */
  subscribe(listener: () => void): () => void
  /** Told what a read has found. */
  saw(head: bigint): void
  /** Time without a head after which its address is given up; null where blocks come on demand. */
  silentMs: number | null
}

/** Five slots of Ethereum: as many are hardly ever missed in a row. */
const L1_SILENT_MS = 60_000

/** Starts both. Nothing is connected where there is no address. */
export function startHeads(
  {network, profile, timeoutMs, tls}: Pick<Context, 'network' | 'profile' | 'timeoutMs' | 'tls'>,
  signal: AbortSignal,
): Record<Chain, Heads> {
  const urls = headUrlsOf(network, profile)
  const shared = {timeoutMs, tls, signal}
  return {
    l1: followHeads({
      ...{...shared, urls: urls.l1, chainId: network.l1.chainId, slack: LEAST_SLACK},
      silentMs: network.l1.staleAfterSeconds === undefined ? null : L1_SILENT_MS,
    }),
    l2: followHeads({
      ...{...shared, urls: urls.l2, chainId: network.l2.chainId},
      // After as long L2 counts as stalled, and the reason has to be read.
      silentMs: stallLimitSeconds(network.l2) * 1000,
      slack: Math.max(LEAST_SLACK, Math.ceil(SLACK_MS / network.l2.slotMs)),
    }),
  }
}

/** Blocks between an announced head and the one read thereafter that are no reason to doubt either. */
const LEAST_SLACK = 3
/** The same as a time, for chains that make several blocks while one request is answered. */
const SLACK_MS = 2_000

interface FollowOptions
  extends Omit<Parameters<typeof watchHeads>[0], 'onOpen' | 'onHead' | 'onDown'> {
  slack: number
}

function followHeads({slack, ...options}: FollowOptions): Heads {
  const isThere = options.urls.length > 0
  const look = createSnapshotStore<HeadsLook>(isThere ? waiting(null) : {state: 'none'})
  const listeners = new Set<() => void>()
  const tell = () => listeners.forEach((listener) => listener())
  const become = (next: HeadsLook) => {
    look.set(next)
    tell()
  }
  let announced: bigint | null = null
  let endpoint: string | null = null
  if (isThere) {
    void watchHeads({
      ...options,
      onOpen(opened) {
        endpoint = opened
        become(waiting(opened))
      },
      onHead(number) {
        announced = number
        const {state, code} = {code: null, ...look.get()}
        if (state === 'polled' && code === 'waiting' && endpoint !== null) {
          become({state: 'pushed', endpoint})
        } else tell()
      },
      onDown(from, fault) {
        announced = endpoint = null
        become({state: 'polled', endpoint: from, ...fault})
      },
    })
  }
  return {
    look,
    silentMs: options.silentMs,
    announced: () => announced,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    saw(head) {
      const now = look.get()
      if (announced === null || endpoint === null) return
      const isInStep = distance(announced, head) <= slack
      if (now.state === 'pushed' && !isInStep) become(outOfStep(endpoint, announced, head))
      else if (now.state === 'polled' && now.code === 'out-of-step' && isInStep) {
        become({state: 'pushed', endpoint})
      }
    },
  }
}

function waiting(endpoint: string | null): HeadsLook {
  const reason = endpoint === null ? 'It is being connected to.' : 'No head has come yet.'
  return {state: 'polled', endpoint, code: 'waiting', reason}
}

/** Another height than the one that is read: whatever it announces comes at the wrong time. */
function outOfStep(endpoint: string, announced: bigint, head: bigint): HeadsLook {
  const reason = `It announces block ${announced}, while block ${head} is read.`
  return {state: 'polled', endpoint, code: 'out-of-step', reason}
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a
}
