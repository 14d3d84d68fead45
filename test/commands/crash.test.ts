import {encodeFunctionData} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import type {Network} from '../../src/protocol/network.ts'
import {startBroadcastProxy, type BroadcastProxy} from '../helpers/broadcast-proxy.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {statusesIn} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type RunningCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const register = ['sequencer', 'register', '--amount', '20000', '--yes']

let chain: TestChain
let proxy: BroadcastProxy
let network: Network

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner)
  await chain.keep()
  proxy = await startBroadcastProxy(chain.l1)
  network = {...chain.network, l1: {...chain.network.l1, rpcUrls: [proxy.url]}}
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  proxy.reset()
})

const operator = () => makeOperator(network, {owner: 'owner', signer: 'signer'})

async function poolSays(functionName: 'totalSequencers' | 'seqOwners'): Promise<number> {
  const data =
    functionName === 'totalSequencers'
      ? encodeFunctionData({abi: lockingPoolAbi, functionName})
      : encodeFunctionData({abi: lockingPoolAbi, functionName, args: [owner]})
  return Number(await chain.l1.request('eth_call', [{to: chain.at.lockingPool, data}, 'latest']))
}

const sentByOwner = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner, 'latest']))

/** What a run after the crash may end with: it did the rest, or found that all was done. */
interface Moment {
  count: number
  at: 'before' | 'after'
  /** Of the run after the crash. */
  exitCode: number
  code: string | undefined
}

const moments: Moment[] = [
  {count: 1, at: 'before', exitCode: 0, code: undefined},
  {count: 1, at: 'after', exitCode: 0, code: undefined},
  {count: 2, at: 'before', exitCode: 5, code: 'DONE_EARLIER'},
  {count: 2, at: 'after', exitCode: 5, code: 'DONE_EARLIER'},
]

test.each(moments)(
  'kill -9 $at broadcast $count reached the chain: the next run ends with one sequencer',
  async ({count, at, exitCode, code}) => {
    using temp = await operator()
    let cli: RunningCli | undefined
    proxy.onBroadcast((number, moment) => {
      if (number !== count || moment !== at) return 'go on'
      cli?.child.kill('SIGKILL')
      return 'silence'
    })
    cli = startCli(register, {home: temp.root})
    const {child} = cli
    const crashed = await cli.result
    expect({exitCode: crashed.exitCode, signal: child.signalCode}).toEqual({
      exitCode: null,
      signal: 'SIGKILL',
    })
    expect(statusesIn(temp).at(-1)).toBe('prepared')
    proxy.reset()

    const again = await runCli([...register, '--json'], {home: temp.root})

    expect({exitCode: again.exitCode, code: again.json?.error?.code}).toEqual({exitCode, code})
    expect(await poolSays('totalSequencers')).toBe(1)
    expect(await poolSays('seqOwners')).toBe(1)
    // One approval and one lock, whatever happened in between.
    expect(await sentByOwner()).toBe(2)
    expect(new Set(statusesIn(temp))).toEqual(new Set(['mined']))
  },
)

test('without a crash: approval and lock, and a second run changes nothing', async () => {
  using temp = await operator()

  const first = await runCli(register, {home: temp.root})
  const second = await runCli([...register, '--json'], {home: temp.root})

  expect(first).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Sequencer 1 is active.'),
  })
  const talk = first.stderr.split('\n').filter((line) => /^(Simulated|Sent|Mined)/.test(line))
  expect(talk.map((line) => line.replace(/ in block \d+|, 0x.*/g, ''))).toEqual([
    'Simulated: Approve 20,000 METIS for LockingInfo.',
    'Sent: Approve 20,000 METIS for LockingInfo',
    'Mined: Approve 20,000 METIS for LockingInfo.',
    'Sent: Lock 20,000 METIS and register the sequencer',
    'Mined: Lock 20,000 METIS and register the sequencer.',
  ])
  expect(second.json?.error).toMatchObject({code: 'OWNER_HAS_SEQUENCER', exitCode: 5})
  expect(await sentByOwner()).toBe(2)
  expect(statusesIn(temp)).toEqual(['mined', 'mined'])
})

test('--dry-run and --unsigned sign nothing, write no entry and send nothing', async () => {
  using temp = await operator()
  const file = temp.path('out.json')
  const sends: number[] = []
  proxy.onBroadcast((count) => {
    sends.push(count)
    return 'go on'
  })
  const base = register.filter((word) => word !== '--yes')

  const dry = await runCli([...base, '--dry-run'], {home: temp.root})
  const unsigned = await runCli([...base, '--unsigned', file, '--json'], {home: temp.root})

  expect(dry).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/Costs about .* and at most/),
  })
  expect(unsigned).toMatchObject({
    exitCode: 0,
    json: {ok: true, data: {unsigned: {file, format: 'eip1559'}}},
  })
  expect(sends).toEqual([])
  expect(statusesIn(temp)).toEqual([])
  expect(await sentByOwner()).toBe(0)
})

/** Blocks wait until the test makes one, so that the command is surely waiting. */
async function untilSent(temp: TempHome, args: string[]): Promise<RunningCli> {
  await chain.l1.request('evm_setAutomine', [false])
  const cli = startCli(args, {home: temp.root})
  const open = () => statusesIn(temp).filter((status) => status === 'sent').length
  await expect.poll(open, {timeout: 60_000}).toBe(1)
  return cli
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s while waiting: exit %i with the hash in the facts, and the next run settles it',
  async (signal, exitCode) => {
    using temp = await operator()
    const cli = await untilSent(temp, [...register, '--json'])
    cli.child.kill(signal)

    const {json, exitCode: seen} = await cli.result

    const hash = json?.error?.facts['hash']
    expect({seen, code: json?.error?.code}).toEqual({seen: exitCode, code: 'INTERRUPTED'})
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/)
    expect(await chain.l1.request('eth_getTransactionByHash', [hash])).not.toBeNull()
    expect(statusesIn(temp)).toEqual(['sent'])
    await chain.l1.request('evm_mine')
    await chain.l1.request('evm_setAutomine', [true])
    const again = await runCli(register, {home: temp.root})
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('Earlier transaction (Approve 20,000 METIS for LockingInfo')
    expect(await sentByOwner()).toBe(2)
  },
)
