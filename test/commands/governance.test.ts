/** The settings of a network through the binary: every preview is what the chain then shows. */
import {decodeFunctionResult, encodeFunctionData, maxUint256, toHex, type Abi, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {openContext} from '../../src/services/context.ts'
import {rewardPlanner} from '../../src/services/governance/set-reward.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {assertSamePlan} from '../../src/services/sending/plan.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {proxyAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {forgetJournal, statusesIn} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {previewOf, type Change} from '../helpers/preview.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {pairwise, runCli, type CliResult, type Document} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {governance, rewardPayer, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const FIRST_REWARD = 761_000_000_000_000n
/** 30,000 and 90,000, locked below. */
const LOCKED = 120_000n * METIS
/** Blocks of L2 after the end of epoch 0, which is never paid. */
const UNSUBMITTED = 1000n
const stranger = accountOf('stranger')

let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain()
  temp = makeTempHome()
  saveNetwork(temp.home, chain.network, {replace: true})
  const access = keyAccessOf(temp)
  const keys = {
    owner: toHex(governance.getHdKey().privateKey!),
    payer: toHex(rewardPayer.getHdKey().privateKey!),
    stranger: stranger.privateKey,
  }
  profile('half', governance.address, 'http://127.0.0.1:9')
  for (const [name, secret] of Object.entries(keys)) {
    await importKey(secret, {name, backend: 'file', rememberPasswordFile: true}, access)
    profile(name, name, null)
  }
  for (const [name, metis] of [
    ['small', '30000'],
    ['large', '90000'],
  ] as const) {
    await chain.lock(accountOf(name).address, accountOf(`${name} signer`), metis)
  }
  await chain.l1.request('anvil_setBalance', [stranger.address, toHex(METIS)])
  // Epoch 0 ends with block 1100; a block every 8 seconds, as governance reckons.
  const head = BigInt((await chain.l2.request('eth_blockNumber')) as Hex)
  await mineOnL2(1100n + UNSUBMITTED - head, 8)
  await chain.keep()
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  forgetJournal(temp)
})

/** By the clock of the chain alone: with an interval of its own, mining adds what it takes on this machine. */
async function mineOnL2(blocks: bigint, secondsEach: number): Promise<void> {
  await chain.l2.request('anvil_setBlockTimestampInterval', [secondsEach])
  await chain.l2.request('anvil_mine', [toHex(blocks)])
}

const listOf = (url: string | null) => (url === null ? [] : [url])

function profile(name: string, owner: string, l2: string | null, l1: string | null = null): void {
  createProfile(temp.home, keyAccessOf(temp).config, {
    ...{name, network: 'test', owner, signer: undefined, node: null, replace: true},
    endpoints: {l1: listOf(l1), l2: listOf(l2), pos: null},
  })
}

async function ask(line: string): Promise<Document> {
  const {json, stdout, stderr} = await runCli([...line.split(' '), '--json'], {home: temp.root})
  if (!json) throw new Error(`${line} gave no document: ${stdout} ${stderr}`)
  return json
}

function say(line: string): Promise<CliResult> {
  return runCli(line.split(' '), {home: temp.root})
}

async function read(
  to: Hex,
  abi: Abi,
  functionName: string,
  args: unknown[] = [],
): Promise<bigint> {
  const data = encodeFunctionData({abi, functionName, args})
  const answer = (await chain.l1.request('eth_call', [{to, data}, 'latest'])) as Hex
  return decodeFunctionResult({abi, functionName, data: answer}) as bigint
}

const readings: Record<string, () => Promise<bigint>> = {
  rewardPerBlockMetisWei: () => read(chain.at.lockingPool, lockingPoolAbi, 'rewardPerBlock'),
  minLockMetisWei: () => read(chain.at.lockingInfo, lockingInfoAbi, 'minLock'),
  maxLockMetisWei: () => read(chain.at.lockingInfo, lockingInfoAbi, 'maxLock'),
  payerAllowanceMetisWei: () =>
    read(chain.at.metis, erc20Abi, 'allowance', [rewardPayer.address, chain.at.lockingInfo]),
}

/** Over the thousand blocks before the head of L2. */
async function secondsPerBlock(): Promise<number> {
  const head = Number(await chain.l2.request('eth_blockNumber'))
  const [first, last] = await Promise.all(
    [head - 1000, head].map((number) =>
      chain.l2.request('eth_getBlockByNumber', [toHex(number), false]),
    ),
  )
  const time = (block: unknown) => Number((block as {timestamp: Hex}).timestamp)
  return (time(last) - time(first)) / 1000
}

