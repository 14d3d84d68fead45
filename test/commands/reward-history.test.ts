import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {formatWei} from '../../src/lib/units.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {proxyAnswer, startHttpStub, type Call} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {mineBlocks, payBatch, payWrapped, registerSequencer} from '../helpers/reward-scene.ts'
import {runCli, startCli, type Document} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const RATE = 761_000_000_000_000n
let chain: TestChain
let temp: TempHome

/** One joins, one batch is paid before two joins; then a claim, a restake, a new signer and a wrapped batch. */
beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  const pool = chain.at.lockingPool
  const one = accountOf('one').address
  await registerSequencer(chain, 'one', 'one signer')
  await payBatch(chain, [['one signer', 2000n]])
  await registerSequencer(chain, 'two', 'two signer')
  await payBatch(chain, [
    ['two signer', 1000n],
    ['one signer', 999n],
  ])
  await chain.act(one, pool, lockingPoolAbi, 'relock', [1n, 5n, true])
  const args = [1n, `0x${accountOf('one again').publicKey.slice(4)}`]
  await chain.fund(accountOf('one signer').address, {metis: '0', whitelist: false})
  await chain.act(accountOf('one signer').address, pool, lockingPoolAbi, 'updateSigner', args)
  await payBatch(chain, [['one again', 30n]])
  await payWrapped(chain, [
    ['one again', 7n],
    ['two signer', 8n],
  ])
  temp = await makeOperator(chain.network, {owner: 'one', signer: 'one signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

async function history(line: string, home = temp): Promise<Document> {
  const {json, stderr, exitCode} = await runCli(`reward history ${line} --json`.split(' '), {
    home: home.root,
  })
  expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 0})
  return json!
}

/** The network of the test, with another L1 endpoint. */
function useEndpoint(home: TempHome, url: string): void {
  const {network} = chain
  saveNetwork(home.home, {...network, l1: {...network.l1, rpcUrls: [url]}}, {replace: true})
}

test('credits by signer at the time, restakes, and a wrapped batch from the states around it', async () => {
  const {data, warnings} = await history('1')

  expect(warnings).toEqual([])
  expect(data).toMatchObject({
    sequencerId: '1',
    creditedMetisWei: `${3036n * RATE}`,
    restakedMetisWei: `${2999n * RATE}`,
    claimedMetisWei: '0',
    unclaimedMetisWei: `${37n * RATE}`,
    unexplainedMetisWei: '0',
    entries: [
      {kind: 'credit', batchId: '2', startEpoch: '1', endEpoch: '2', blocks: '2000'},
      {kind: 'credit', batchId: '3', blocks: '999', cumulatedMetisWei: `${2999n * RATE}`},
      {kind: 'restake', amountMetisWei: `${2999n * RATE}`},
      {kind: 'credit', batchId: '4', blocks: '30', source: 'calldata'},
      {kind: 'credit', batchId: '5', blocks: '7', source: 'state-difference'},
    ],
  })
})

test('--plot draws the same credits into a new file, and replaces one only with --force', async () => {
  const file = join(temp.root, 'rewards.svg')
  const {data} = await history(`1 --plot ${file}`)
  expect(data['plot']).toBe(file)
  const svg = readFileSync(file, 'utf8')
  expect(svg).toMatch(/^<svg .*role="img"/)
  expect(svg).toContain(`${formatWei(BigInt(String(data['creditedMetisWei'])))} METIS in all.`)

  const again = await runCli(['reward', 'history', '1', '--plot', file, '--json'], {
    home: temp.root,
  })
  expect(again.json?.error?.code).toBe('FILE_EXISTS')
  expect((await history(`1 --plot ${file} --force`)).data['plot']).toBe(file)
  expect((await history('1')).data['plot']).toBeNull()
})

test('the history of a sequencer begins with its registration', async () => {
  const {data} = await history('2')

  expect(data['entries']).toMatchObject([
    {batchId: '3', blocks: '1000'},
    {batchId: '4', blocks: '0', creditedMetisWei: '0'},
    {batchId: '5', blocks: '8'},
  ])
  expect(data['unexplainedMetisWei']).toBe('0')
})

test('without old states a wrapped batch is unknown, and said to be', async () => {
  const isOld = ({method, params}: Call) => method === 'eth_call' && params[1] !== 'latest'
  await using endpoint = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls, response) => {
        if (!calls.some(isOld)) return false
        const error = {code: -32_000, message: 'missing trie node'}
        response.end(JSON.stringify(calls.map(({id}) => ({jsonrpc: '2.0', id, error}))))
        return true
      },
    ),
  )
  using home = makeTempHome()
  useEndpoint(home, endpoint.url)

  const {data, warnings} = await history('1 --network test', home)

  expect(warnings).toMatchObject([{code: 'CREDIT_UNKNOWN'}])
  expect(data).toMatchObject({unexplainedMetisWei: null, unknownEntries: 1})
  expect((data['entries'] as unknown[]).at(-1)).toMatchObject({
    source: 'unknown',
    blocks: null,
    creditedMetisWei: null,
  })
  const {stdout, stderr} = await runCli('reward history 1 --network test'.split(' '), {
    home: home.root,
  })
  expect(stdout).toContain('was credited at least 2.305 METIS')
  expect(stderr).toContain('An archive endpoint can tell.')
})

