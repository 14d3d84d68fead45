/** Every command that sends, killed before and after its transaction is out: it is sent exactly once. */
import type {Address} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {startBroadcastProxy, type BroadcastProxy, type Moment} from '../helpers/broadcast-proxy.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {forgetJournal, statusesIn} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, startCli, type RunningCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const signer = accountOf('signer').address
const heir = accountOf('heir').address
const EXIT_SECONDS = 21 * 86_400

let chain: TestChain
let proxy: BroadcastProxy
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  proxy = await startBroadcastProxy(chain.l1)
  const l1 = {...chain.network.l1, rpcUrls: [proxy.url]}
  temp = await makeOperator({...chain.network, l1}, {owner: 'owner', signer: 'signer'})
  await chain.lock(owner, accountOf('signer'))
  for (const name of ['one', 'two']) {
    await chain.lock(accountOf(name).address, accountOf(`${name} signs`))
  }
  await chain.fund(heir, {metis: '0'})
  await chain.l1.request('anvil_setBalance', [signer, '0xde0b6b3a7640000'])
  await chain.submitRewards(signer, 100n)
  await chain.keep()
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await proxy[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  proxy.reset()
  forgetJournal(temp)
})

/** The fee that a reward of 200,000 gas at 1 gwei needs. */
const FEE_WEI = 200_000_000_000_000n

async function unlocked(): Promise<void> {
  await chain.act(owner, chain.at.lockingPool, lockingPoolAbi, 'unlock', [1n, 0], FEE_WEI)
  await chain.l1.request('evm_increaseTime', [EXIT_SECONDS])
  await chain.l1.request('evm_mine')
}

interface Case {
  line: string
  from?: Address
  before?: () => Promise<void>
}

const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
const cases: Case[] = [
  {line: 'stake increase 1 --amount 1000'},
  {line: 'stake restake 1'},
  {line: 'stake withdraw 1 --amount 1000 --override shared-throttle'},
  {line: `sequencer set-recipient 1 --recipient ${heir}`},
  {line: `sequencer set-owner 1 --new-owner ${heir}`},
  {
    line: `sequencer rotate-signer 1 --signer-pubkey ${publicKey} --override shared-throttle --override unpaid-blocks`,
    from: signer,
  },
  {line: 'reward claim 1'},
  {line: 'exit start 1 --override producing'},
  {line: 'exit finish 1', before: unlocked},
]
const moments: Moment[] = ['before', 'after']
const matrix = cases.flatMap((each) => moments.map((moment) => ({...each, moment})))

const sentBy = async (from: Address) =>
  Number(await chain.l1.request('eth_getTransactionCount', [from, 'latest']))

test.each(matrix)(
  '$line, killed $moment the chain has it',
  async ({line, moment, from = owner, before}) => {
    await before?.()
    const args = [...line.split(' '), '--yes', '--json']
    const nonce = await sentBy(from)
    let cli: RunningCli | undefined
    proxy.onBroadcast((_count, at) => {
      if (at !== moment) return 'go on'
      cli?.child.kill('SIGKILL')
      return 'silence'
    })
    cli = startCli(args, {home: temp.root})
    await cli.result
    expect(cli.child.signalCode).toBe('SIGKILL')
    proxy.reset()

    const again = await runCli(args, {home: temp.root})

    expect(again.json?.error).toMatchObject({code: 'DONE_EARLIER', exitCode: 5})
    expect(await sentBy(from)).toBe(nonce + 1)
    expect(statusesIn(temp)).toEqual(['mined'])
  },
)
