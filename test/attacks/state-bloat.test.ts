/** Transactions that only look at fresh addresses fill the engine's state; the door stops them in time. */
import {gunzipSync} from 'node:zlib'
import {join} from 'node:path'

import {concatHex, numberToHex, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {connectEngine} from '../../src/process/engine-socket.ts'
import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until} from '../helpers/node-cluster.ts'

const LIMIT = 12_000
const GAS = 2_000_000n
/** On a slow machine the door holds the code of one account back before its state: each attacks once. */
const attackers = Array.from({length: 100}, (_, at) => accountOf(`attacker ${at}`))
const user = accountOf('user')
const warnings: string[] = []
let lone: LoneNode

beforeAll(async () => {
  const logger = {...silentLogger, warn: (event: string) => void warnings.push(event)}
  lone = await startLoneNode(
    [...attackers, user].map(({address}) => address),
    () => ({
      stateLeaves: LIMIT,
      logger: {...logger, child: () => logger},
    }),
  )
})
afterAll(() => lone.stop())

/** Reads the balance of one fresh address after the other, until its gas is nearly gone. */
function bloat(attacker: (typeof attackers)[number], at: number): Promise<Hex> {
  const firstAddress = numberToHex((0xabcd00n + BigInt(at)) << 136n, {size: 20})
  const loop = '0x5b6001018031505a6127101060155700'
  return attacker.signTransaction({
    type: 'legacy',
    ...{chainId: L2_CHAIN_ID, nonce: 0, gas: GAS, gasPrice: 20_000_000n},
    data: concatHex(['0x73', firstAddress, loop]),
  })
}

const send = (raw: Hex) => lone.node.rpc.request('eth_sendRawTransaction', [raw])

/** Accounts and slots that the engine really has. */
async function leavesOf(): Promise<number> {
  const engine = connectEngine(join(lone.node.options.dataDir, 'engine'), 'engine', {
    timeoutMs: 20_000,
  })
  const dump = String(await engine.request('anvil_dumpState'))
  engine.close()
  const {accounts} = JSON.parse(gunzipSync(Buffer.from(dump.slice(2), 'hex')).toString()) as {
    accounts: Record<string, {storage: object}>
  }
  return Object.values(accounts).reduce(
    (sum, {storage}) => sum + 1 + Object.keys(storage).length,
    0,
  )
}

test('the door refuses with a reason before the state is full, the status tells, and payments go on', async () => {
  const {node} = lone
  const before = await leavesOf()
  let refusal: unknown
  const answers: unknown[] = []
  for (const [at, attacker] of attackers.entries()) {
    const sent = await send(await bloat(attacker, at)).catch((error: unknown) => error)
    answers.push(sent)
    const reason = sent instanceof RpcResponseError ? (sent.data as {reason?: string})?.reason : ''
    if (reason === 'state-full') refusal = sent
    if (refusal !== undefined) break
    const {head} = node.status()
    await until('the next block', () => node.status().head.number > head.number)
  }
  expect(refusal, String(answers.slice(-3))).toMatchObject({
    message: expect.stringContaining('geth has no such limit'),
  })

  const leaves = await leavesOf()
  expect(leaves).toBeGreaterThan(before + 1_800)
  expect(leaves).toBeLessThan(LIMIT)
  await until('the state is measured', () => node.status().engine.state.rootMs !== null)
  const {state} = node.status().engine
  expect(state).toMatchObject({limit: LIMIT, rootMs: expect.any(Number)})
  // Never told too low; and what was refused would have been too much.
  expect(state.leaves).toBeGreaterThanOrEqual(leaves)
  await until('it is warned of', () => warnings.some((event) => event.includes('filling up')))

  const hash = await send(await transfer(user, 0))
  const sealed = () => node.rpc.request('eth_getTransactionReceipt', [hash])
  await until('a payment is sealed', async () => (await sealed()) !== null)
})
