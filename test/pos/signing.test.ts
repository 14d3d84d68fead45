import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {
  encodeFunctionData,
  keccak256,
  recoverTransactionAddress,
  serializeTransaction,
  sliceHex,
  type Address,
  type Hex,
  type TransactionSerializedLegacy,
} from 'viem'
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {startPos, type Pos} from '../../src/pos/start-pos.ts'
import {encodeBatch} from '../../src/protocol/batch-codec.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {lower, mpc, signerOf, startChains, type Chains} from './chains.ts'

const within = {timeout: 60_000, interval: 20}

describe('signatures of the MPC account over REST', () => {
  let chains: Chains
  let dir: string
  let pos: Pos
  let token: string
  let mpcId: string
  let epochs: {signer: Address; startBlock: bigint; endBlock: bigint}[]

  beforeAll(async () => {
    chains = await startChains({epochLength: 20n, respanDelaySeconds: 3600})
    dir = mkdtempSync(join(tmpdir(), 'metis-seq-signing-'))
    pos = await startPos({
      ...{network: chains.network, dataDir: dir, listen: {host: '127.0.0.1', port: 0}},
      ...{mpcAccount: mpc, logger: silentLogger, pollMs: 20, rewardBatchEpochs: 50},
    })
    token = readFileSync(join(dir, 'rest-token'), 'utf8').trim()
    await chains.lock(1, 20_000)
    await chains.lock(2, 30_000)
    await vi.waitFor(() => expect(pos.status().validators).toHaveLength(2), within)
    for (const [epoch, head] of [105n, 125n, 145n, 165n].entries()) {
      await chains.mineL2To(head)
      const committed = BigInt(epoch) + 1n
      await vi.waitFor(async () => {
        expect(await chains.readSet('currentEpochNumber')).toBe(committed)
      }, within)
    }
    epochs = []
    for (let id = 0n; id <= 4n; id++) {
      const [, signer, startBlock, endBlock] = (await chains.readSet('epochs', [id])) as [
        ...[bigint, Address, bigint, bigint],
      ]
      epochs.push({signer: lower(signer), startBlock, endBlock})
    }
    mpcId = (await result('/mpc/latest/0'))['mpc_id'] as string
  })
  afterAll(async () => {
    await pos?.stop()
    await chains[Symbol.asyncDispose]()
    rmSync(dir, {recursive: true, force: true})
  })

  async function result(path: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${pos.restUrl}${path}`)
    return ((await answer.json()) as {result: Record<string, unknown>}).result
  }

  async function post(path: string, body: unknown, authorization = `Bearer ${token}`) {
    const answer = await fetch(`${pos.restUrl}${path}`, {
      method: 'POST',
      headers: authorization ? {authorization} : {},
      body: JSON.stringify(body),
    })
    return [answer.status, (await answer.json()) as Record<string, string>] as const
  }

  let count = 0
  interface Draft {
    signType: number
    to: Address
    data: Hex
    chainId?: number
    value?: bigint
    signId?: string
    signMsg?: Hex
  }
  const unsigned = ({to, data, chainId = 108_800, value = 0n}: Draft) =>
    serializeTransaction({
      ...{type: 'legacy', chainId, nonce: 7, gas: 1_000_000n, gasPrice: 5n, to, data, value},
    })
  const propose = (draft: Draft) =>
    post('/mpc/propose-mpc-sign', {
      base_req: {},
      sign_id: draft.signId ?? `request-${count++}`,
      mpc_id: mpcId,
      sign_type: draft.signType,
      sign_data: unsigned(draft).slice(2),
      ...(draft.signMsg ? {sign_msg: draft.signMsg} : {}),
    })

  const set = () => chains.network.l2.contracts.sequencerSet
  const commit = (change: {signer?: Address; endBlock?: bigint} = {}): Draft => {
    const {signer, startBlock, endBlock} = {...epochs[4]!, ...change}
    const args = [4n, startBlock, endBlock, signer] as const
    const abi = metisSequencerSetAbi
    const data = encodeFunctionData({abi, functionName: 'commitEpoch', args})
    return {signType: 2, to: set(), data}
  }

  test('a planned commitment is signed, shown, and the same again for the same id', async () => {
    const draft = {...commit(), signId: 'the-commitment'}
    const signMsg = keccak256(unsigned(draft))
    expect(await propose({...draft, signMsg})).toEqual([200, {tx: signMsg}])
    const shown = await result('/mpc/sign/the-commitment')
    expect(shown).toMatchObject({sign_id: 'the-commitment', mpc_id: mpcId, sign_type: 2})
    const bytes = (name: string): Hex =>
      `0x${Buffer.from(String(shown[name]), 'base64').toString('hex')}`
    expect([bytes('sign_msg'), bytes('sign_data')]).toEqual([signMsg, unsigned(draft)])
    const signedTx = bytes('signed_tx') as TransactionSerializedLegacy
    expect(await recoverTransactionAddress({serializedTransaction: signedTx})).toBe(mpc.address)
    expect(bytes('signature')).toHaveLength(132)
    expect(await propose(draft)).toEqual([200, {tx: signMsg}])
    expect(await propose({...draft, value: 1n})).toEqual([
      409,
      {error: 'The sign id the-commitment belongs to another request.'},
    ])
  })

  test('the commitments of the engine itself went the same road', async () => {
    const ids = () => {
      const database = new DatabaseSync(join(dir, 'pos.sqlite'), {readOnly: true})
      const rows = database.prepare('SELECT id FROM sign_request').all()
      database.close()
      return rows.map(({id}) => String(id)).filter((id) => id.length === 36)
    }
    const own = ids()
    expect(own.length).toBeGreaterThanOrEqual(4)
    expect(await result(`/mpc/sign/${own[0]}`)).toMatchObject({sign_type: 2})
  })

  test.each([
    ['another signer', () => commit({signer: accountOf('stranger').address}), 403, 'planned span'],
    ['another end', () => commit({endBlock: 999n}), 403, 'planned span'],
    ['another contract', () => ({...commit(), to: chains.at.metis}), 403, 'MetisSequencerSet'],
    ['money', () => ({...commit(), value: 1n}), 403, 'it transfers value'],
    ['another chain', () => ({...commit(), chainId: 1}), 400, 'is for chain 1'],
    ['another hash', () => ({...commit(), signMsg: `0x${'1'.repeat(64)}` as Hex}), 400, 'hash'],
    ['a takeover that is not bound', () => ({...commit(), signType: 3}), 403, 'no respan'],
    ['a new MPC on L2', () => ({...commit(), signType: 5}), 403, 'owner of the contracts'],
    ['a sign type that is none', () => ({...commit(), signType: 6}), 400, 'sign type 6'],
    ['a strange sign id', () => ({...commit(), signId: '../x'}), 400, 'UUID'],
  ])('%s is refused', async (_name, draft, status, reason) => {
    const [found, body] = await propose(draft())
    expect([found, body['error']]).toEqual([status, expect.stringContaining(reason)])
  })

  test('a batch goes to the inbox only, and has to be one', async () => {
    const {batchInbox} = chains.network.l1.contracts
    const data = encodeBatch({
      ...{batchIndex: 1n, startBlock: 101},
      blocks: [{timestamp: 5, l1BlockNumber: 0n, transactions: []}],
    })
    const draft = {signType: 0, to: batchInbox, data, chainId: 31_337}
    expect((await propose(draft))[0]).toBe(200)
    const refused = [
      [{...draft, to: chains.at.lockingPool}, 'instead of the batch inbox'],
      [{...draft, data: sliceHex(data, 0, 60)}, 'not a transaction batch'],
      [{...draft, data: sliceHex(data, 0, 75)}, 'not a transaction batch'],
    ] as const
    for (const [bad, reason] of refused) {
      expect(await propose(bad)).toEqual([403, {error: expect.stringContaining(reason)}])
    }
  })

  test('a reward batch is counted again from the epochs on L2', async () => {
    await chains.mineL2To(epochs[3]!.endBlock + 1n)
    const [id, , , end] = (await chains.readPool('curBatchState')) as bigint[]
    const counts = (from: number, to: number) => {
      const blocks = new Map<Address, bigint>()
      for (const epoch of epochs.slice(from, to + 1)) {
        const more = epoch.endBlock - epoch.startBlock + 1n
        blocks.set(epoch.signer, (blocks.get(epoch.signer) ?? 0n) + more)
      }
      return blocks
    }
    const rewards = (batchId: bigint, from: number, to: number, blocks = counts(from, to)) => {
      const args = [batchId, BigInt(from), BigInt(to), [...blocks.keys()], [...blocks.values()]]
      const call = {abi: lockingPoolAbi, functionName: 'batchSubmitRewards', args} as const
      const data = encodeFunctionData(call as never) as Hex
      return {signType: 1, to: chains.at.lockingPool, data, chainId: 31_337}
    }
    const next = id! + 1n
    const from = Number(end! + 1n)
    expect((await propose(rewards(next, from, 3)))[0]).toBe(200)
    const inflated = new Map([...counts(from, 3)].map(([signer, blocks]) => [signer, blocks + 1n]))
    const missing = new Map([...counts(from, 3)].slice(1))
    const refused = [
      [rewards(next, from, 3, inflated), 'do not match the epochs'],
      [rewards(next, from, 3, missing), 'do not match the epochs'],
      [rewards(next + 1n, from, 3), 'the next reward batch is'],
      [rewards(next, from + 1, 3), 'the next reward batch is'],
      [rewards(next, from, from), 'it pays 1 epochs'],
      [rewards(next, from, 4), 'epoch 4 is not final'],
    ] as const
    for (const [bad, reason] of refused) {
      expect(await propose(bad)).toEqual([403, {error: expect.stringContaining(reason)}])
    }
    // The hazard: a signer that was replaced is burned, and the batch would revert for everyone.
    const burned = epochs[1]!.signer
    const index = [1, 2].find((each) => lower(signerOf(each).address) === burned)!
    const sequencerId = await chains.readPool('seqSigners', [burned])
    const renewed = sliceHex(accountOf('renewed').publicKey, 1)
    await chains.pool(signerOf(index).address, 'updateSigner', [sequencerId, renewed])
    expect(await propose(rewards(next, from, 3))).toEqual([
      403,
      {error: expect.stringContaining('no longer knows')},
    ])
  })

  test('without the token nothing is signed; what a party of one has not is said', async () => {
    const body = {sign_id: 'x'}
    for (const authorization of ['', 'Bearer ', `Bearer ${token}0`, token, 'Basic abc']) {
      const [status, {error}] = await post('/mpc/propose-mpc-sign', body, authorization)
      expect([status, error]).toEqual([401, expect.stringContaining('rest-token')])
    }
    expect(statSync(join(dir, 'rest-token')).mode & 0o777).toBe(0o600)
    for (const path of ['/metis/propose-span', '/staking/validators', '/mpc/mpc-sign', '/txs']) {
      expect(await post(path, {})).toEqual([501, {error: expect.stringContaining('not impl')}])
      expect((await post(path, {}, ''))[0]).toBe(401)
    }
    expect(await post('/mpc/propose-mpc-sign', body)).toEqual([400, {error: 'mpc_id is missing'}])
    expect(await post('/mpc/propose-mpc-sign', null)).toEqual([
      400,
      {error: 'the body is not a JSON object'},
    ])
    expect((await post('/mpc/propose-mpc-sign', 'x'.repeat(600_000)))[0]).toBe(413)
    expect((await fetch(`${pos.restUrl}/staking/validators`)).status).toBe(405)
  })
})
