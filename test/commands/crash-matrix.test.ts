/** Every command that sends, killed at every stage of its way: run again, it ends in exactly one transaction. */
import {rmSync} from 'node:fs'

import type {Address} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {startChaosEndpoint, type ChaosEndpoint, type Fate} from '../helpers/chaos-endpoint.ts'
import {forgetJournal, statusesIn} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {claimable, deposited} from '../helpers/lst-steps.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type CliResult, type RunningCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const signer = accountOf('signer').address
const heir = accountOf('heir').address
const EXIT_SECONDS = 21 * 86_400

let chain: TestChain
let ends: {l1: ChaosEndpoint; l2: ChaosEndpoint}
let temp: TempHome
/** As `temp`, with an owner who has no sequencer yet, and with the owner of the network. */
let fresh: TempHome
let office: TempHome

beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['lst', 'defi']})
  ends = {
    l1: await startChaosEndpoint(() => chain.l1.url),
    l2: await startChaosEndpoint(() => chain.l2.url),
  }
  const l1 = {...chain.network.l1, rpcUrls: [ends.l1.url]}
  const l2 = {...chain.network.l2, rpcUrls: [ends.l2.url]}
  temp = await makeOperator({...chain.network, l1, l2}, {owner: 'owner', signer: 'signer'})
  fresh = await makeOperator({...chain.network, l1, l2}, {owner: 'heir', signer: 'heir signs'})
  office = await makeOperator({...chain.network, l1, l2}, {owner: 'office', signer: 'office signs'})
  await chain.lock(owner, accountOf('signer'))
  for (const name of ['one', 'two']) {
    await chain.lock(accountOf(name).address, accountOf(`${name} signs`))
  }
  await chain.fund(heir)
  await chain.l1.request('anvil_setBalance', [signer, '0xde0b6b3a7640000'])
  await chain.submitRewards(signer, 100n)
  await handOver(accountOf('office').address)
  await chain.keep()
})

/** Makes an account the owner of the network, and the payer of its rewards. */
async function handOver(to: Address): Promise<void> {
  const {lockingPool, lockingInfo} = chain.at
  await chain.fund(to, {whitelist: false})
  await chain.act(governance.address, lockingInfo, lockingInfoAbi, 'setRewardPayer', [to])
  for (const [at, abi] of [
    [lockingPool, lockingPoolAbi],
    [lockingInfo, lockingInfoAbi],
  ] as const) {
    await chain.act(governance.address, at, abi, 'transferOwnership', [to])
  }
}

