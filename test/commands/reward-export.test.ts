import {existsSync, readFileSync, writeFileSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {payBatch, registerSequencer} from '../helpers/reward-scene.ts'
import {runBoth, runCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

let chain: TestChain
let temp: TempHome

/** A credit on 31 January 2030, a restake on 1 February, and another credit on 20 February. */
beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  const at = (time: string) =>
    chain.l1.request('evm_setNextBlockTimestamp', [Date.parse(time) / 1000])
  await registerSequencer(chain, 'one', 'one signer')
  await registerSequencer(chain, 'two', 'two signer')
  await at('2030-01-31T23:59:50Z')
  await payBatch(chain, [['one signer', 2000n]])
  await at('2030-02-01T12:00:00Z')
  const relock = [1n, 0n, true]
  await chain.act(accountOf('one').address, chain.at.lockingPool, lockingPoolAbi, 'relock', relock)
  await at('2030-02-10T12:00:00Z')
  await payBatch(chain, [['two signer', 5n]])
  await at('2030-02-20T00:00:00Z')
  await payBatch(chain, [['one signer', 1000n]])
  temp = await makeOperator(chain.network, {owner: 'one', signer: 'one signer'})
  writeFileSync(
    temp.path('prices.csv'),
    'date,price,currency\n2030-02-20,31.5,USD\n2030-01-30,30.25,USD\n',
  )
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const run = (line: string): Promise<CliResult> =>
  runCli(`reward ${line}`.split(' '), {home: temp.root})

/** Hashes are those of this run. */
const still = (text: string) => text.replaceAll(/0x[0-9a-f]{64}/g, '0xHASH')

test('csv: a line each, with the price of the day or of the week before', async () => {
  const {stdout, stderr, exitCode} = await run(`export --price-file ${temp.path('prices.csv')}`)

  expect(exitCode).toBe(0)
  expect(stderr).toContain('1 line is without a price')
  const {json} = await run(`export --price-file ${temp.path('prices.csv')} --json`)
  expect(json?.data).toMatchObject({format: 'csv', lines: 4, output: null, content: stdout})
  const rows = still(stdout).trimEnd().split('\n')
  const [heading, ...lines] = rows.map((row) => row.split(',').slice(0, 12).join(','))
  expect(heading).toMatch(/^date,kind,batch,start_epoch,.*,price,currency,value$/)
  expect(lines).toEqual([
    '2030-01-31,credit,2,1,2,2000,0.000761,1.522,1.522,30.25,USD,46.04050000',
    '2030-02-01,restake,,,,,,1.522,,30.25,USD,46.04050000',
    '2030-02-10,credit,3,3,4,0,0.000761,0,1.522,,,',
    '2030-02-20,credit,4,5,6,1000,0.000761,0.761,2.283,31.5,USD,23.97150000',
  ])
})

test('beancount: entries that balance, prices, and the unclaimed sum as an assertion', async () => {
  const {stdout} = await run(`export --format beancount --price-file ${temp.path('prices.csv')}`)

  const text = still(stdout).replaceAll(/l1-block: \d+/g, 'l1-block: N')
  expect(text).toContain(`2030-02-20 price METIS 31.5 USD`)
  expect(text).toContain(`
2030-02-20 * "Metis" "Reward batch 4, epochs 5 to 6, 1000 blocks"
  l1-block: N
  tx: "0xHASH"
  Assets:Metis:Sequencer-1:Unclaimed  0.761 METIS @ 31.5 USD
  Income:Metis:Sequencer-1:Rewards  -0.761 METIS @ 31.5 USD
`)
  expect(text).toContain('; 2030-02-10 Reward batch 3, epochs 3 to 4, 0 blocks: no own block')
  expect(text).toMatch(/2030-02-21 balance Assets:Metis:Sequencer-1:Unclaimed 0\.761 METIS\s*$/)
  const legs = [...text.matchAll(/^ {2}(\S+) {2}(-?[\d.]+) METIS/gm)]
  expect(legs).toHaveLength(6)
  const sums = Map.groupBy(legs, ([, account]) => account)
  const sumOf = (name: string) =>
    (sums.get(`Assets:Metis:Sequencer-1:${name}`) ?? []).reduce(
      (sum, leg) => sum + Number(leg[2]),
      0,
    )
  expect(sumOf('Unclaimed')).toBeCloseTo(0.761, 12)
  expect(sumOf('Locked')).toBeCloseTo(1.522, 12)
})

test('a file is never replaced without --force, and is not even read for', async () => {
  const file = temp.path('book.json')
  const line = `export --format json --output ${file}`
  expect((await run(line)).stdout).toBe(`Wrote 4 lines to ${file}.\n`)
  const book = JSON.parse(readFileSync(file, 'utf8')) as {entries: unknown[]}
  expect(book.entries[0]).toMatchObject({kind: 'credit', batchId: '2', amountMetis: '1.522'})
  writeFileSync(file, 'mine')

  const {json, exitCode} = await runBoth(['reward', ...line.split(' ')], {home: temp.root})

  expect({exitCode, code: json.error?.code}).toEqual({exitCode: 5, code: 'FILE_EXISTS'})
  expect(json.sources).toEqual([])
  expect(readFileSync(file, 'utf8')).toBe('mine')
  const replaced = await run(`${line} --force --json`)
  expect(replaced.json?.data).toMatchObject({lines: 4, output: file, content: null})
  expect(readFileSync(file, 'utf8')).toContain('"entries"')
})

test.each([
  ['2030-02-30,1,USD', 'is not a date'],
  ['2030-02-20,1', 'three cells'],
  ['2030-02-20,1e3,USD', 'has an exponent'],
  ['2030-02-20,1,usd', 'not a code such as USD'],
  ['2030-02-20,1,USD\n2030-02-21,1,EUR', 'one currency'],
])('a price file with %j is refused, with its line', async (text, fault) => {
  const file = temp.path('wrong.csv')
  writeFileSync(file, `date,price,currency\n\n${text}\n`)

  const {stderr, exitCode} = await run(
    `export --price-file ${file} --output ${temp.path('no.csv')}`,
  )

  expect({exitCode, stderr}).toEqual({exitCode: 2, stderr: expect.stringContaining(fault)})
  expect(stderr).toMatch(/Line [34] of/)
  expect(existsSync(temp.path('no.csv'))).toBe(false)
})

test('claim --min-ratio: below it nothing is sent, at it the claim is made', async () => {
  const poor = await runBoth('reward claim --yes --min-ratio 100000000'.split(' '), {
    home: temp.root,
  })

  expect(poor.exitCode).toBe(5)
  const {error} = poor.json
  expect(error).toMatchObject({code: 'CLAIM_NOT_WORTH', retryable: true})
  const {rewardMetisWei, costEthWei, ratio} = error!.facts
  expect(rewardMetisWei).toBe(`${1000n * 761_000_000_000_000n}`)
  expect(Number(ratio)).toBeCloseTo(Number(rewardMetisWei) / Number(costEthWei), 6)
  expect(BigInt(costEthWei!)).toBeGreaterThan(200_000_000_000_000n)
  const nonce = () =>
    chain.l1.request('eth_getTransactionCount', [accountOf('one').address, 'latest'])
  const sent = await nonce()

  // In value: 0.761 METIS at a hundred METIS per ETH is a hundredth of the ratio in METIS per ETH.
  const priced = `--metis-per-eth 100 --min-ratio ${(Number(ratio) / 100) * 1.5}`
  const dear = await run(`claim --yes ${priced}`)
  expect({exitCode: dear.exitCode, stderr: dear.stderr}).toEqual({
    exitCode: 5,
    stderr: expect.stringContaining('times its cost'),
  })
  expect(await nonce()).toBe(sent)

  const good = await run(`claim --yes --metis-per-eth 100 --min-ratio ${Number(ratio) / 200}`)
  expect(good).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Claimed 0.761 METIS')})
  const {json} = await run('history --json')
  expect(json!.data).toMatchObject({unclaimedMetisWei: '0', unexplainedMetisWei: '0'})
  expect((json!.data['entries'] as unknown[]).at(-1)).toMatchObject({kind: 'claim'})
})
