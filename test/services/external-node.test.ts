/** A profile whose node is an l2geth: what that tells is read as it is, bounded, and judged by the same rules. */
import {afterEach, expect, test} from 'vitest'

import {assess} from '../../src/health/assess.ts'
import type {HealthSnapshot} from '../../src/health/snapshot.ts'
import {
  parseExternalNode,
  type ExternalAnswer,
  type ExternalMethod,
  type ExternalNode,
} from '../../src/protocol/external-node.ts'
import {openContext} from '../../src/services/context.ts'
import {reportNode} from '../../src/services/node/node-report.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {openConfig} from '../../src/store/config.ts'
import {readStatus} from '../../src/services/health/status.ts'
import {nodeReportText} from '../../src/ui/presenters/node.ts'
import {statusText} from '../../src/ui/presenters/status.ts'
import {epochView, ME, NOW, setting} from '../helpers/dashboard-data.ts'
import {
  deadUrl,
  htmlAnswer,
  noAnswer,
  rpcAnswer,
  startHttpStub,
  type Answer,
} from '../helpers/http-stub.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const hash = '0xbc3697d4788e805b867fdc08f7f9dc0f9759d3f3d3385710b07ad6ba595dc47f'
/** As l2geth of a private chain gave them. */
const real: Partial<Record<ExternalMethod, unknown>> = {
  eth_getBlockByNumber: {number: '0x5', hash, timestamp: '0x6b0af70c', transactions: [hash]},
  rollup_getInfo: {
    mode: 'sequencer',
    syncing: false,
    ethContext: {blockNumber: 0, timestamp: 1_795_880_709},
    rollupContext: {index: 4, queueIndex: 0, verifiedIndex: 4},
  },
  eth_syncing: false,
  txpool_status: {pending: '0x1', queued: '0x1'},
  net_peerCount: '0x2',
  web3_clientVersion: 'Geth/v0.6.0-unstable/linux-amd64/go1.19.13',
}

const homes: TempHome[] = []
afterEach(() => homes.splice(0).forEach((home) => home[Symbol.dispose]()))

async function askStub(answers: Record<string, unknown>, more: string[] = []) {
  const temp = makeTempHome()
  homes.push(temp)
  const methods = Object.fromEntries(
    Object.entries({eth_chainId: '0x440', ...answers}).map(([name, answer]) => [
      name,
      () => answer,
    ]),
  )
  const stub = await startHttpStub(rpcAnswer(methods))
  createProfile(temp.home, openConfig(temp.home), {
    ...{name: 'me', network: 'andromeda', signer: ME, node: null, replace: false},
    endpoints: {l1: [stub.url], l2: [`${stub.url}/key-in-the-path`, ...more], pos: null},
  })
  return {temp, stub}
}

async function report(answers: Record<string, unknown>, more: string[] = []) {
  const {temp, stub} = await askStub(answers, more)
  await using _stub = stub
  const context = openContext({home: temp.home, timeoutSeconds: 20})
  try {
    return {...(await reportNode(context)), asked: stub.bodies}
  } finally {
    context.close()
  }
}

test('what the real one answers is shown as it is', async () => {
  const {external, runtime, daemon, status, endpoint, ...rest} = await report(real)

  expect({runtime, daemon, status}).toEqual({runtime: 'external', daemon: null, status: null})
  expect(external).toMatchObject({
    endpoint,
    head: {number: 5, hash, timestamp: 1_795_880_716},
    rollup: {mode: 'sequencer', syncing: false, l1Block: 0, index: 4, verifiedIndex: 4},
    ...{syncing: false, pool: {pending: 1, queued: 1}, peerCount: 2, peers: null},
    unknown: [{method: 'admin_peers', reason: 'not-offered'}],
  })
  expect(endpoint).not.toContain('key-in-the-path')
  const text = nodeReportText({external, runtime, daemon, status, endpoint, ...rest})
  expect(text).toContain('sequencer')
  expect(text).not.toContain('key-in-the-path')
  // All of it in one request, beside what else asks.
  expect(rest.asked.filter((body) => body.includes('rollup_getInfo'))).toHaveLength(1)
})

