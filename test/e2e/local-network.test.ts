import {join} from 'node:path'

import {Config} from '@oclif/core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {isRecord} from '../../src/lib/json.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {openContext} from '../../src/services/context.ts'
import {readRecords} from '../../src/services/rotation/records.ts'
import {openSigner} from '../../src/services/keys/keys.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {openHome} from '../../src/store/home.ts'
import {checkOutput} from '../helpers/check-document.ts'
import {callsToRun} from '../helpers/examples.ts'
import {startCli, type RunningCli} from '../helpers/run-cli.ts'
import {runHere} from '../helpers/run-here.ts'
import {
  headOf,
  openCli,
  openNodes,
  pidOf,
  readBlocks,
  until,
  type Block,
  type Cli,
} from './local.ts'

const BASE_PORT = 28_545
const NODES = ['seq-1', 'seq-2', 'seq-3']
const FORK = 16_500_000
const BEFORE_FORK = 60
const FIRST = FORK - BEFORE_FORK + 1
const BLOCKS = 300
const RESPAN_SECONDS = 4
const SLOT_MS = 250
/** A block has many transactions, as soon as it may have more than one. */
const LOAD_PAUSE_MS = 80

let cli: Cli
let nodes: RpcClient[]

beforeAll(async () => {
  cli = openCli()
  nodes = openNodes(NODES.map((_name, index) => BASE_PORT + (index + 1) * 10))
  await cli.data(
    `local up --detach --base-port ${BASE_PORT} --slot-ms ${SLOT_MS} --epoch-length 20 --respan-delay ${RESPAN_SECONDS} --blocks-before-fork ${BEFORE_FORK}`,
  )
})

afterAll(async () => {
  for (const node of nodes) node.close()
  await cli.remove()
})

