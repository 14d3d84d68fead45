import {numberToHex, parseTransaction, type Address} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'
import {describe, expect, test} from 'vitest'

import {createEndpoints} from '../../src/pos/endpoints.ts'
import {commitCalldata, dueCommit} from '../../src/pos/epoch-committer.ts'
import type {L2View} from '../../src/pos/l2-view.ts'
import type {OwnSigner} from '../../src/pos/mpc-signer.ts'
import {planRespan, recommitCalldata, respanEnd, signRecommit} from '../../src/pos/respan.ts'
import {nextSpanStep} from '../../src/pos/span-planner.ts'
import {initialState, type PosState} from '../../src/pos/state.ts'
import {proposalWindow, transition} from '../../src/pos/transition.ts'
import type {Epoch} from '../../src/protocol/epoch.ts'
import type {Validator} from '../../src/protocol/span.ts'
import {startRpcStub} from '../helpers/rpc-stub.ts'

const account = privateKeyToAccount(`0x${'4'.repeat(64)}`)
/** Signs whatever comes. */
const signer: OwnSigner = {
  address: account.address,
  async signOwn(_type, transaction) {
    return {signedTx: await account.signTransaction(transaction)}
  },
}

const [A, B, C] = ['a', 'b', 'c'].map((digit) => `0x${digit.repeat(40)}`) as [
  Address,
  Address,
  Address,
]
const validator = (id: bigint, signer: Address): Validator => ({
  ...{id, signer, pubKey: '0x04', power: 20_000, startBatch: 1n, endBatch: 0n, nonce: 1n},
  ...{lastUpdated: '', jailed: false, accum: 0},
})
const zero: Epoch = {number: 0n, signer: A, startBlock: 11n, endBlock: 30n}
const one: Epoch = {number: 1n, signer: B, startBlock: 31n, endBlock: 50n}
const view = (head: bigint, ...epochs: [Epoch, ...Epoch[]]): L2View => ({
  ...{head, epochLength: 20n, epochs},
})

function stateWith(...epochs: Epoch[]): PosState {
  const validators = [validator(1n, A), validator(2n, B), validator(3n, C)]
  const [state] = transition({...initialState(1n), validators}, {type: 'adopt-epochs', epochs})
  return state
}
/** Span 1 is planned by us and not committed. */
function planned(): PosState {
  const command = {type: 'propose-span', spanId: 1n, l2Head: 20n, epochLength: 20n} as const
  return transition(stateWith(zero), command)[0]
}

describe('the next step about spans', () => {
  test('nothing is known: epoch 0 of the contract is span 0', () => {
    expect(nextSpanStep(initialState(1n), view(11n, zero), false)).toEqual({
      type: 'command',
      command: {type: 'adopt-epochs', epochs: [zero]},
    })
  })

  test('the contract is far ahead: its epochs are read in portions', () => {
    const far = {...one, number: 500n}
    const before = {...one, number: 499n}
    expect(nextSpanStep(initialState(1n), view(9999n, before, far), false)).toEqual({
      ...{type: 'recover', from: 0n, to: 63n},
    })
    expect(nextSpanStep(stateWith(zero, one), view(9999n, before, far), true)).toEqual({
      ...{type: 'recover', from: 2n, to: 65n},
    })
  })

  test.each([
    [12n, true, 'none'],
    [13n, true, 'command'],
    [13n, false, 'none'],
    [30n, true, 'command'],
    [31n, true, 'none'],
  ])('head %d, set complete: %s -> %s', (head, complete, type) => {
    const step = nextSpanStep(stateWith(zero), view(head, zero), complete)
    expect(step.type).toBe(type)
    if (step.type === 'command') expect(step.command.type).toBe('propose-span')
  })

  test('nobody is there: nothing is proposed', () => {
    const state = {...stateWith(zero), validators: []}
    expect(nextSpanStep(state, view(20n, zero), true)).toEqual({type: 'none'})
  })

  test('a planned span waits for its commitment, unless its length is out of date', () => {
    expect(nextSpanStep(planned(), view(20n, zero), true)).toEqual({type: 'none'})
    const longer = {...view(20n, zero), epochLength: 25n}
    expect(nextSpanStep(planned(), longer, true)).toMatchObject({
      command: {type: 'drop-span', spanId: 1n},
    })
  })

  test('the contract has another epoch 1 than planned: the contract is right', () => {
    const foreign = {...one, startBlock: 21n}
    expect(nextSpanStep(planned(), view(21n, {...zero, endBlock: 20n}, foreign), true)).toEqual({
      type: 'command',
      command: {type: 'adopt-epochs', epochs: [{...zero, endBlock: 20n}, foreign]},
    })
  })
})

test('the window of a span opens after a tenth of its blocks and closes with its last', () => {
  const [span] = stateWith({...zero, startBlock: 1000n, endBlock: 1999n}).spans
  const opened = [1099n, 1100n, 1999n, 2000n].map((head) => proposalWindow(span!, head))
  expect(opened).toEqual([false, true, true, false])
})

