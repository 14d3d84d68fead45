import {readFileSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {accountOf} from '../helpers/l2-chain.ts'
import {journalOf} from '../helpers/journal.ts'
import {makeOperator} from '../helpers/operator.ts'
import {pairwise, runCli, type CliResult, type Document} from '../helpers/run-cli.ts'
import {canMount, onSmallDisk} from '../helpers/small-disk.ts'
import {checkOutput} from '../helpers/check-document.ts'
import {cleanEnv, runScript} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const owner = accountOf('owner').address
const signer = accountOf('signer').address

let chain: TestChain
let temp: TempHome
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], initialSigner: signer})
  await chain.fund(owner)
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const run = (line: string): Promise<CliResult> => runCli(line.split(' '), {home: temp.root})
const ask = async (line: string): Promise<Document> => {
  const {json, stderr} = await run(`${line} --json`)
  expect(stderr, line).toBe('')
  if (!json) throw new Error(`${line} gave no document.`)
  return json
}

test.each(canMount() ? [600] : [])(
  'a disk of %i KiB that is full: nothing is sent, exit 5, and what was there stays readable',
  async (sizeKib) => {
    const copy = `cp -r "${temp.root}/." "$DISK" && { head -c 1000000 /dev/zero > "$DISK/fill" || true; }`
    const args = 'sequencer register --amount 20000 --yes --json'
    const script = `${copy} 2>/dev/null; "${process.execPath}" "${runScript}" ${args}; code=$?; cat "$DISK/config.json" >&2; exit $code`
    // The mount point is the home of the command.
    const env = {...cleanEnv({home: temp.root}), METIS_SEQ_HOME: ''}
    const {stdout, stderr, exitCode} = await onSmallDisk(
      sizeKib,
      `export METIS_SEQ_HOME="$DISK"; ${script}`,
      env,
    )

    checkOutput(args.split(' '), stdout)
    const document = JSON.parse(stdout) as Document
    expect({exitCode, code: document.error?.code}).toEqual({exitCode: 5, code: 'DISK_FULL'})
    expect(JSON.parse(stderr)).toMatchObject({currentProfile: 'op'})
    expect(Number(await chain.l1.request('eth_getTransactionCount', [owner, 'latest']))).toBe(0)
  },
)

test('before: eligible, not registered', async () => {
  const [eligible, show, status] = await Promise.all([
    run('sequencer eligible'),
    run('sequencer show'),
    run('status'),
  ])

  expect(eligible).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Eligible.')})
  expect(eligible.stdout).not.toContain('FAIL')
  expect(show).toMatchObject({exitCode: 4, stderr: expect.stringContaining('[NOT_REGISTERED]')})
  expect(status).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('the owner has no sequencer'),
  })
})

test('register, increase to the limit, earn and claim: each says what the chain then says', async () => {
  const registered = await ask('sequencer register --amount 20000 --yes')
  expect(registered.data).toMatchObject({
    action: 'sequencer register',
    transactions: [{hash: expect.stringMatching(/^0x/)}, {blockNumber: expect.any(String)}],
    sequencer: {sequencerId: '1', status: 'active', amountMetisWei: `${20_000n * METIS}`},
  })

  const increased = await run('stake increase --amount max --yes')
  expect(increased).toMatchObject({exitCode: 0, stdout: expect.stringContaining('100,000 METIS')})
  const full = await ask('stake increase --amount max --yes')
  expect(full.error).toMatchObject({
    code: 'NOTHING_TO_LOCK',
    message: expect.stringContaining('at the maximum'),
  })

  await chain.submitRewards(signer, 1000n)
  const reward = await ask('reward show')
  const claimable = BigInt(String(reward.data['claimableMetisWei']))
  expect(claimable).toBeGreaterThan(0n)
  const claimed = await ask('reward claim --yes')
  expect(claimed.data).toMatchObject({claimedMetisWei: `${claimable}`, sequencerId: '1'})
  expect((await ask('reward claim --yes')).error).toMatchObject({code: 'NOTHING_TO_CLAIM'})
  expect((await ask('reward show')).data).toMatchObject({claimableMetisWei: '0'})
})