describe('a local network of three sequencers', () => {
  test('300 blocks with load: equal hashes, one transaction per block before the fork, many after', async () => {
    const load = startLoad()
    await until('300 blocks', 200_000, async () =>
      (await headOf(nodes[0]!)) >= FIRST + BLOCKS ? true : undefined,
    )
    await load.stop()
    const chains = await chainsUpTo(FIRST + BLOCKS)
    const [reference] = chains
    for (const chain of chains) expect(chain).toEqual(reference)
    const before = reference!.filter(({number}) => number < FORK)
    const after = reference!.filter(({number}) => number >= FORK)
    expect(before.length + after.length).toBeGreaterThanOrEqual(BLOCKS)
    expect(Math.max(...before.map(({transactions}) => transactions))).toBe(1)
    expect(Math.max(...after.map(({transactions}) => transactions))).toBeGreaterThan(1)
    expect(load.sent()).toBeGreaterThan(50)
  }, 240_000)

  test('six epochs and two producers at least; each block is signed by the one the contract names', async () => {
    const head = await headOf(nodes[0]!)
    const {epochs} = await cli.data('epoch list --network local --count 100')
    const past = (epochs as Record<string, unknown>[]).filter(({state}) => state === 'past')
    expect(past.length).toBeGreaterThanOrEqual(6)
    expect(new Set(past.map(({signer}) => signer)).size).toBeGreaterThanOrEqual(2)
    const signers = await signersOf('seq-2', FIRST, head)
    expect(signers.size).toBeGreaterThanOrEqual(BLOCKS)
    for (const [number, signer] of signers) {
      expect(signer, `block ${number}`).toBe(await contractSigner(number))
    }
  })

  test('the transaction batches reach L1: the safe head follows', async () => {
    const safe = await until('a safe head', 60_000, async () => {
      const {status} = await cli.data('node status --profile seq-3')
      return isRecord(status) && Number(status['safe']) > FIRST ? Number(status['safe']) : undefined
    })
    expect(safe).toBeLessThanOrEqual(await headOf(nodes[0]!))
  })

  test('a killed producer is replaced after the respan delay, and comes back with equal hashes', async () => {
    await using watches = startWatches()
    await watches.areOn()
    const {name, index, startBlock} = await until(
      'a producer with most of an epoch to go',
      60_000,
      currentProducer,
    )
    const others = nodes.filter((_node, at) => at !== index)
    const signer = await signerOfProfile(name)
    process.kill(pidOf(join(cli.home, 'nodes', name), 'node'), 'SIGKILL')
    const killedAt = performance.now()
    // Dead already, it leaves no turn.
    const stopped = await cli.data(`node stop --profile ${name}`)
    expect(stopped).toMatchObject({outcome: 'not-running'})
    // Its last blocks may be on their way still.
    await until('a block by another signer', 60_000, async () => {
      const head = await headOf(others[0]!)
      return (head >= startBlock && (await contractSigner(head)) !== signer) || undefined
    })
    const silentMs = performance.now() - killedAt
    expect(silentMs).toBeGreaterThan(RESPAN_SECONDS * 1000 - SLOT_MS * 2)
    await expectRespanNamed(watches, signer)

    await cli.data(`node start --profile ${name}`)
    const target = (await headOf(others[0]!)) + 10
    await until('the killed node in step', 60_000, async () =>
      (await headOf(nodes[index]!).catch(() => 0)) >= target ? true : undefined,
    )
    const chains = await chainsUpTo(target)
    for (const chain of chains) expect(chain).toEqual(chains[0])
  })

  test('the consensus layer is away until L2 halts: the respan that follows is nobody’s fault', async () => {
    await using watches = startWatches()
    await watches.areOn()
    process.kill(pidOf(join(cli.home, 'local', 'pos'), 'pos'), 'SIGKILL')
    const last = await until('L2 at the end of the last committed epoch', 60_000, async () => {
      const {document} = await cli.run('epoch current --network local')
      const current = isRecord(document?.['data']) ? document['data'] : {}
      return current['epoch'] === null ? Number(current['headBlock']) : undefined
    })
    await cli.data('local up --detach')
    await expectNobodySilent(watches, last + 1)
  })

  test('down stops everything, up continues the same chain', async () => {
    const before = await chainsUpTo(FIRST + BLOCKS)
    const down = await cli.data('local down')
    expect(
      (down['processes'] as unknown[]).map((entry) => isRecord(entry) && entry['outcome']),
    ).toEqual(Array.from({length: 5}, () => 'stopped'))
    await cli.data('local status', 10)
    const up = await cli.data('local up --detach')
    expect(up['fresh']).toBe(false)
    const again = await cli.run('local up --detach')
    expect(again.exitCode).toBe(15)
    expect(await chainsUpTo(FIRST + BLOCKS)).toEqual(before)
    const head = await headOf(nodes[0]!)
    await until('new blocks', 60_000, async () =>
      (await headOf(nodes[0]!)) > head + 5 ? true : undefined,
    )
  })

  test('what scripts read of a network that runs', async () => {
    const looks = [
      'status --profile seq-1',
      'node status --profile seq-1',
      'node logs --profile seq-1 --lines 3',
      'pos status --network local',
      'local status',
      'epoch next --network local',
      'stake plan --profile seq-1',
      'dashboard --once --profile seq-1',
    ]
    const found: unknown[] = []
    for (const words of looks) found.push((await look(words.split(' '))).data)
    expect(found).toMatchObject([
      {rotation: {ok: true}, money: {ok: true}, l2MetisWei: {ok: true}, node: {name: 'seq-1'}},
      {status: {name: 'seq-1', address: await signerOfProfile('seq-1')}},
      {lines: [expect.any(String), expect.any(String), expect.any(String)]},
      {validators: [{}, {}, {}], rewardBatchId: expect.anything()},
      {state: {phase: 'ready'}},
      {headBlock: expect.stringMatching(/^\d+$/)},
      {sequencer: {status: 'active'}},
      {
        forecast: {backTest: {}},
        window: {reason: expect.any(String)},
        // A single frame has every panel: nothing comes after it.
        ...{duty: expect.any(Array), rewards: {}, host: {}, sources: expect.any(Array)},
      },
    ])
    expect(await cli.data('local fund --profile seq-1 --eth 1')).toMatchObject({
      funded: [{ethWei: `${10n ** 18n}`}],
    })
    // Beyond what the faucet has: its refusal, and not an endpoint that fails.
    await cli.data('local fund --profile seq-1 --metis 1000000000000 --eth 0', 5)
    expect(await cli.data('local warp 90s')).toMatchObject({seconds: 90})
  })

  test('the examples in the help of commands that read are true here', async () => {
    await cli.data('profile use seq-1')
    const calls = callsToRun(await Config.load({root: join(import.meta.dirname, '../..')}))
    const wrong: string[] = []
    for (const call of calls) {
      const words = call.map((word) => word.replace('18545', `${BASE_PORT}`))
      const {exit, error} = await look(words)
      // Whose turn it is changes while they run, and nobody leaves in the own turn.
      // A network without the optional parts says that it has none.
      const isAbsent = ['LST_UNKNOWN', 'MARKET_UNKNOWN'].includes(error?.code ?? '')
      const isAnswer = ANSWERS.includes(exit) || isAbsent || error?.facts['trap'] === 'producing'
      if (!isAnswer) wrong.push(`${words.join(' ')}: exit ${exit}, ${error?.message}`)
    }
    expect(calls.length).toBeGreaterThan(50)
    expect(wrong).toEqual([])
    expect(await cli.data('node stop --now --profile seq-3')).toMatchObject({outcome: 'stopped'})
  })

  test('its parts in a terminal print a stream of events, and the envelope at the end', async () => {
    await cli.data('local down')
    const start = (words: string) => startCli([...words.split(' '), '--json'], {home: cli.home})
    const says = (part: RunningCli) => part.stdout().includes('\n')
    const l1 = start('local l1')
    await until('L1', 30_000, async () => (await isUp(BASE_PORT)) || undefined)
    const dir = join(cli.home, 'pos-in-terminal')
    const node = start('node run --profile seq-1')
    const pos = start(`pos run --network local --mpc-key local-mpc --data-dir ${dir} --port 28999`)
    const parts = [pos, node, l1]
    await until('a line of each', 60_000, () => parts.every(says) || undefined)
    await until('the node', 60_000, async () => (await isUp(BASE_PORT + 10)) || undefined)
    await until('pos', 60_000, async () => (await isUp(28_999, 'GET')) || undefined)
    const ends: unknown[] = []
    for (const part of parts) {
      part.child.kill('SIGINT')
      const {stdout} = await part.result
      ends.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
    }

    const data = {stopped: true}
    expect(ends).toMatchObject([
      {command: 'pos run', ok: true, data: {...data, restUrl: expect.any(String)}},
      {command: 'node run', ok: true, data: {...data, rpcUrl: expect.any(String)}},
      {command: 'local l1', ok: true, data},
    ])
    await cli.data('local reset --yes')
  })
})