test.each<[ExternalMethod, unknown]>([
  ['rollup_getInfo', {...(real.rollup_getInfo as object), mode: 'boss'}],
  ['rollup_getInfo', {...(real.rollup_getInfo as object), syncing: 'no'}],
  ['rollup_getInfo', {mode: 'sequencer', syncing: false}],
  ['rollup_getInfo', null],
  ['rollup_getInfo', {...(real.rollup_getInfo as object), ethContext: {blockNumber: -1}}],
  ['eth_syncing', true],
  ['eth_syncing', {currentBlock: '1', highestBlock: '0x2'}],
  ['txpool_status', {pending: 1, queued: 2}],
  ['net_peerCount', '0xffffffffffffffffffff'],
  ['admin_peers', {}],
])('a wrong answer to %s is unknown, and unknown is not in order', (method, answer) => {
  const node = parsed({[method]: answer})

  expect(node.unknown).toContainEqual({method, reason: 'wrong-answer'})
  expect(idsOf(node)).toContain('node-not-told')
  expect(stateOf(node)).not.toBe('ok')
})

test('endless and hostile parts are cut', () => {
  const peer = {name: `\u001b[2J${'n'.repeat(10_000)}`, network: {remoteAddress: 7}}
  const {peers, clientVersion} = parsed({
    admin_peers: Array.from({length: 5000}, () => peer),
    web3_clientVersion: 'v'.repeat(1_000_000),
  })

  expect(peers).toHaveLength(100)
  expect(JSON.stringify(peers)).not.toContain('\\u001b')
  expect(peers![0]!.name.length).toBeLessThan(300)
  expect(clientVersion!.length).toBeLessThan(300)
})

test.each<[string, Partial<ExternalNode>, string[], string]>([
  ['in order', {}, [], 'ok'],
  ['no peers', {peerCount: 0}, ['node-no-peers'], 'warn'],
  ['syncing from L1', {rollup: {...rollup(), syncing: true}}, ['node-catching-up'], 'warn'],
  [
    'syncing, and so behind and old: one cause',
    {
      syncing: {currentBlock: 5, highestBlock: 1149},
      head: {number: 5, hash, timestamp: 1},
      othersHead: 1149,
    },
    ['node-catching-up'],
    'warn',
  ],
  ['behind others', {othersHead: 1200}, ['node-behind'], 'warn'],
  [
    'left behind long ago',
    {head: {number: 1100, hash, timestamp: NOW.wallMs / 1000 - 600}},
    ['node-silent', 'node-behind'],
    'critical',
  ],
  ['a verifier', {rollup: {...rollup(), mode: 'verifier'}}, ['node-is-verifier'], 'warn'],
  [
    'an endpoint of a provider',
    {rollup: null, unknown: [{method: 'rollup_getInfo', reason: 'not-offered'}]},
    ['node-not-told'],
    'warn',
  ],
])('%s', (_name, changes, ids, state) => {
  const node = {...inStep(), ...changes}

  expect(idsOf(node)).toEqual(ids)
  expect(stateOf(node)).toBe(state)
})

test('nothing ever advises to start a node beside it', () => {
  const looks = [
    null,
    parsed({rollup_getInfo: null}),
    {...inStep(), rollup: {...rollup(), mode: 'verifier' as const}},
    {...inStep(), head: {number: 1, hash: hash as `0x${string}`, timestamp: 1}, peerCount: 0},
  ]
  for (const look of looks) {
    for (const nodesAreBundled of [true, false]) {
      for (const isMine of [true, false]) {
        const told = JSON.stringify(assessed(look, {nodesAreBundled}, isMine))
        expect(told).not.toMatch(/node start|--node-port|local up/)
      }
    }
  }
})

test('a foreign node that does not respond is told, and is critical', () => {
  const {issues} = assessed(null, {}, true)

  expect(issues[0]).toMatchObject({id: 'node-unreachable', severity: 'critical'})
})

const busy: Answer = (_body, _request, response) => {
  response.statusCode = 503
  response.end('no upstream')
}