/** Makes a change that must succeed, and compares each figure of its preview with the chain. */
async function change(line: string, as: string): Promise<Change> {
  const {error, data} = await ask(`governance ${line} --profile ${as} --yes`)
  expect({line, error}).toEqual({line, error: null})
  const planned = previewOf(data)
  expect(Object.keys(planned.figures).length).toBeGreaterThan(0)
  for (const [id, [, after]] of Object.entries(planned.figures)) {
    expect([id, `${await readings[id]!()}`]).toEqual([id, after])
  }
  return planned
}

async function preview(line: string, as: string): Promise<Change> {
  const {error, data} = await ask(`governance ${line} --profile ${as} --dry-run`)
  expect({line, error}).toEqual({line, error: null})
  return previewOf(data)
}

test('show tells owners, limits, the payer, what it covers and the rate', async () => {
  const {data, warnings} = await ask('governance show --network test')
  expect(warnings).toEqual([])
  const {lockingPool, lockingInfo} = chain.at
  const allowance = await readings['payerAllowanceMetisWei']!()
  const balance = await read(chain.at.metis, erc20Abi, 'balanceOf', [rewardPayer.address])
  const payable = allowance < balance ? allowance : balance

  expect(data).toMatchObject({
    lockingPoolOwner: governance.address,
    lockingInfoOwner: governance.address,
    mpcAddress: await read(lockingPool, lockingPoolAbi, 'mpcAddress'),
    paused: false,
    minLockMetisWei: `${await read(lockingInfo, lockingInfoAbi, 'minLock')}`,
    maxLockMetisWei: `${await read(lockingInfo, lockingInfoAbi, 'maxLock')}`,
    totalLockedMetisWei: `${LOCKED}`,
    exitDelaySeconds: `${21 * 86_400}`,
    signerUpdateThrottle: '1',
    rewardPerBlockMetisWei: `${FIRST_REWARD}`,
    lastBatchEpochs: null,
    payer: {
      address: rewardPayer.address,
      balanceMetisWei: `${balance}`,
      allowanceMetisWei: `${allowance}`,
    },
    cover: {
      blocks: `${payable / FIRST_REWARD}`,
      owedMetisWei: `${UNSUBMITTED * FIRST_REWARD}`,
      coversOwed: true,
    },
    unsubmitted: {fromEpoch: '1', blocks: `${UNSUBMITTED}`},
    blockIntervalSeconds: await secondsPerBlock(),
    measuredBlocks: 1000,
    targetRatePercent: 20,
  })
  // 3,942,000 blocks of 0.000761 METIS over 120,000 METIS.
  expect(data['ratePercent']).toBeCloseTo(2.5, 2)
})

test('show goes on without L2 and says so, in text too', async () => {
  const [{data, warnings}, {stdout, stderr, exitCode}] = await Promise.all([
    ask('governance show --profile half'),
    say('governance show --profile half'),
  ])
  expect({exitCode, data}).toMatchObject({
    exitCode: 0,
    data: {unsubmitted: null, cover: {coversOwed: null, batches: null}, measuredBlocks: 0},
  })
  expect(warnings.map(({message}) => message)[0]).toMatch(/^L2 could not be reached/)
  expect(stderr).toContain('L2 could not be reached')
  expect(stdout).toContain('unknown: L2 does not respond')
  expect(stdout).toContain('the slot of the network, not measured')
  expect(stdout).toContain(governance.address)
})

test('a reward per block counts for blocks that were made before', async () => {
  const {figures, effects, functions, data} = await change('set-reward --per-block 0.001', 'owner')

  expect(functions).toEqual(['updateBlockReward'])
  expect(figures).toEqual({rewardPerBlockMetisWei: [`${FIRST_REWARD}`, `${METIS / 1000n}`]})
  expect(effects['yearly rate']).toEqual([
    '2.50 %',
    '3.29 % of 120,000 METIS locked, a block every 8 s (measured over 1,000 blocks)',
  ])
  expect(effects['earned and not submitted']).toEqual([
    '0.761 METIS',
    '1 METIS: it applies to 1,000 blocks since epoch 1, including past ones',
  ])
  expect(effects['unsubmitted rewards']).toEqual(['covered', 'covered'])
  expect(data['rewardPerBlockMetisWei']).toBe(`${METIS / 1000n}`)

  await chain.submitRewards(accountOf('small signer').address, UNSUBMITTED)
  const record = await read(chain.at.lockingPool, lockingPoolAbi, 'sequencers', [1n])
  expect((record as unknown as bigint[])[1]).toBe(METIS)
})