/** Exit codes that are an answer: yes, a condition that does not hold, a warning, something critical. */
const ANSWERS: readonly number[] = [0, 10, 11, 12]

/** In this process: a start of the program costs more than a look. */
async function look(words: readonly string[]): Promise<Awaited<ReturnType<typeof runHere>>> {
  const document = await runHere(words, cli.home)
  const {exit: _exit, ...printed} = document
  checkOutput([...words, '--json'], JSON.stringify(printed))
  return document
}

function isUp(port: number, method: 'GET' | 'POST' = 'POST'): Promise<boolean> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
  return fetch(`http://127.0.0.1:${port}/`, {method, ...(method === 'POST' ? {body} : {})}).then(
    () => true,
    () => false,
  )
}

async function chainsUpTo(last: number): Promise<Block[][]> {
  await until('every node at that height', 120_000, async () => {
    const heads = await Promise.all(nodes.map((node) => headOf(node).catch(() => 0)))
    return Math.min(...heads) >= last ? true : undefined
  })
  return Promise.all(nodes.map((node) => readBlocks(node, FIRST, last)))
}

/** The node whose turn it is, when it has most of its epoch before it. */
async function currentProducer(): Promise<
  {name: string; index: number; startBlock: number} | undefined
> {
  const {epoch, blocksLeft} = await cli.data('epoch current --network local')
  if (!isRecord(epoch) || Number(blocksLeft) < 14) return undefined
  for (const [index, name] of NODES.entries()) {
    if ((await signerOfProfile(name)) === String(epoch['signer']).toLowerCase())
      return {name, index, startBlock: Number(epoch['startBlock'])}
  }
  return undefined
}

