/** A network document whose contracts do not point at each other: no command plans anything by it. */
import {afterAll, beforeAll, expect, test} from 'vitest'

import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const stranger = accountOf('stranger').address

let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  const {contracts} = chain.network.l1
  const l1 = {...chain.network.l1, contracts: {...contracts, bridge: stranger}}
  temp = await makeOperator({...chain.network, l1}, {owner: 'owner', signer: 'signer'})
  await chain.lock(accountOf('owner').address, accountOf('signer'))
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

test.each([
  'governance show',
  'governance set-reward --per-block 0.001 --dry-run',
  'governance set-limits --min-lock 15000 --dry-run',
  'governance approve-payer --amount max --dry-run',
  `sequencer allow ${stranger} --dry-run`,
  'stake increase 1 --amount 1 --dry-run',
  'reward claim 1 --dry-run',
])('%s is refused', async (line) => {
  const {json} = await runCli([...line.split(' '), '--json'], {home: temp.root})

  expect(json?.error).toMatchObject({
    ...{code: 'CONTRACTS_DISAGREE', exitCode: 3},
    facts: {expected: stranger, actual: chain.at.bridge},
  })
})