test('a target rate gives the reward of the hardhat task, and the block time is measured or given', async () => {
  const blocks = BigInt(Math.floor(31_536_000 / (await secondsPerBlock())))
  const expected = (LOCKED * 20n) / 100n / blocks
  const measured = await preview('set-reward --target-rate 20%', 'owner')
  expect(measured.figures['rewardPerBlockMetisWei']?.[1]).toBe(`${expected}`)
  expect(measured.effects['yearly rate']?.[1]).toContain('(measured over 1,000 blocks)')

  // blocks = 365 * 24 * 3600 / 8; reward = locked * 20 / 100 / blocks.
  const given = await change('set-reward --target-rate 20 --block-seconds 8', 'owner')
  expect(given.figures['rewardPerBlockMetisWei']?.[1]).toBe(`${(LOCKED * 20n) / 100n / 3_942_000n}`)
  expect(given.effects['yearly rate']?.[1]).toBe(
    '20.00 % of 120,000 METIS locked, a block every 8 s (as given)',
  )
})

test('a preview that is made again keeps the reward that was shown, though blocks have come', async () => {
  const context = openContext({profile: 'owner', home: temp.home})
  const request = {ratePercent: 20, blockSeconds: undefined}
  const plan = rewardPlanner(context, request)
  const shown = await plan()
  const before = await chain.l2.request('evm_snapshot')
  await mineOnL2(500n, 2)

  assertSamePlan(shown, await plan())
  // The block time itself says otherwise by now.
  const anew = await rewardPlanner(context, request)()
  expect(() => assertSamePlan(shown, anew)).toThrow('The chain state changed')
  context.close()
  await chain.l2.request('evm_revert', [before])
})

test('without L2 a rate needs a block time, and a reward does not', async () => {
  const {error} = await ask('governance set-reward --target-rate 20% --profile half --dry-run')
  expect(error).toMatchObject({exitCode: 8, retryable: true})

  const {effects} = await preview('set-reward --per-block 0.001', 'half')
  expect(effects['earned and not submitted']?.[1]).toContain('L2 did not say how many')
})

test('limits change in the order the contract takes, and those they catch are named', async () => {
  // Both above the old maximum: the maximum goes first.
  const up = await change('set-limits --min-lock 110000 --max-lock 200000', 'owner')
  expect(up.functions).toEqual(['setMaxLock', 'setMinLock'])
  expect(up.effects['below the minimum, cannot withdraw']).toEqual([
    'nobody',
    '1 (30,000 METIS), 2 (90,000 METIS)',
  ])

  // Both below the old minimum: the minimum goes first.
  const down = await change('set-limits --min-lock 20000 --max-lock 50000', 'owner')
  expect(down.functions).toEqual(['setMinLock', 'setMaxLock'])
  expect(down.effects['above the maximum, cannot add']).toEqual(['nobody', '2 (90,000 METIS)'])
  expect(down.effects['below the minimum, cannot withdraw']?.[1]).toBe('nobody')

  // One of two that is as it was needs no transaction.
  const one = await change('set-limits --min-lock 20000 --max-lock 60000', 'owner')
  expect(one.functions).toEqual(['setMaxLock'])
})

test('the payer lets LockingInfo take as much as it says, or without an end', async () => {
  const some = await change('approve-payer --amount 0.5', 'payer')
  expect(some.figures['payerAllowanceMetisWei']?.[1]).toBe(`${METIS / 2n}`)
  // 1000 blocks of 0.000761 METIS are more than half a METIS.
  expect(some.effects['unsubmitted rewards']).toEqual(['covered', 'NOT covered'])
  const text = await say('governance show --network test')
  expect(text.stdout).toContain('NOT covered')
  expect(text.stdout).toContain('which covers          657 blocks, 0 batches of 2 epochs')

  const all = await change('approve-payer --amount max', 'payer')
  expect(all.figures['payerAllowanceMetisWei']?.[1]).toBe(`${maxUint256}`)
  expect(all.effects['allowance']).toEqual(['0.5 METIS', 'METIS without limit'])
})

test('who watches the payer writes its approval for another machine', async () => {
  const {stdout, exitCode} = await say(
    `governance approve-payer --amount 7 --profile stranger --from ${rewardPayer.address} --unsigned - --format calldata`,
  )
  expect(exitCode).toBe(0)
  const approve = {abi: erc20Abi, functionName: 'approve'} as const
  expect(JSON.parse(stdout)).toMatchObject({
    from: rewardPayer.address,
    transactions: [
      {
        to: chain.at.metis,
        data: encodeFunctionData({...approve, args: [chain.at.lockingInfo, 7n * METIS]}),
      },
    ],
  })
})