/** What an event says, in `epoch watch` and in the panel of the dashboard. */
interface Takeover {
  type: string
  text: string
  epoch: {number: string; signer: string; startBlock: string}
}

interface Watches extends AsyncDisposable {
  areOn(): Promise<void>
  /** The respans that each of them has named so far. */
  inWatch(): Takeover[]
  onDashboard(): Takeover[]
}

/** Both streams of a network, while something happens to it. */
function startWatches(): Watches {
  const start = (words: string) =>
    startCli([...words.split(' '), '--json', '--network', 'local'], {home: cli.home})
  const [watch, dashboard] = [start('epoch watch'), start('dashboard --refresh 1')]
  const linesOf = (running: RunningCli) => running.stdout().split('\n').slice(0, -1)
  const isTakeover = ({type}: Takeover) => type === 'takeover'
  return {
    async areOn() {
      const isOn = () => (linesOf(watch).length > 0 && linesOf(dashboard).length > 0) || undefined
      await until('both streams', 60_000, isOn)
    },
    inWatch: () =>
      linesOf(watch)
        .map((line) => JSON.parse(line) as Takeover)
        .filter(isTakeover),
    onDashboard() {
      const {events} = JSON.parse(linesOf(dashboard).at(-1)!) as {events: Takeover[]}
      return events.filter(isTakeover)
    },
    async [Symbol.asyncDispose]() {
      for (const {child} of [watch, dashboard]) child.kill('SIGINT')
      await Promise.all([watch.result, dashboard.result])
    },
  }
}

/** `epoch watch`, the dashboard and `epoch list` name one successor, from one block, of this producer. */
async function expectRespanNamed({inWatch, onDashboard}: Watches, silent: string): Promise<void> {
  const own = String((await cli.data('profile show'))['signer']).toLowerCase()
  const nameOf = (signer: string) => (signer.toLowerCase() === own ? 'you' : signer.toLowerCase())
  const ofSilent = ({text}: Takeover) =>
    text.toLowerCase().endsWith(`because ${nameOf(silent)} fell silent.`)
  const event = await until('the respan in `epoch watch`', 60_000, () => inWatch().find(ofSilent))
  const {number, signer, startBlock} = event.epoch
  expect(event.text.toLowerCase()).toContain(
    `epoch ${number} was given to ${nameOf(signer)} from block ${startBlock} on`,
  )
  expect(signer.toLowerCase()).not.toBe(silent)
  expect(await contractSigner(Number(startBlock))).toBe(signer.toLowerCase())

  // The dashboard tells of respans before it was started as well, some of the same signer on a slow machine.
  const shown = await until('the same on the dashboard', 60_000, () =>
    onDashboard().find(({epoch}) => epoch.startBlock === startBlock),
  )
  expect(shown).toMatchObject({text: event.text, epoch: event.epoch})

  // The consensus layer lists a respan a moment after L2 has it.
  const listed = await until('the same in `epoch list`', 60_000, async () => {
    const {epochs} = await cli.data('epoch list --network local --count 20')
    const found = (epochs as Record<string, unknown>[]).find((each) => each['number'] === number)
    return found?.['silent'] ? found : undefined
  })
  expect(listed).toMatchObject({number, signer, startBlock, takeover: true})
  expect(String(listed['silent']).toLowerCase()).toBe(silent)
}

