/** A dashboard over real chains, a consensus layer and a node, each of which can be made wrong. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {encodeFunctionData} from 'viem'
import {expect, vi} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {directoryMark} from '../../src/lib/file-identity.ts'
import {MOST_CHANCE, replayDraw} from '../../src/protocol/rotation/forecast.ts'
import type {Span, Validator} from '../../src/protocol/span.ts'
import {openContext} from '../../src/services/context.ts'
import {startDashboard, type Dashboard} from '../../src/services/live/dashboard.ts'
import {openConfig} from '../../src/store/config.ts'
import {toDashboardData} from '../../src/ui/dashboard/data.ts'
import type {PanelName} from '../../src/ui/dashboard/layout.ts'
import {takeSnapshot, toDashboardView} from '../../src/ui/dashboard/view.ts'
import type {Behaviour} from '../chaos/behaviours.ts'
import {startChaosProxy} from '../chaos/proxy.ts'
import {nodeStatus} from './dashboard-data.ts'
import {startHttpStub, type HttpStub} from './http-stub.ts'
import {accountOf, L2_CHAIN_ID} from './l2-chain.ts'
import {makeOperator} from './operator.ts'
import {mpc, startTestChain, type TestChain} from './test-chain.ts'
import {startThemisStub, validatorOf} from './themis-stub.ts'

const POWER = 100_000
/** Each source has so long to answer. */
export const TIMEOUT_MS = 1000
/** Time for a node to answer, which is on this machine. */
export const NODE_TIMEOUT_MS = 2000
/** Enough draws of two validators for a proof. */
const PAST_EPOCHS = 14n
const CURRENT = PAST_EPOCHS + 1n
export const PLANNED = CURRENT + 1n
export const OWN_TURN = CURRENT + 3n
export const me = accountOf('me')
export const other = accountOf('other')
/** With stakes by which the other one draws the next three epochs, and this one the one after them. */
const validators = drawn()

function drawn(): [Validator, Validator] {
  for (let power = 50_000; power <= POWER; power += 500) {
    const stakes: [Validator, Validator] = [
      validatorOf(1n, me.address, power),
      validatorOf(2n, other.address, POWER),
    ]
    const isMine = (id: bigint) => replayDraw(id, stakes) === me.address.toLowerCase()
    const next = [CURRENT, PLANNED, PLANNED + 1n, OWN_TURN].map(isMine)
    if (next.join() !== 'false,false,false,true') continue
    let chance = 1
    for (let id = 1n; id <= PAST_EPOCHS; id++)
      chance *= (isMine(id) ? power : POWER) / (power + POWER)
    if (chance < MOST_CHANCE) return stakes
  }
  throw new Error('No stake gives these draws.')
}

/** Blocks of epochs: the old ones are short, so that little has to be mined. */
const lengthOf = (id: bigint) => (id < PAST_EPOCHS - 1n ? 10n : 1000n)

/** As planned after epoch 0, which has 1001 blocks from block 100. */
export function spanOf(id: bigint): Span {
  let startBlock = 1101n
  for (let before = 1n; before < id; before++) startBlock += lengthOf(before)
  const producer = validators.find(({signer}) => signer === replayDraw(id, validators))!
  const endBlock = startBlock + lengthOf(id) - 1n
  return {id, startBlock, endBlock, validators, producers: [{...producer, power: 1}]}
}