test('a second run reads only the newest blocks, and transactions not at all', async () => {
  await mineBlocks(chain, 300)
  const asked: Call[] = []
  await using endpoint = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls) => {
        asked.push(...calls)
        return false
      },
    ),
  )
  using home = makeTempHome()
  useEndpoint(home, endpoint.url)
  const first = await history('1 --network test', home)
  asked.length = 0

  const second = await history('1 --network test', home)

  expect(second.data['entries']).toEqual(first.data['entries'])
  const methods = asked.map(({method}) => method)
  expect(methods).not.toContain('eth_getTransactionByHash')
  const ranges = asked.filter(({method}) => method === 'eth_getLogs').map(({params}) => params[0])
  const head = Number(second.data['l1Block'])
  expect(ranges).toMatchObject([{fromBlock: `0x${(head - 63).toString(16)}`}])
})

test('a reorganization below what was kept: its logs are forgotten and read again', async () => {
  using home = makeTempHome()
  saveNetwork(home.home, chain.network, {replace: true})
  const snapshot = await chain.l1.request('evm_snapshot')
  await payBatch(chain, [['one again', 100n]])
  await mineBlocks(chain, 100)
  const before = await history('1 --network test', home)
  await chain.l1.request('evm_revert', [snapshot])
  await payBatch(chain, [['one again', 50n]])
  await mineBlocks(chain, 120)

  const after = await history('1 --network test', home)

  expect((before.data['entries'] as unknown[]).at(-1)).toMatchObject({blocks: '100'})
  expect((after.data['entries'] as unknown[]).at(-1)).toMatchObject({blocks: '50'})
  expect(after.warnings).toMatchObject([{code: 'L1_REORGANIZED'}])
  expect((await history('1 --network test', home)).warnings).toEqual([])
})

test('another chain with the same chain id reads nothing of the old one', async () => {
  // Two chains that begin in the same second are the same one up to their contracts.
  const startSeconds = Math.floor(Date.now() / 1000) - 1000
  await using other = await startTestChain({
    ...{withL2: false, l1Args: ['--timestamp', `${startSeconds}`]},
  })
  using home = makeTempHome()
  saveNetwork(home.home, chain.network, {replace: true})
  await mineBlocks(chain, 100)
  await history('1 --network test', home)
  saveNetwork(home.home, other.network, {replace: true})
  await registerSequencer(other, 'one', 'one signer')
  await mineBlocks(other, 1000)

  const {data, warnings} = await history('1 --network test', home)

  // Not taken for a reorganization of the old one either.
  expect(warnings).toEqual([])
  expect(data).toMatchObject({creditedMetisWei: '0', entries: []})
})

/** Blocks of a request for logs. */
const widthOf = ({params}: Call) => {
  const {fromBlock, toBlock} = params[0] as {fromBlock: string; toBlock: string}
  return Number(toBlock) - Number(fromBlock) + 1
}

test('an endpoint with narrow limits: smaller requests, and after Ctrl-C the next run goes on', async () => {
  await mineBlocks(chain, 600)
  const limit = 200
  let held = true
  let hangs = false
  let answered: Call[] = []
  await using endpoint = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls, response) => {
        const logs = calls.filter(({method}) => method === 'eth_getLogs')
        if (logs.some((call) => widthOf(call) > limit)) {
          const error = {code: -32_005, message: 'query returned more than 10000 results'}
          response.end(JSON.stringify(calls.map(({id}) => ({jsonrpc: '2.0', id, error}))))
          return true
        }
        // In the first run the third chunk is never answered.
        if (logs.length > 0 && held && answered.length === 2) return (hangs = true)
        answered.push(...logs)
        return false
      },
    ),
  )
  using home = makeTempHome()
  useEndpoint(home, endpoint.url)
  const args = 'reward history 1 --network test --timeout 600'.split(' ')
  const cli = startCli(args, {home: home.root})
  await expect.poll(() => hangs, {timeout: 60_000}).toBe(true)

  cli.child.kill('SIGINT')
  const {exitCode, stderr} = await cli.result

  expect({exitCode, stderr}).toEqual({exitCode: 130, stderr: expect.stringContaining('L1 logs: ')})
  expect(stderr).toContain('[INTERRUPTED]')
  const {toBlock} = answered.at(-1)!.params[0] as {toBlock: string}
  held = false
  answered = []
  const {data} = await history('1 --network test', home)
  const {fromBlock} = answered[0]!.params[0] as {fromBlock: string}
  expect(Number(fromBlock)).toBe(Number(toBlock) + 1)
  expect(data['unexplainedMetisWei']).toBe('0')
})
