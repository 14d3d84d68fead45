/** A sequencer's whole life through the binary; after each step the chain is as the preview said. */
import {writeFileSync} from 'node:fs'

import {decodeFunctionResult, encodeFunctionData, toHex, type Address, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {pairwise, runCli, type Document} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const EXIT_SECONDS = 21 * 86_400

let chain: TestChain
let temp: TempHome
const addressOf: Record<string, Address> = {}

beforeAll(async () => {
  temp = makeTempHome()
  const access = keyAccessOf(temp)
  const keep = async (name: string, privateKey: Hex) => {
    const settings = {name, backend: 'file', rememberPasswordFile: true} as const
    const {address} = await importKey(privateKey, settings, access)
    addressOf[name] = address
  }
  for (const name of ['owner', 'heir', 'signer', 'next-signer']) {
    await keep(name, accountOf(`life of ${name}`).privateKey)
  }
  await keep('governance', toHex(governance.getHdKey().privateKey!))
  // Somebody else produces on L2, so that an exit halts nothing.
  chain = await startTestChain()
  writeFileSync(temp.path('net.json'), JSON.stringify(chain.network))
  await ask(`network add ${temp.path('net.json')}`)
  for (const owner of ['owner', 'heir']) {
    await ask(`profile add ${owner} --network test --owner ${owner} --signer signer`)
  }
  await ask('profile add governance --network test --owner governance')
  await chain.l1.request('anvil_setBalance', [addressOf['signer'], '0xde0b6b3a7640000'])
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

async function ask(line: string): Promise<Document> {
  const {json, stdout, stderr} = await runCli([...line.split(' '), '--json'], {home: temp.root})
  if (!json) throw new Error(`${line} gave no document: ${stdout} ${stderr}`)
  return json
}

const as = (profile: string, line: string) => ask(`${line} --profile ${profile} --yes`)

/** Runs a step that must succeed and compares each figure of its preview with the chain. */
async function step(line: string, profile = 'owner'): Promise<Document> {
  const document = await as(profile, line)
  expect({line, error: document.error, differences: document.data['differences']}).toEqual({
    line,
    error: null,
    differences: [],
  })
  const figures = document.data['figures'] as {id: string; before: string; after: string}[]
  const now = await figuresOnChain(1n, document.data['from'] as Address)
  expect(figures.length, line).toBeGreaterThan(0)
  for (const {id, after} of figures) {
    // The end of an exit follows from the block it begins in, which nobody knows before.
    if (id === 'unlockClaimTimeSeconds') continue
    expect({line, id, value: now[id]?.toLowerCase()}).toEqual({
      line,
      id,
      value: after.toLowerCase(),
    })
  }
  return document
}

/** The code of a step that must be refused before anything is sent. */
async function refused(line: string, profile = 'owner', exitCode = 5): Promise<string | undefined> {
  const count = async () =>
    chain.l1.request('eth_getTransactionCount', [addressOf[profile], 'latest'])
  const before = await count()
  const {error} = await as(profile, line)
  expect({line, exitCode: error?.exitCode}).toEqual({line, exitCode})
  expect(await count()).toBe(before)
  return error?.code
}

async function read(to: Address, data: Hex): Promise<Hex> {
  return (await chain.l1.request('eth_call', [{to, data}, 'latest'])) as Hex
}

const statusWords = ['unavailable', 'inactive', 'active', 'unlocked']

/** Read with nothing of the code under test but the ABI. */
async function figuresOnChain(id: bigint, account: Address): Promise<Record<string, string>> {
  const {lockingPool, lockingInfo, metis} = chain.at
  const pool = {abi: lockingPoolAbi, functionName: 'sequencers'} as const
  const total = {abi: lockingInfoAbi, functionName: 'totalLocked'} as const
  const balance = {abi: erc20Abi, functionName: 'balanceOf'} as const
  const record = decodeFunctionResult({
    ...pool,
    data: await read(lockingPool, encodeFunctionData({...pool, args: [id]})),
  })
  const totalLocked = decodeFunctionResult({
    ...total,
    data: await read(lockingInfo, encodeFunctionData(total)),
  })
  const held = decodeFunctionResult({
    ...balance,
    data: await read(metis, encodeFunctionData({...balance, args: [account]})),
  })
  return {
    status: statusWords[record[12]]!,
    lockedMetisWei: `${record[0]}`,
    claimableMetisWei: `${record[1]}`,
    rewardRecipient: record[11],
    owner: record[8],
    signer: record[9],
    updatedBatch: `${record[3]}`,
    operationNonce: `${record[7]}`,
    totalLockedMetisWei: `${totalLocked}`,
    callerMetisWei: `${held}`,
  }
}

/** The network's owner lets someone in. */
async function allow(name: string): Promise<void> {
  const {error, data} = await as('governance', `sequencer allow ${addressOf[name]}`)
  expect({error, allowed: data?.['allowed']}).toEqual({error: null, allowed: true})
}

const nextBatch = (signer: string, blocks: bigint) =>
  chain.submitRewards(addressOf[signer]!, blocks)

test('before: not eligible with reasons, then allowed, then eligible', async () => {
  const before = await ask('sequencer eligible --profile owner')
  const failed = (before.data['checks'] as {id: string; ok: boolean}[]).filter(({ok}) => !ok)
  expect(failed.map(({id}) => id)).toEqual(['whitelisted', 'metis-balance', 'eth-balance'])
  expect(await refused('sequencer register')).toBe('NOT_WHITELISTED')

  await chain.fund(addressOf['owner']!, {metis: '60000', whitelist: false})
  await allow('owner')

  expect((await ask('sequencer eligible --profile owner')).data).toMatchObject({eligible: true})
})

test('register, increase by a share, restake', async () => {
  await step('sequencer register --amount 20000')
  const increased = await step('stake increase --amount 25%')
  expect(increased.data['figures']).toContainEqual({
    id: 'lockedMetisWei',
    before: `${20_000n * METIS}`,
    after: `${30_000n * METIS}`,
  })
  await nextBatch('signer', 1000n)
  const restaked = await step('stake restake')
  expect(restaked.data['figures']).toContainEqual({
    id: 'lockedMetisWei',
    before: `${30_000n * METIS}`,
    after: `${30_000n * METIS + 761n * 10n ** 15n}`,
  })
  expect(await refused('stake restake')).toBe('NOTHING_TO_LOCK')
})

test('the recipient: another one, but neither zero nor a contract that L2 does not have', async () => {
  const zero = `0x${'00'.repeat(20)}`
  expect(await refused(`sequencer set-recipient --recipient ${zero}`)).toBe('NULL_ADDRESS')
  // A contract of L1: a wallet that nobody has on L2.
  const wallet = chain.at.implementations.lockingInfo
  const trap = await as('owner', `sequencer set-recipient --recipient ${wallet}`)
  expect(trap.error).toMatchObject({code: 'TRAP', facts: {trap: 'recipient-without-code'}})

  await step(`sequencer set-recipient --recipient ${addressOf['heir']}`)
})

test('withdraw: a trap that must be named, then once in a batch, never below the minimum', async () => {
  const trap = await as('owner', 'stake withdraw --amount 5000')
  expect(trap.error).toMatchObject({code: 'TRAP', facts: {trap: 'shared-throttle'}})

  await step('stake withdraw --amount 5000 --override shared-throttle')

  expect(await refused('stake withdraw --amount 1 --override shared-throttle')).toBe(
    'WITHDRAW_THROTTLED',
  )
  await nextBatch('signer', 10n)
  expect(await refused('stake withdraw --amount 6000 --override shared-throttle')).toBe(
    'AMOUNT_OUT_OF_RANGE',
  )
  await step('stake withdraw --amount max --override shared-throttle')
  const plan = await ask('stake plan --profile owner')
  expect(plan.data).toMatchObject({withdrawMetisWei: '0', increaseMetisWei: expect.any(String)})
})

test('the signer is replaced by itself, not by the owner, and never by a used one', async () => {
  const line = 'sequencer rotate-signer --signer next-signer --override shared-throttle'
  expect(await refused(line)).toBe('SIGNER_UPDATE_THROTTLED')
  await nextBatch('signer', 10n)
  expect(await refused(line.replace('next-signer', 'signer'))).toBe('SIGNER_USED')

  const {data} = await step(line)

  expect(data).toMatchObject({role: 'signer', from: addressOf['signer']})
  expect(await refused(line, 'owner', 4)).toBe('SIGNER_NOT_REGISTERED')
})

test('another owner: only one who can act, and then the first one cannot', async () => {
  const heir = addressOf['heir']!
  const line = `sequencer set-owner --new-owner ${heir}`
  const trap = await as('owner', line)
  expect(trap.error).toMatchObject({code: 'TRAP', facts: {trap: 'new-owner-not-ready'}})
  await chain.fund(heir, {metis: '0', whitelist: false})
  await allow('heir')

  expect((await as('owner', line)).error?.code).toBe('CONFIRMATION_NEEDED')
  await step(`${line} --confirm 1`)

  expect(await refused('stake increase 1 --amount 1')).toBe('NOT_SEQUENCER_OWNER')
})

test('claim: all that is credited, to the wei, and nothing twice', async () => {
  await nextBatch('next-signer', 1234n)
  const {data} = await step('reward claim', 'heir')
  expect(data['claimedMetisWei']).toBe(`${1254n * 761n * 10n ** 12n}`)
  expect(await refused('reward claim', 'heir')).toBe('NOTHING_TO_CLAIM')
})

test('exit: planned, begun without a fee, waited for, finished', async () => {
  const planned = await ask('exit plan --profile heir')
  expect(planned.data).toMatchObject({phase: 'not-started', bridgeFeeEthWei: '0', traps: []})
  // One of one may not leave under the rules of mainnet.
  expect(await refused('exit start', 'heir')).toBe('BFT_RESTRICTION')
  for (const index of [0, 1]) {
    await chain.lock(accountOf(`stranger ${index}`).address, accountOf(`signs ${index}`))
  }

  expect(await refused('exit start', 'heir', 9)).toBe('CONFIRMATION_NEEDED')
  const started = await step('exit start --confirm 1', 'heir')

  expect(started.data['calls']).toMatchObject([{function: 'unlock', valueWei: '0'}])
  expect((await ask('exit status --profile heir')).data).toMatchObject({phase: 'waiting'})
  const early = await as('heir', 'exit finish')
  expect(early.error).toMatchObject({code: 'EXIT_NOT_FINISHED', facts: {condition: 'exit-delay'}})
  const calendar = await ask('exit calendar --profile heir')
  expect(calendar.data['calendar']).toContain('BEGIN:VEVENT')

  await chain.l1.request('evm_increaseTime', [EXIT_SECONDS])
  await chain.l1.request('evm_mine')
  // What was credited while it waited goes out with the claim, so the fee is due.
  await nextBatch('next-signer', 7n)
  expect((await ask('exit status --profile heir')).data).toMatchObject({phase: 'claimable'})
  const finished = await step('exit finish', 'heir')

  expect(finished.data).toMatchObject({claimedMetisWei: `${20_000n * METIS}`})
  expect((await ask('exit status 1 --profile heir')).data).toMatchObject({phase: 'finished'})
  const again = await runCli(['exit', 'finish', '1', '--profile', 'heir', '--yes', '--json'], {
    home: temp.root,
  })
  expect(again.json?.error?.code).toBe('EXIT_NOT_STARTED')
})

test('the whitelist is for the owner of the pool, and no owner is locked out by accident', async () => {
  const stranger = accountOf('stranger 0').address
  expect(await refused(`sequencer allow ${addressOf['signer']}`)).toBe('NOT_POOL_OWNER')
  const again = await as('governance', `sequencer allow ${stranger}`)
  expect(again.error).toMatchObject({code: 'NOTHING_TO_CHANGE'})
  const trap = await as('governance', `sequencer disallow ${stranger}`)
  expect(trap.error).toMatchObject({code: 'TRAP', facts: {trap: 'owner-locked-out'}})

  const {data} = await as('governance', `sequencer disallow ${addressOf['owner']}`)
  expect(data['allowed']).toBe(false)
})

test('every look has text of its own', async () => {
  const looks = ['exit plan 2', 'exit status 1', 'stake plan 2', 'sequencer show 1']
  const results = await pairwise(looks, (line) =>
    runCli([...line.split(' '), '--profile', 'owner'], {home: temp.root}),
  )
  for (const {exitCode, stdout} of results) {
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain('undefined')
  }
})