test.each<[string, Answer | null, RegExp, boolean]>([
  ['refuses', null, /ECONNREFUSED/, false],
  ['says nothing in time', noAnswer, /did not respond within \d+ ms/, true],
  ['says that it is busy', busy, /HTTP status 503/, false],
  ['is no node', htmlAnswer, /JSON|page/, false],
])(
  'a foreign node that %s: both pages say why, and whose it is',
  async (_is, answer, why, hangs) => {
    const temp = makeTempHome()
    homes.push(temp)
    await using stub = await startHttpStub(answer ?? noAnswer)
    const url = answer ? stub.url : await deadUrl()
    createProfile(temp.home, openConfig(temp.home), {
      ...{name: 'me', network: 'andromeda', signer: ME, node: null, replace: false},
      endpoints: {l1: [await deadUrl()], l2: [url], pos: null},
    })
    const context = openContext({home: temp.home, timeoutSeconds: hangs ? 0.3 : 20})
    try {
      const [page, node] = await Promise.all([readStatus(context), reportNode(context)])
      expect(node.silence).toMatchObject({reason: expect.stringMatching(why), isSilent: hangs})
      expect(page.externalSilence).toEqual(node.silence)
      expect(nodeReportText(node)).toMatch(why)
      expect(node.issues[0]).toMatchObject({id: 'l2-unreachable', severity: 'critical'})
      expect(statusText(page)).toMatch(/^ {2}node +external, does not respond: .+/m)
      expect(statusText(page)).toContain('your own node does not respond')
    } finally {
      context.close()
    }
  },
)

test('what starts, stops or reads a node of ours is refused, and says what to do', async () => {
  const {temp, stub} = await askStub(real)
  await using _stub = stub
  for (const words of ['node start', 'node stop', 'node logs', 'node run', 'node snapshot list']) {
    const {error, exit} = await runHere(words.split(' '), temp.root)

    expect({words, code: error?.code, exit}).toEqual({words, code: 'NODE_IS_EXTERNAL', exit: 5})
    expect(JSON.stringify(error)).toContain('systemd')
    expect(JSON.stringify(error)).not.toContain('key-in-the-path')
  }
})

function parsed(changes: Partial<Record<ExternalMethod, unknown>>): ExternalNode {
  const all = {...real, admin_peers: [], ...changes}
  const answers = Object.fromEntries(
    Object.entries(all).map(([method, answer]) => [method, {answer}]),
  ) as Record<ExternalMethod, ExternalAnswer>
  return parseExternalNode('http://127.0.0.1', answers, null)
}

function rollup() {
  return parsed({}).rollup!
}

/** At the head of the scene, one second old. */
function inStep(): ExternalNode {
  return {...parsed({}), head: {number: 1149, hash, timestamp: NOW.wallMs / 1000 - 1}}
}

function assessed(look: ExternalNode | null, changes: object, isMine = false) {
  const answered = <T>(value: T) => ({
    ...{state: 'answered' as const, value, atMs: NOW.monotonicMs, staleAfterMs: null},
  })
  const failing = {
    ...{state: 'failing' as const, code: 'X', reason: 'It is refused.', isSilent: false},
    ...{sinceMs: null, last: null},
  }
  const sequencer = {id: 7n, status: 'active', rewardMetisWei: 0n, freeAtSeconds: 0n}
  const snapshot: HealthSnapshot = {
    setting: {...setting, nodeRuntime: 'external', ...changes},
    l2: answered({
      headBlock: 1149n,
      headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 1),
      epoch: epochView({mine: isMine}),
      ...{blocksLeft: 50n, next: null, newest: [], moved: null},
    }),
    money: answered({
      ...{sequencer, ownerIsWhitelisted: true, paused: false, rewardBatchId: 9n},
      ...{chainTimeSeconds: 0n, rewardedUntilEpoch: 40n, claim: null},
    }),
    node: look ? answered({external: look, process: null, status: null, halt: null}) : failing,
    l1: {state: 'absent'},
    lst: {state: 'absent'},
    pos: {state: 'absent'},
    machine: {state: 'absent'},
    endpoints: {state: 'absent'},
  }
  return assess(snapshot, null, NOW)
}

function idsOf(node: ExternalNode): string[] {
  return assessed(node, {}).issues.map(({id}) => id)
}

function stateOf(node: ExternalNode): string {
  return assessed(node, {}).state
}