async function commitEpochs(chain: TestChain): Promise<void> {
  const to = chain.network.l2.contracts.sequencerSet
  const act = async (
    functionName: 'commitEpoch' | 'UpdateEpochLength',
    args: readonly unknown[],
  ) => {
    const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName, args} as never)
    await chain.l2.request('eth_sendTransaction', [{from: mpc.address, to, data, gas: '0xf4240'}])
    await chain.l2.request('anvil_mine', ['0x1'])
  }
  await chain.l2.request('anvil_mine', ['0x3e8'])
  let length = 1000n
  for (let id = 1n; id <= CURRENT; id++) {
    const {startBlock, endBlock, producers} = spanOf(id)
    if (lengthOf(id) !== length) await act('UpdateEpochLength', [(length = lengthOf(id))])
    await act('commitEpoch', [id, startBlock, endBlock, producers[0].signer])
    const head = Number(await chain.l2.request('eth_blockNumber'))
    // The epoch begins: the one after the next can be committed.
    const missing = Number(startBlock) - head
    if (missing > 0) await chain.l2.request('anvil_mine', [`0x${missing.toString(16)}`])
  }
  await chain.l2.request('evm_setNextBlockTimestamp', [Math.floor(Date.now() / 1000)])
  await chain.l2.request('anvil_mine', ['0x1'])
}

/** True: it has answered, or never will. */
export type NodeFault = (
  status: object,
  response: Parameters<Parameters<typeof startHttpStub>[0]>[2],
) => boolean

export type Key = keyof Dashboard['pollers'] | keyof Dashboard['extras']
export type Scene = Awaited<ReturnType<typeof startChaosScene>>

export async function startChaosScene() {
  const chain = await startTestChain({
    initialSigner: other.address,
    l2BlockSeconds: 1,
    l2AgeSeconds: 4500,
  })
  await chain.lock(accountOf('owner').address, me, `${validators[0].power}`)
  await chain.lock(accountOf('second owner').address, other, `${POWER}`)
  await commitEpochs(chain)
  const faults: {l1: Behaviour; l2: Behaviour; node: NodeFault} = {
    l1: () => false,
    l2: () => false,
    node: () => false,
  }
  const urls = chain.network
  const l1 = await startChaosProxy(urls.l1.rpcUrls[0]!, (asked) => faults.l1(asked))
  const l2 = await startChaosProxy(urls.l2.rpcUrls[0]!, (asked) => faults.l2(asked))
  const ids = Array.from({length: Number(PLANNED)}, (_, at) => BigInt(at + 1))
  const themis = await startThemisStub({
    ...{l2ChainId: L2_CHAIN_ID, l1Batch: 1, validators, spans: ids.map(spanOf)},
  })
  // What L2 alone knows are 1000 blocks, 50 s: less than a restart takes. The plan gives three times as many.
  const network = {
    ...{...chain.network, posRestUrl: themis.url},
    l1: {...chain.network.l1, rpcUrls: [l1.url]},
    l2: {...chain.network.l2, rpcUrls: [l2.url], slotMs: 50, emptyBlocks: false},
  }
  const temp = await makeOperator(network, {owner: 'owner', signer: 'me'})
  openConfig(temp.home).update((all) => ({
    ...all,
    profiles: {...all.profiles, op: {...all.profiles['op']!, node: NODE_PROFILE}},
  }))
  const node = await startNode(temp.home.nodeDir('op'), chain, (status, response) =>
    faults.node(status, response),
  )
  const context = openContext({home: temp.home, timeoutSeconds: TIMEOUT_MS / 1000})
  const stop = new AbortController()
  const dashboard = startDashboard(context, stop.signal)
  const scene = {...{chain, l1, l2, themis, node, faults, context, dashboard}, ...looks(dashboard)}
  /** Ends the dashboard: the requests of a test are then the only ones. */
  const quiet = () => stop.abort()
  await scene.allIsWell()
  return {
    ...scene,
    quiet,
    /** Every source is right again, and the screen says so by itself. */
    async mend() {
      Object.assign(faults, {l1: () => false, l2: () => false, node: () => false})
      themis.be(null)
      await scene.allIsWell()
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      context.close()
      temp[Symbol.dispose]()
      // The chain last: they ask it.
      await Promise.all([l1, l2, themis, node].map((each) => each[Symbol.asyncDispose]()))
      await chain[Symbol.asyncDispose]()
    },
  }
}

const NODE_PROFILE = {
  ...{host: '127.0.0.1', rpcPort: 1, peerPort: 2, relayerKey: null, batchKey: null},
}

