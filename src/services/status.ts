import {getBalance} from 'viem/actions'

import {readPool} from '../chain/actions/locking-pool/read-pool.ts'
import {readOwnedSequencerId} from '../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readSequencer} from '../chain/actions/locking-pool/read-sequencer.ts'
import {readTokenBalance} from '../chain/actions/erc20/read-token.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {statusWord, type Sequencer} from '../protocol/sequencer.ts'
import type {Network} from '../protocol/network.ts'
import type {Context} from './context.ts'
import {rotationNow, type RotationNow} from './epochs.ts'
import {readNodeStatus} from './node-control.ts'
import {toStakeView, type StakeView} from './stake.ts'

/** A part of the page that could be read, or the reason why not. */
export type Part<T> = {ok: true; value: T} | {ok: false; code: string; reason: string}

export interface L1Money {
  stake: StakeView | null
  ownerMetisWei: bigint
  ownerEthWei: bigint
}

export interface StatusView {
  network: string
  profile: string | null
  rotation: Part<RotationNow>
  money: Part<L1Money> | null
  l2MetisWei: Part<bigint> | null
  /** The profile's bundled node; null when it has none or it does not run. */
  node: Record<string, unknown> | null
  nodeExpected: boolean
  /** Bundled nodes run the network; the profile of a sequencer without one makes no block. */
  nodesAreBundled: boolean
  kind: Network['kind']
  /** One sentence: what to do next. */
  nextAction: string
}

/** Everything an operator looks at first. A source that is down takes its own part with it, no more. */
export async function readStatus(context: Context): Promise<StatusView> {
  const owner = context.profile?.owner
  const nodeDir = context.profile?.node ? context.home.nodeDir(context.profileName ?? '') : null
  const [rotation, money, l2MetisWei, node] = await Promise.all([
    part(() => rotationNow(context)),
    owner ? part(() => readMoney(context)) : null,
    owner ? part(() => getBalance(context.l2().client, {address: owner})) : null,
    nodeDir ? readNodeStatus(nodeDir) : null,
  ])
  const view = {
    network: context.networkName,
    profile: context.profileName,
    rotation,
    money,
    l2MetisWei,
    node,
    nodeExpected: nodeDir !== null,
    nodesAreBundled: context.network.l2.bundled !== null,
    kind: context.network.kind,
  }
  return {...view, nextAction: adviseNext(view)}
}

export async function readMoney(context: Context): Promise<L1Money> {
  const owner = context.profile?.owner
  if (!owner) throw new Error('readMoney needs an owner')
  const {client} = context.l1()
  const {lockingPool, lockingInfo, metis} = context.network.l1.contracts
  const [pool, id, ownerMetisWei, ownerEthWei] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo}),
    readOwnedSequencerId(client, {lockingPool, owner}),
    readTokenBalance(client, {token: metis, account: owner}),
    getBalance(client, {address: owner}),
  ])
  const sequencer: Sequencer | null =
    id === 0n ? null : await readSequencer(client, {lockingPool, sequencerId: id})
  return {stake: sequencer ? toStakeView(sequencer, pool) : null, ownerMetisWei, ownerEthWei}
}

/** Runs one read and keeps its failure as data. */
export async function part<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return {ok: true, value: await read()}
  } catch (error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      if (at instanceof MetisSeqError) return {ok: false, code: at.code, reason: at.message}
    }
    return {ok: false, code: 'READ_FAILED', reason: messageOf(error).split('\n')[0] ?? ''}
  }
}

/** What to do next, by the worst thing seen. Pure. */
export function adviseNext(view: Omit<StatusView, 'nextAction'>): string {
  const {rotation, money, node, nodeExpected, nodesAreBundled, profile} = view
  const lookFor = view.kind === 'local' ? 'metis-seq local up' : 'metis-seq network check'
  if (profile === null) return 'Run `metis-seq init` to make a profile.'
  if (!rotation.ok) return `L2 does not answer: run \`${lookFor}\`.`
  if (money && !money.ok) return `L1 does not answer: run \`${lookFor}\`.`
  if (rotation.value.epoch === null) {
    return 'No epoch covers the next block: watch `metis-seq epoch watch` until one is committed.'
  }
  if (nodeExpected && node === null) return 'The node does not run: run `metis-seq node start`.'
  const stake = money?.ok ? money.value.stake : null
  if (!stake) return 'Not registered: run `metis-seq sequencer eligible`.'
  const {sequencer} = stake
  if (sequencer.status !== 'active') {
    return `Sequencer ${sequencer.sequencerId} is ${statusWord(sequencer.status)}.`
  }
  if (nodesAreBundled && !nodeExpected) {
    return `Sequencer ${sequencer.sequencerId} has no node here, and misses its turns unless one runs elsewhere: run \`metis-seq init --replace --node-port PORT\`, then \`metis-seq node start\`.`
  }
  if (sequencer.rewardMetisWei > 0n) return 'Rewards wait: run `metis-seq reward claim`.'
  return 'Nothing to do.'
}