/** Nobody could produce this block before its respan, and every surface says so. */
async function expectNobodySilent({inWatch, onDashboard}: Watches, block: number): Promise<void> {
  const isIt = ({epoch}: Takeover) => Number(epoch.startBlock) === block
  const event = await until('the respan in `epoch watch`', 60_000, () => inWatch().find(isIt))
  expect(event.text).toMatch(/ on before it was committed; nobody fell silent\.$/)
  const shown = await until('the same on the dashboard', 60_000, () => onDashboard().find(isIt))
  expect(shown).toMatchObject({text: event.text, epoch: event.epoch})

  const {number, signer} = event.epoch
  const {epochs} = await cli.data('epoch list --network local --count 20')
  const at = (epochs as Record<string, unknown>[]).findIndex((each) => each['number'] === number)
  expect((epochs as unknown[]).slice(at - 1, at + 1)).toMatchObject([
    {cut: false},
    {signer, takeover: true, replaced: 'planned', silent: null},
  ])
  // The consensus layer has the span a moment after L2 has the epoch.
  const context = openContext({home: openHome(cli.home), network: 'local'})
  const drawn = await until('the draw', 60_000, async () => {
    const {records} = await readRecords(context, 20)
    return records.find((each) => `${each.number}` === number)?.drawn ?? undefined
  })
  context.close()
  for (const name of NODES) {
    const {duties} = await cli.data(`duty history --profile ${name}`)
    const outcome = (duties as Record<string, unknown>[]).find((each) => each['number'] === number)
    const of = await signerOfProfile(name)
    if (of === signer.toLowerCase())
      expect(outcome?.['outcome']).toMatch(/^(?:pending|full|stood-in)$/)
    else expect(outcome?.['outcome']).toBe(of === drawn.toLowerCase() ? 'not-committed' : undefined)
  }
}

async function signerOfProfile(name: string): Promise<string> {
  const profile = await cli.data(`profile show ${name}`)
  return String(profile['signer']).toLowerCase()
}

/** `MetisSequencerSet.getMetisSequencer(n)`, asked of the chain itself. */
async function contractSigner(block: number): Promise<string> {
  const answer = await nodes[1]!
    .request('eth_call', [
      {
        to: '0x4200000000000000000000000000000000001088',
        data: `0x3edae769${block.toString(16).padStart(64, '0')}`,
      },
      'latest',
    ])
    .catch(() =>
      nodes[2]!.request('eth_call', [
        {
          to: '0x4200000000000000000000000000000000001088',
          data: `0x3edae769${block.toString(16).padStart(64, '0')}`,
        },
        'latest',
      ]),
    )
  return `0x${String(answer).slice(-40)}`.toLowerCase()
}

/** Who signed each block, from a node's own chain log. */
async function signersOf(name: string, first: number, last: number): Promise<Map<number, string>> {
  const context = openContext({home: openHome(cli.home), network: 'local'})
  const {chainId, bundled} = context.network.l2
  const log = ChainLog.open(join(cli.home, 'nodes', name, 'chain.sqlite'), {
    chainId,
    fingerprint: bundled!.fingerprint,
  })
  try {
    const blocks = log.range(first, last)
    return new Map(blocks.map(({number, signer}) => [Number(number), signer.toLowerCase()]))
  } finally {
    log.close()
  }
}

/** Sends small transfers through the node of another sequencer until it is stopped. */
function startLoad(): {sent(): number; stop(): Promise<void>} {
  let stopped = false
  let sent = 0
  const work = (async () => {
    const context = openContext({home: openHome(cli.home), network: 'local'})
    const signer = await openSigner('local-faucet', {home: context.home, config: context.config})
    const node = nodes[2]!
    let nonce = Number(await node.request('eth_getTransactionCount', [signer.address, 'latest']))
    while (!stopped) {
      const {raw} = await signer.sign({
        chainId: context.network.l2.chainId,
        nonce,
        to: signer.address,
        data: '0x',
        valueWei: 1n,
        gasLimit: 21_000n,
        fees: {type: 'legacy', gasPrice: BigInt(String(await node.request('eth_gasPrice')))},
      })
      try {
        await node.request('eth_sendRawTransaction', [raw])
        nonce++
        sent++
        // Many in each block, and the processors are for the nodes.
        await new Promise((resolve) => setTimeout(resolve, LOAD_PAUSE_MS))
      } catch {
        // A full pool or a turn that changes hands: the same transaction is offered again.
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    context.close()
  })()
  return {
    sent: () => sent,
    async stop() {
      stopped = true
      await work
    },
  }
}