/** The admin API of a node that follows L2. */
async function startNode(dir: string, {l2}: TestChain, fault: NodeFault): Promise<HttpStub> {
  mkdirSync(dir, {recursive: true})
  const {pid} = process
  const node = await startHttpStub((_body, _request, response) => {
    return l2.request('eth_blockNumber').then((head) => {
      const number = Number(head)
      const status = {
        ...{...nodeStatus, pid, chainId: L2_CHAIN_ID, address: me.address.toLowerCase()},
        head: {...nodeStatus.head, number, timestamp: Math.floor(Date.now() / 1000)},
        ...{bestPeerHead: number, safe: number - 50, finalized: number - 100, batches: undefined},
        peers: nodeStatus.peers.map((peer) => ({...peer, head: number})),
      }
      if (!fault(status, response)) response.end(JSON.stringify(status))
    })
  })
  const admin = {pid, url: node.url, token: 'any', directory: directoryMark(dir)}
  writeFileSync(join(dir, 'admin.json'), JSON.stringify(admin))
  return node
}

/** What the screen says, and the ways to wait for it. */
function looks(dashboard: Dashboard) {
  const pollerOf = (key: Key, of: Dashboard) => ({...of.pollers, ...of.extras})[key]

  /** What the screen says now, or would say later if nothing more arrived. */
  const frame = (laterMs = 0, of = dashboard) => {
    const now = {wallMs: Date.now() + laterMs, monotonicMs: performance.now() + laterMs}
    const snapshot = takeSnapshot(of)
    const view = toDashboardView(snapshot, now)
    const linesOf = (name: PanelName) =>
      (view.panels[name]?.rows ?? []).map(({label, value}) => `${label}: ${value}`)
    const all = [...Object.values(view.panels), {age: '', rows: view.sources}]
    return {
      ...{view, linesOf, data: toDashboardData(snapshot, now)},
      text: all.flatMap((panel) => panel?.rows.map(({value}) => value) ?? []).join('\n'),
      source: (name: Key) => toDashboardData(snapshot, now).sources.find((at) => at.name === name)!,
    }
  }

  const eventually = (assertion: () => void, of = dashboard) => {
    const look = () => {
      of.refresh()
      assertion()
    }
    return vi.waitFor(look, {timeout: 60_000, interval: 40})
  }

  return {
    frame,
    eventually,
    /** Every one of these has answered or failed twice more: the last time was asked after now. */
    async asked(keys: readonly Key[], of = dashboard) {
      const counts = new Map(keys.map((key) => [key, 0]))
      const ends = keys.map((key) =>
        pollerOf(key, of).store.subscribe(() => counts.set(key, counts.get(key)! + 1)),
      )
      await eventually(() => expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(2), of)
      for (const end of ends) end()
    },
    async allIsWell(of = dashboard) {
      await eventually(() => {
        const {data, linesOf, view} = frame(0, of)
        expect(data.nextTurn?.number).toBe(OWN_TURN)
        expect(data.forecast?.confidence).toBe('proven')
        expect(data.window).toMatchObject({isOpen: true, reason: 'idle'})
        expect(linesOf('window')[0]).toMatch(/^restart: OPEN/)
        expect(linesOf('sync').join()).toContain('in sync')
        expect(view.state).toMatchObject({word: 'OK'})
        expect(data.sources.filter(({state}) => !['absent', 'answered'].includes(state))).toEqual(
          [],
        )
      }, of)
    },
    /** Neither a number nor a text of any fault. */
    showsNoFault() {
      expect(frame().text.replaceAll(',', '')).not.toMatch(OF_FAULTS)
    },
    windowIsShut(laterMs = 0, of = dashboard) {
      const {data, linesOf} = frame(laterMs, of)
      expect(data.window?.isOpen ?? false).toBe(false)
      expect(linesOf('window').join()).not.toContain('OPEN')
    },
  }
}

/** What no screen may ever show. */
const OF_FAULTS =
  /1152921504606846976|900719925474099|922337203685477|1606938044258990|115792089237316195|4503599627370495|PWNED|Welcome|<html|NaN/