/** Command line, profile, code, condition. */
const refusals: [string, string, string, string][] = [
  ['set-reward --per-block 0.001', 'stranger', 'NOT_POOL_OWNER', 'pool-owner'],
  ['set-reward --target-rate 20%', 'payer', 'NOT_POOL_OWNER', 'pool-owner'],
  ['set-reward --per-block 0', 'owner', 'SETTING_INVALID', 'reward-above-zero'],
  ['set-reward --target-rate 0%', 'owner', 'SETTING_INVALID', 'reward-above-zero'],
  ['set-reward --per-block 0.000761', 'owner', 'NOTHING_TO_CHANGE', 'changes-something'],
  ['set-limits --min-lock 1', 'stranger', 'NOT_INFO_OWNER', 'info-owner'],
  ['set-limits --min-lock 0', 'owner', 'SETTING_INVALID', 'min-above-zero'],
  ['set-limits --max-lock 19999', 'owner', 'SETTING_INVALID', 'max-not-below-min'],
  ['set-limits --min-lock 100001', 'owner', 'MIN_ABOVE_MAX', 'min-not-above-max'],
  ['set-limits --min-lock 7 --max-lock 6', 'owner', 'MIN_ABOVE_MAX', 'min-not-above-max'],
  ['set-limits --min-lock 20000', 'owner', 'NOTHING_TO_CHANGE', 'changes-something'],
  ['approve-payer --amount 1', 'owner', 'NOT_REWARD_PAYER', 'reward-payer'],
]

test('each refusal has its condition, before anything is sent', async () => {
  const head = await chain.l1.request('eth_blockNumber')
  const results = await pairwise(refusals, async ([line, as]) => {
    const {error} = await ask(`governance ${line} --profile ${as} --yes`)
    return [line, as, error?.code, error?.facts['condition'], error?.exitCode]
  })
  expect(results).toEqual(refusals.map((refusal) => [...refusal, 5]))
  expect(await chain.l1.request('eth_blockNumber')).toBe(head)
})

test('what a condition quotes of the contract is what the contract says', async () => {
  const {lockingPool, lockingInfo} = chain.at
  const calls: [Hex, Hex, Abi, string, bigint, string][] = [
    [stranger.address, lockingPool, lockingPoolAbi, 'updateBlockReward', 1n, 'NOT_POOL_OWNER'],
    [governance.address, lockingPool, lockingPoolAbi, 'updateBlockReward', 0n, 'SETTING_INVALID'],
    [stranger.address, lockingInfo, lockingInfoAbi, 'setMinLock', 1n, 'NOT_INFO_OWNER'],
    [governance.address, lockingInfo, lockingInfoAbi, 'setMinLock', 0n, 'SETTING_INVALID'],
    [governance.address, lockingInfo, lockingInfoAbi, 'setMaxLock', 1n, 'SETTING_INVALID'],
  ]
  const lines = [0, 2, 5, 6, 7].map((index) => refusals[index]!)
  const quoted = await pairwise(lines, async ([line, as]) => {
    const {error} = await ask(`governance ${line} --profile ${as} --dry-run`)
    return [error?.code, error?.facts['contractWouldSay'] ?? '(nothing)']
  })
  const said = await Promise.all(
    calls.map(async ([from, to, abi, functionName, arg, code], index) => {
      const data = encodeFunctionData({abi, functionName, args: [arg]})
      const answer = await chain.l1.request('eth_call', [{from, to, data}, 'latest']).then(
        () => 'taken',
        (error: Error) => error.message,
      )
      return [code, answer.includes(quoted[index]![1]!) ? quoted[index]![1] : answer]
    }),
  )
  expect(quoted).toEqual(said)
  // The contract itself would take a minimum above the maximum, which is why the condition is ours.
  const call = {abi: lockingInfoAbi, functionName: 'setMinLock'} as const
  const data = encodeFunctionData({...call, args: [10n ** 30n]})
  const from = governance.address
  await expect(
    chain.l1.request('eth_call', [{from, to: lockingInfo, data}, 'latest']),
  ).resolves.toBe('0x')
})

test('an endpoint that falls silent after the transaction is mined is a remark', async () => {
  await using endpoint = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (_calls, response) => {
        if (!statusesIn(temp).includes('mined')) return false
        response.destroy()
        return true
      },
    ),
  )
  profile('silent', 'owner', null, endpoint.url)

  const {error, warnings} = await ask(
    'governance set-reward --per-block 0.001 --profile silent --yes',
  )

  expect(error).toBeNull()
  expect(warnings).toMatchObject([{code: 'NOT_COMPARED'}])
  expect(await readings['rewardPerBlockMetisWei']!()).toBe(METIS / 1000n)
})

test('a network without a payer says who names one', async () => {
  const args = ['0x0000000000000000000000000000000000000000']
  await chain.act(governance.address, chain.at.lockingInfo, lockingInfoAbi, 'setRewardPayer', args)
  const [{error}, {stdout}] = await Promise.all([
    ask('governance approve-payer --amount 1 --profile payer --yes'),
    say('governance show --profile owner'),
  ])
  expect(error).toMatchObject({code: 'NOT_REWARD_PAYER', exitCode: 5})
  expect(error?.hints[0]).toContain(governance.address)
  expect(stdout).toContain('not set: every reward batch reverts')
})