afterAll(async () => {
  for (const home of [temp, fresh, office]) home[Symbol.dispose]()
  for (const end of Object.values(ends)) await end[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  for (const end of Object.values(ends)) end.reset()
  for (const home of [temp, fresh, office]) forgetJournal(home)
})

/** The fee that a reward of 200,000 gas at 1 gwei needs. */
const FEE_WEI = 200_000_000_000_000n

async function unlocked(): Promise<void> {
  await chain.act(owner, chain.at.lockingPool, lockingPoolAbi, 'unlock', [1n, 0], FEE_WEI)
  await chain.l1.request('evm_increaseTime', [EXIT_SECONDS])
  await chain.l1.request('evm_mine')
}

const signedFile = () => temp.path('signed.json')

async function signedElsewhere(): Promise<void> {
  const unsigned = temp.path('unsigned.json')
  for (const file of [unsigned, signedFile()]) rmSync(file, {force: true})
  await run(temp, `sequencer set-recipient 1 --recipient ${heir} --unsigned ${unsigned}`)
  await run(temp, `tx sign ${unsigned} --output ${signedFile()} --yes --override unknown-recipient`)
}

const run = async (home: TempHome, line: string): Promise<CliResult> => {
  const result = await runCli(line.split(' '), {home: home.root})
  expect(result.exitCode, result.stderr).toBe(0)
  return result
}

/** What one stage of the way asks of the chain first; the process is killed when it asks. */
const stages: {stage: string; at: string; fate: Fate; sentBefore: boolean}[] = [
  {stage: 'while it looks', at: 'eth_call', fate: 'silence', sentBefore: false},
  {stage: 'while it simulates', at: 'eth_estimateGas', fate: 'silence', sentBefore: false},
  {stage: 'before it signs', at: 'pending nonce', fate: 'silence', sentBefore: false},
  {stage: 'before it is out', at: 'eth_sendRawTransaction', fate: 'silence', sentBefore: true},
  {stage: 'after it is out', at: 'eth_sendRawTransaction', fate: 'deaf', sentBefore: true},
  {stage: 'while it waits', at: 'eth_getTransactionReceipt', fate: 'silence', sentBefore: true},
  {stage: 'before it compares', at: 'read after receipt', fate: 'silence', sentBefore: true},
]

interface Case {
  line: string
  /** The part of the line that names the file of this run. */
  more?: () => string
  from?: Address
  home?: () => TempHome
  chain?: 'l1' | 'l2'
  before?: () => Promise<void>
  /** Transactions of the whole plan. */
  count?: number
  /** It signs nothing and plans nothing: the bytes come from elsewhere. */
  signedBefore?: boolean
}

const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
const byOffice = {from: accountOf('office').address, home: () => office}
const cases: Case[] = [
  {line: 'sequencer register --amount 20000', from: heir, home: () => fresh, count: 2},
  {line: 'stake increase 1 --amount 1000'},
  {line: 'stake restake 1'},
  {line: 'stake withdraw 1 --amount 1000 --override shared-throttle'},
  {line: `sequencer set-recipient 1 --recipient ${heir}`},
  {
    line: `sequencer set-owner 1 --new-owner ${accountOf('buyer').address} --override new-owner-not-ready --confirm 1`,
  },
  {
    line: `sequencer rotate-signer 1 --signer-pubkey ${publicKey} --override shared-throttle --override unpaid-blocks`,
    from: signer,
  },
  {line: 'reward claim 1'},
  {line: 'exit start 1 --override producing --confirm 1'},
  {line: 'exit finish 1', before: unlocked},
  {line: 'lst deposit artemis 1', chain: 'l2'},
  {
    line: 'lst withdraw artemis 1',
    chain: 'l2',
    before: () => deposited((line) => run(temp, line)),
  },
  {
    line: 'lst claim artemis',
    chain: 'l2',
    before: () => claimable(chain, (line) => run(temp, line)),
  },
  {line: 'lst deposit enki 1', chain: 'l2', count: 2},
  {line: 'lst deposit stakelink 1', chain: 'l2', count: 2},
  {line: 'pool swap 1 METIS m.USDC', chain: 'l2'},
  {line: 'lend supply 1 METIS', chain: 'l2', count: 2},
  {line: `sequencer allow ${accountOf('newcomer').address}`, ...byOffice},
  {line: `sequencer disallow ${heir}`, ...byOffice},
  {line: 'governance set-reward --per-block 0.001', ...byOffice},
  {line: 'governance set-limits --min-lock 15000 --max-lock 120000', ...byOffice, count: 2},
  {line: 'governance approve-payer --amount 100', ...byOffice},
  {line: 'tx send', more: signedFile, before: signedElsewhere, signedBefore: true},
]

/**
 * Some commands are killed at every stage, the others at every second one of those after the journal is written, in
 * turn, so that each stage has half of them. `CRASH_MATRIX=whole` kills every command at every stage.
 */
const isWhole = process.env['CRASH_MATRIX'] === 'whole'
const samples = ['sequencer register', 'reward claim', 'lst deposit', 'governance set-limits']
const isSample = (line: string) => samples.some((sample) => line.startsWith(sample))

const matrix = cases.flatMap((each, index) =>
  stages
    .filter(
      ({sentBefore}, at) =>
        isWhole || isSample(each.line) || (sentBefore && (index + at) % 2 === 0),
    )
    .map((stage) => ({...each, ...stage})),
)

/** Recognizes the call at which a stage begins; a stage after the receipt begins only when one was seen. */
function beginsStage(at: string): (call: {method: string; params: unknown[]}) => boolean {
  let receiptAsked = false
  return ({method, params}) => {
    if (method === 'eth_getTransactionReceipt') receiptAsked = true
    if (at === 'pending nonce')
      return method === 'eth_getTransactionCount' && params[1] === 'pending'
    if (at === 'read after receipt') return receiptAsked && method === 'eth_getBlockByNumber'
    return method === at
  }
}

const noncesOf = async (from: Address, on: 'l1' | 'l2') =>
  Number(await chain[on].request('eth_getTransactionCount', [from, 'latest']))

test.each(matrix)('$line, killed $stage', async (each) => {
  const {line, more, from = owner, home = () => temp, chain: on = 'l1', before} = each
  const {at, fate, sentBefore, count = 1, signedBefore = false} = each
  await before?.()
  const args = [...line.split(' '), ...(more ? [more()] : []), '--yes', '--json']
  const nonce = await noncesOf(from, on)
  const begins = beginsStage(at)
  let cli: RunningCli | undefined
  let killed = false
  ends[on].decide((call) => {
    if (killed || !begins(call)) return killed ? 'silence' : 'pass'
    killed = true
    cli?.child.kill('SIGKILL')
    return fate
  })
  cli = startCli(args, {home: home().root})
  const first = await cli.result
  ends[on].reset()

  const again = await runCli(args, {home: home().root})

  // What comes from elsewhere is neither planned nor simulated: there is no such stage.
  if (!killed) expect(signedBefore).toBe(true)
  else expect(cli.child.signalCode, first.stderr).toBe('SIGKILL')
  expect(await noncesOf(from, on)).toBe(nonce + count)
  expect(new Set(statusesIn(home()))).toEqual(new Set(['mined']))
  // A plan of several goes on where it was, and bytes from elsewhere are sent as they are.
  const mayGoOn = count > 1 || signedBefore
  const told = again.json?.error?.code ?? 'done'
  if (mayGoOn) expect(['done', 'DONE_EARLIER']).toContain(told)
  else expect(told).toBe(sentBefore ? 'DONE_EARLIER' : 'done')
  // Who writes files for a key elsewhere can go on: what was told once is told.
  if (signedBefore) await run(temp, `sequencer set-recipient 1 --recipient ${owner} --unsigned -`)
})

/** A replacement has the nonce of what it replaces, so whatever happens one of them is mined. */
const replacements = ['tx speed-up', 'tx cancel'].flatMap((line) =>
  stages
    .filter(({at}) => at === 'eth_sendRawTransaction' || at === 'eth_getTransactionReceipt')
    .map(({stage, at, fate}) => ({line, stage, at, fate})),
)

test.each(replacements)('$line, killed $stage', async ({line, at, fate}) => {
  const nonce = await noncesOf(owner, 'l1')
  await chain.l1.request('evm_setAutomine', [false])
  await run(temp, `sequencer set-recipient 1 --recipient ${heir} --yes --wait none`)
  const args = [...line.split(' '), '--yes', '--json']
  let cli: RunningCli | undefined
  let killed = false
  ends.l1.decide(({method}) => {
    if (killed || method !== at) return killed ? 'silence' : 'pass'
    killed = true
    cli?.child.kill('SIGKILL')
    return fate
  })
  cli = startCli(args, {home: temp.root})
  await cli.result
  ends.l1.reset()
  expect(cli.child.signalCode).toBe('SIGKILL')
  await chain.l1.request('evm_mine')

  const again = await runCli(args, {home: temp.root})

  // The block has taken one of both, or all are told to be over.
  expect(['TX_NOT_OPEN', 'NOTHING_OPEN']).toContain(again.json?.error?.code)
  expect(await noncesOf(owner, 'l1')).toBe(nonce + 1)
})