test('each try outbids what a pool may hold with the same nonce, also at a price of zero', async () => {
  const plan = planRespan(stateWith(zero), view(20n, zero), 5n)
  if (plan.kind !== 'ready') throw new Error(plan.reason)
  const pricesAt = async (gasPrice: bigint) => {
    await using stub = await startRpcStub({
      eth_chainId: () => '0x7',
      eth_getTransactionCount: () => '0x3',
      eth_gasPrice: () => numberToHex(gasPrice),
    })
    const l2 = createEndpoints({chainName: 'L2', chainId: 7, urls: [stub.url], timeoutMs: 1000})
    const prices = []
    for (const attempt of [0n, 1n, 2n]) {
      const respan = {...plan.respan, attempt}
      const {raw} = await signRecommit({l2, signer, chainId: 7, sequencerSet: C, respan})
      const {gasPrice: price, nonce, gas} = parseTransaction(raw)
      expect({nonce, gas}).toEqual({nonce: 3, gas: 5_000_000n})
      prices.push(price)
    }
    l2.close()
    return prices
  }
  expect(await pricesAt(0n)).toEqual([1n, 2n, 3n])
  expect(await pricesAt(1000n)).toEqual([1201n, 1442n, 1723n])
})

describe('what is to be committed', () => {
  test('the planned span while its first block is to come', () => {
    expect(dueCommit(planned(), view(20n, zero))).toMatchObject({id: 1n, startBlock: 31n})
    expect(dueCommit(planned(), view(30n, zero))).toMatchObject({id: 1n})
    expect(dueCommit(planned(), view(31n, zero))).toBeUndefined()
    expect(dueCommit(stateWith(zero), view(20n, zero))).toBeUndefined()
    expect(dueCommit(planned(), view(20n, {...zero, endBlock: 25n}))).toBeUndefined()
    expect(dueCommit(planned(), {...view(20n, zero), epochLength: 7n})).toBeUndefined()
  })

  test('the calldata has the selectors that l2geth knows', () => {
    const span = dueCommit(planned(), view(20n, zero))!
    expect(commitCalldata(span).slice(0, 10)).toBe('0x4fb71bdd')
    const plan = planRespan(stateWith(zero), view(20n, zero), 100n)
    if (plan.kind !== 'ready') throw new Error(plan.reason)
    expect(recommitCalldata(plan.respan).slice(0, 10)).toBe('0x2c91c679')
  })
})

describe('who takes over, and for how long', () => {
  test('nobody whose blocks the others do not take, as long as there is another', () => {
    const state = stateWith(zero)
    const plain = planRespan(state, view(20n, zero), 5n)
    if (plain.kind !== 'ready') throw new Error(plain.reason)
    const first = plain.respan.nextProducer
    const passed = planRespan(state, view(20n, zero), 5n, new Set([first]))
    if (passed.kind !== 'ready') throw new Error(passed.reason)
    const {nextProducer, attempt} = passed.respan
    expect(nextProducer).not.toBe(first)
    // A later try of the same draw, so that the choice is still the one of Themis.
    expect(attempt).toBeGreaterThan(plain.respan.attempt)
    const all = new Set([first, nextProducer])
    expect(planRespan(state, view(20n, zero), 5n, all)).toEqual(plain)
  })

  test('case 1: nothing is planned after the running epoch', () => {
    expect(planRespan(stateWith(zero), view(20n, zero), 100n)).toMatchObject({
      kind: 'ready',
      respan: {spanId: 1n, l2Epoch: 0n, currentProducer: A, startBlock: 21n, endBlock: 130n},
    })
  })

  test('case 2: the next epoch is committed and starts early', () => {
    expect(planRespan(stateWith(zero, one), view(20n, zero, one), 5n)).toMatchObject({
      respan: {spanId: 1n, l2Epoch: 0n, currentProducer: A, startBlock: 21n, endBlock: 55n},
    })
  })

  test('the next span is planned and not committed: the contract makes it (case 1)', () => {
    expect(planRespan(planned(), view(20n, zero), 5n)).toMatchObject({
      respan: {spanId: 1n, l2Epoch: 0n, startBlock: 21n, endBlock: 55n},
    })
  })

  test('case 2: the newest epoch should begin now and its signer is silent', () => {
    const plan = planRespan(stateWith(zero, one), view(30n, zero, one), 5n)
    expect(plan).toMatchObject({
      respan: {spanId: 1n, l2Epoch: 0n, currentProducer: B, startBlock: 31n, endBlock: 55n},
    })
  })

  test('the running epoch is over and nothing was committed: the last signer is replaced', () => {
    expect(planRespan(stateWith(zero), view(30n, zero), 5n)).toMatchObject({
      respan: {spanId: 1n, l2Epoch: 0n, currentProducer: A, startBlock: 31n, endBlock: 55n},
    })
  })

  test.each([
    ['no-successor', {...stateWith(zero), validators: [validator(1n, A)]}, view(20n, zero)],
    ['first-epoch-not-begun', stateWith(zero), view(10n, zero)],
    ['no-epoch', stateWith(zero), view(99n, zero)],
    ['spans-behind', stateWith(zero), view(40n, zero, one)],
  ])('impossible: %s', (reason, state, seen) => {
    expect(planRespan(state, seen, 5n)).toEqual({kind: 'impossible', reason})
  })

  test.each([
    // target + 100, far enough away
    [20n, 50n, 100n, 20n, 150n],
    // less than an epoch is left: one more epoch
    [48n, 50n, 5n, 20n, 75n],
    // the target is long past: counted from the head
    [500n, 50n, 5n, 20n, 526n],
  ])(
    'head %d, target %d, extension %d, length %d: end %d',
    (head, targetEnd, extension, epochLength, end) => {
      expect(respanEnd({head, targetEnd, extension, epochLength})).toBe(end)
    },
  )
})