test('a deposit on L2, where the base fee is 0, goes the same way', async () => {
  const deposited = await ask('lst deposit artemis 100 --yes')

  expect(deposited).toMatchObject({
    ok: true,
    data: {
      chain: 'L2',
      fees: {type: 'legacy'},
      transactions: [{gasUsed: expect.any(String)}],
      receivedWei: `${100n * METIS}`,
    },
  })
  expect((await ask('lst position')).data).toMatchObject({
    positions: [{heldWei: `${100n * METIS}`}],
  })
})

test('--wait none returns at once, with the hash and without a block', async () => {
  const {data} = await ask('lst deposit artemis 1 --yes --wait none')

  expect(data['transactions']).toMatchObject([
    {hash: expect.stringMatching(/^0x/), blockNumber: null},
  ])
  const next = await ask('lst deposit artemis 1 --yes')
  expect(next.error).toMatchObject({code: 'DONE_EARLIER', facts: {action: 'lst deposit'}})
  const position = await ask('lst position')
  expect(position.data).toMatchObject({positions: [{heldWei: `${101n * METIS}`}]})
})

test('unsigned files: fields, calldata and a Safe batch, all with the same calls', async () => {
  const write = async (format: string) => {
    const file = temp.path(`${format}.json`)
    const line = `lst deposit artemis 2 --format ${format} --unsigned`
    await ask(`${line} ${file}`)
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> & {
      transactions: Record<string, unknown>[]
    }
    const {data} = await ask(`${line} -`)
    expect(data['document']).toMatchObject({transactions: written.transactions})
    return written
  }

  const [fields, calldata, safe] = [
    await write('eip1559'),
    await write('calldata'),
    await write('safe'),
  ]

  const {depositPool} = chain.network.lst.artemis!
  expect(fields).toMatchObject({chainId: 108_800, from: owner, action: 'lst deposit'})
  expect(fields.transactions).toMatchObject([
    {
      ...{to: depositPool, value: '0x1bc16d674ec80000'},
      ...{nonce: expect.stringMatching(/^0x/) as string, gasPrice: expect.any(String) as string},
    },
  ])
  const {data} = fields.transactions[0]!
  expect(calldata.transactions[0]).toEqual({
    label: 'Deposit 2 METIS with Artemis',
    to: depositPool,
    value: '0x1bc16d674ec80000',
    data,
  })
  expect(safe).toMatchObject({version: '1.0', chainId: '108800'})
  expect(safe.transactions).toEqual([
    {
      ...{to: depositPool, value: '2000000000000000000', data},
      ...{contractMethod: null, contractInputsValues: null},
    },
  ])
  expect(journalOf(temp).filter(({nonce}) => nonce === 9)).toEqual([])
})

test('every look at a live network exits 0 and is one document with fresh sources', async () => {
  const lines = [
    'status',
    'epoch current',
    'epoch next',
    'epoch list',
    'epoch watch --count 1',
    'lst list',
    'lst rates',
    'network check',
    'network show',
    'profile show',
    'sequencer list',
    'sequencer show 1',
    'stake show 1',
    'reward show 1',
  ]

  const results = await pairwise(lines, async (line) => ({
    line,
    result: await run(`${line} --json`),
  }))

  for (const {line, result} of results) {
    const last = result.stdout.trim().split('\n').at(-1) ?? ''
    const document = JSON.parse(last) as Document
    expect({line, exitCode: result.exitCode, ok: document.ok}).toEqual({
      line,
      exitCode: 0,
      ok: true,
    })
    expect(document).toMatchObject({profile: 'op', network: 'test', error: null})
    for (const {state} of document.sources) expect(['fresh', 'unused']).toContain(state)
  }
})

test('no command left a private key or a password in the home, outside the key files', () => {
  const files = ['config.json', 'journal.sqlite', 'networks/test.json', 'eip1559.json']
  const secrets = ['owner', 'signer'].map((name) => accountOf(name).privateKey.slice(2))

  for (const name of [...files, 'keys/owner.json']) {
    const content = readFileSync(temp.path(name), 'latin1')
    for (const secret of secrets) expect(content.includes(secret), name).toBe(false)
  }
})
