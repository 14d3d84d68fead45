import {mkdtempSync, rmSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {parseEther, sliceHex} from 'viem'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {startPos, type Pos, type PosOptions} from '../../src/pos/start-pos.ts'
import {forecastProducers} from '../../src/protocol/span.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {lower, mpc, ownerOf, signerOf, startChains, type Chains} from './chains.ts'

const POLL_MS = 25
const within = {timeout: 60_000, interval: 20}

/** One world that the tests move forward, in this order: epochs, takeovers, rewards, restarts. */
describe('the consensus layer over real contracts', () => {
  let chains: Chains
  let dir: string
  let pos: Pos

  const start = (overrides: Partial<PosOptions> = {}) =>
    startPos({
      network: chains.network,
      dataDir: dir,
      listen: {host: '127.0.0.1', port: 0},
      mpcAccount: mpc,
      logger: silentLogger,
      pollMs: POLL_MS,
      rewardBatchEpochs: 2,
      respanExtensionBlocks: 5,
      ...overrides,
    })
  const epoch = async (id: bigint) => {
    const [number, signer, startBlock, endBlock] = (await chains.readSet('epochs', [id])) as [
      bigint,
      `0x${string}`,
      bigint,
      bigint,
    ]
    return {number, signer: lower(signer), startBlock, endBlock}
  }
  const current = () => chains.readSet('currentEpochNumber') as Promise<bigint>

  beforeAll(async () => {
    chains = await startChains({epochLength: 20n, respanDelaySeconds: 3600})
    dir = mkdtempSync(join(tmpdir(), 'metis-seq-pos-'))
  })
  afterAll(async () => {
    await pos?.stop()
    await chains[Symbol.asyncDispose]()
    rmSync(dir, {recursive: true, force: true})
  })

  test('it waits while nobody has locked, with span 0 from the contract', async () => {
    pos = await start()
    await expect.poll(() => pos.status().l1CaughtUp, within).toBe(true)
    await expect.poll(() => pos.status().latestSpan?.id, within).toBe(0n)
    await chains.mineL2To(104n)
    await expect.poll(() => pos.status().l2Head, within).toBe(104n)
    expect(pos.status()).toMatchObject({validators: [], latestSpan: {id: 0n}, lastError: null})
    expect(pos.status().latestSpan).toMatchObject({startBlock: 101n, endBlock: 120n})
  })

  test('locks on L1 make validators, and a tenth into epoch 0 the next one is committed', async () => {
    await chains.lock(1, 20_000)
    await chains.lock(2, 30_000)
    await chains.lock(3, 40_000)
    await expect.poll(() => pos.status().validators.length, within).toBe(3)
    await expect.poll(current, within).toBe(1n)
    // Which of the three depends on when the set was complete; the chain and the state agree on it.
    const committed = await epoch(1n)
    expect(committed).toMatchObject({startBlock: 121n, endBlock: 140n})
    await expect.poll(() => pos.status().latestSpan?.id, within).toBe(1n)
    expect(pos.status().latestSpan?.producers[0].signer).toBe(committed.signer)
  })

  test('later epochs follow the forecast', async () => {
    const {validators, l1Batch} = pos.status()
    const forecast = forecastProducers(2n, 3, validators, l1Batch)
    for (const {spanId, signer} of forecast) {
      const before = await epoch(spanId - 1n)
      await chains.mineL2To(before.startBlock + 1n)
      await expect.poll(() => pos.status().l2Head, within).toBe(before.startBlock + 1n)
      expect(await current()).toBe(spanId - 1n)
      await chains.mineL2To(before.startBlock + 2n)
      await expect.poll(current, within).toBe(spanId)
      expect(await epoch(spanId)).toEqual({
        number: spanId,
        signer,
        startBlock: before.endBlock + 1n,
        endBlock: before.endBlock + 20n,
      })
    }
  })

  test('finalized epochs are paid on L1, and the batch comes back as an event', async () => {
    const first = await epoch(1n)
    const batchId = async () => ((await chains.readPool('curBatchState')) as bigint[])[0]
    await expect.poll(batchId, within).toBe(2n)
    const [id, , startEpoch, endEpoch] = (await chains.readPool('curBatchState')) as bigint[]
    expect([id, startEpoch]).toEqual([2n, 1n])
    expect(endEpoch).toBeGreaterThanOrEqual(2n)
    const seqId = await chains.readPool('seqSigners', [first.signer])
    const record = (await chains.readPool('sequencers', [seqId])) as bigint[]
    expect(record[1]).toBeGreaterThanOrEqual(20n * 761_000_000_000_000n)
    await expect.poll(() => pos.status().l1Batch, within).toBe(2n)
    await expect
      .poll(() => pos.status().lastRewardBatch, within)
      .toMatchObject({batchId: 2n, startEpoch: 1n, endEpoch, outcome: 'credited'})
  })

  test('a silent producer is replaced, contract case 2: the next epoch was committed', async () => {
    const newest = await current()
    const [running, next] = [await epoch(newest - 1n), await epoch(newest)]
    const head = await chains.l2Head()
    await pos.stop()
    const network = structuredClone(chains.network)
    network.l2.respanDelaySeconds = 0.3
    pos = await start({network})
    await expect.poll(async () => (await epoch(newest)).startBlock, within).toBe(head + 1n)
    await pos.stop()
    const after = await epoch(newest)
    expect(after.signer).not.toBe(running.signer)
    expect(after.endBlock).toBe(next.endBlock + 5n)
    expect(await epoch(newest - 1n)).toEqual({...running, endBlock: head})
    // The recommit took the whole block: nothing else is in it.
    const block = (await chains.l2.request(
      'eth_getBlockByNumber',
      `0x${(head + 1n).toString(16)}`,
      false,
    )) as {transactions: string[]}
    expect(block.transactions).toHaveLength(1)
  })

  test('a restart goes on where it stopped, and the takeover is in the list', async () => {
    pos = await start()
    const newest = await epoch(await current())
    await expect
      .poll(() => pos.status().latestSpan?.id, within)
      .toBeGreaterThanOrEqual(newest.number)
    // The process was stopped between the takeover's block and its entry in the state.
    await expect.poll(() => pos.status().pendingRespan, within).toBe(null)
    const answer = await fetch(`${pos.restUrl}/metis/respan/list?page=1&limit=20`)
    const {result} = (await answer.json()) as {result: Record<string, unknown>[]}
    expect(result).toMatchObject([
      {
        span_id: Number(newest.number),
        start_block: Number(newest.startBlock),
        next_producer: newest.signer,
      },
    ])
  })

  test('the newest epoch never begins: it gets another signer (contract case 2)', async () => {
    const running = await epoch(await current())
    await chains.mineL2To(running.startBlock + 10n)
    await expect.poll(current, within).toBe(running.number + 1n)
    const late = await epoch(running.number + 1n)
    await chains.mineL2To(running.endBlock)
    await pos.stop()
    const network = structuredClone(chains.network)
    network.l2.respanDelaySeconds = 0.3
    pos = await start({network})
    await expect.poll(async () => (await epoch(late.number)).signer, within).not.toBe(late.signer)
    await pos.stop()
    expect(await epoch(late.number)).toMatchObject({startBlock: late.startBlock})
    expect(await epoch(running.number)).toEqual(running)
  })

  test('before a tenth of the epoch nothing is planned: a new one is made (contract case 1)', async () => {
    const running = await epoch(await current())
    const head = running.startBlock + 1n
    await chains.mineL2To(head)
    const network = structuredClone(chains.network)
    network.l2.respanDelaySeconds = 0.3
    pos = await start({network})
    await expect.poll(current, within).toBe(running.number + 1n)
    await pos.stop()
    const next = await epoch(running.number + 1n)
    expect(await epoch(running.number)).toEqual({...running, endBlock: head})
    expect(next.startBlock).toBe(head + 1n)
    expect(next.endBlock).toBe(running.endBlock + 5n)
    expect(next.signer).not.toBe(running.signer)
  })

  test('a successor that does not respond is followed by another try, which a restart keeps', async () => {
    const running = await epoch(await current())
    await chains.mineL2To(running.startBlock + 1n)
    await chains.l2.request('evm_setAutomine', false)
    const network = structuredClone(chains.network)
    network.l2.respanDelaySeconds = 0.2
    pos = await start({network})
    await expect.poll(() => pos.status().pendingRespan?.attempt, within).toBe(1n)
    await pos.stop()
    pos = await start()
    const {pendingRespan} = pos.status()
    expect(pendingRespan?.attempt).toBeGreaterThanOrEqual(1n)
    const readPool = async () => {
      const status = await chains.l2.request('txpool_status')
      return (status as {pending: string}).pending
    }
    await expect.poll(readPool, within).toBe('0x1')
    await expect.poll(() => pos.status().l2Head, within).toBe(running.startBlock + 1n)
    await chains.l2.request('evm_mine')
    await chains.l2.request('evm_setAutomine', true)
    await expect.poll(() => pos.status().pendingRespan, within).toBe(null)
    // The try that was sent first may be the one that lands, though another was planned since.
    const landed = await epoch(running.number + 1n)
    expect(landed.startBlock).toBe(running.startBlock + 2n)
    expect(landed.signer).not.toBe(running.signer)
    await pos.stop()
  })

  test('an empty purse stops reward batches before anything is sent', async () => {
    const payer = accountOf('reward payer').address
    const nonce = () => chains.l1.request('eth_getTransactionCount', mpc.address, 'latest')
    const before = await nonce()
    const approve = {from: payer, to: chains.at.metis, abi: erc20Abi, fn: 'approve'}
    await chains.l1.send({...approve, args: [chains.at.lockingInfo, 1n]})
    // Past the running epoch, so that two more are final; on, when only one was.
    const passEpoch = async () => chains.mineL2To((await epoch(await current())).endBlock + 1n)
    await passEpoch()
    pos = await start()
    const lastError = async () => {
      const {lastError: error, l2Head} = pos.status()
      if (error === null && l2Head === (await chains.l2Head())) await passEpoch()
      return error ?? ''
    }
    await expect
      .poll(lastError, {...within, interval: 500})
      .toContain('can pay 0.000000000000000001')
    expect(await nonce()).toBe(before)
    await chains.l1.send({...approve, args: [chains.at.lockingInfo, 2n ** 255n]})
    await expect.poll(() => pos.status().lastRewardBatch?.batchId, within).toBe(3n)
    await expect.poll(() => pos.status().lastRewardBatch?.outcome, within).toBe('credited')
  })

  test('stake, signer and exit events change the set at once', async () => {
    const id = async (index: number) => chains.readPool('seqSigners', [signerOf(index).address])
    await chains.pool(ownerOf(1), 'relock', [await id(1), parseEther('5000'), false])
    const renewed = accountOf('signer 1 renewed')
    await chains.pool(signerOf(2).address, 'updateSigner', [
      await id(2),
      sliceHex(renewed.publicKey, 1),
    ])
    await chains.pool(ownerOf(3), 'setSequencerRewardRecipient', [await id(3), ownerOf(3)])
    await chains.l1.send({
      from: ownerOf(3),
      to: chains.at.lockingPool,
      abi: [...lockingPoolAbi, ...lockingInfoAbi],
      fn: 'unlock',
      args: [await id(3), 0],
      value: parseEther('0.1'),
    })
    const isCurrent = async (address: string) => {
      const answer = await fetch(`${pos.restUrl}/staking/validator-status/${address}`)
      return ((await answer.json()) as {result: {result: boolean}}).result.result
    }
    await expect.poll(() => isCurrent(signerOf(3).address), within).toBe(false)
    expect(await isCurrent(signerOf(2).address)).toBe(false)
    expect(await isCurrent(renewed.address)).toBe(true)
    const {validators} = pos.status()
    expect(validators.find(({id, power}) => id === 1n && power > 0)?.power).toBe(25_000)
    expect(validators.find(({signer}) => signer === lower(renewed.address))?.power).toBe(30_000)
  })

  test('a second one on the same directory is refused and leaves the first alone', async () => {
    await expect(start()).rejects.toMatchObject({
      code: 'DIRECTORY_LOCKED',
      exit: 'busy',
      facts: {pid: String(process.pid)},
      // No command of a node stops it.
      hints: [`Run \`kill ${process.pid}\` to stop it.`],
    })
    expect((await fetch(`${pos.restUrl}/metis/latest-span`)).status).toBe(200)
  })

  test('a busy port, a wrong chain and a silent chain are told apart; nothing stays locked', async () => {
    const other = mkdtempSync(join(dir, 'other-'))
    const busy = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => busy.once('listening', resolve))
    const {port} = busy.address() as AddressInfo
    const attempt = (overrides: Partial<PosOptions>) => start({dataDir: other, ...overrides})
    await expect(attempt({listen: {host: '127.0.0.1', port}})).rejects.toMatchObject({
      code: 'PORT_BUSY',
      exit: 'busy',
      facts: {port: String(port)},
    })
    await expect(attempt({l2RpcUrls: [chains.l2Url, chains.l1Url]})).rejects.toMatchObject({
      code: 'WRONG_CHAIN',
      exit: 'unreachable',
      facts: {expected: '108800', found: '31337'},
    })
    busy.close()
    await expect(attempt({l1RpcUrl: `http://127.0.0.1:${port}`})).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      exit: 'unreachable',
    })
    const pos2 = await attempt({})
    await pos2.stop()
  })
})
