/** Three parties over real chains and one log of commands: what one of them does is done, and not by the others. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {createEndpoints} from '../../src/pos/endpoints.ts'
import {PosHost} from '../../src/pos/host.ts'
import {initialState} from '../../src/pos/state.ts'
import {openPosStore} from '../../src/pos/store.ts'
import {L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {LogParty, SharedLog} from '../helpers/shared-log.ts'
import {lower, mpc, signerOf, startChains, type Chains} from './chains.ts'

/** Effects need the one MPC key, which parties of a real network hold in shares. */
function openParty(chains: Chains, dir: string, log: SharedLog, index: number) {
  const {network, l1Url, l2Url} = chains
  const store = openPosStore(join(dir, `${index}.sqlite`), 'x')
  const initial = initialState(BigInt(network.l1.deploymentBlock))
  const consensus = new LogParty(log, index + 1, {store, initial})
  const chain = {timeoutMs: 2000}
  const host = new PosHost(
    {
      ...{network, account: mpc, store, logger: silentLogger, clock: systemClock, pollMs: 20},
      ...{rewardBatchEpochs: 1000, respanExtension: 5n},
      l1: createEndpoints({...chain, chainName: 'L1', chainId: 31_337, urls: [l1Url]}),
      l2: createEndpoints({...chain, chainName: 'L2', chainId: L2_CHAIN_ID, urls: [l2Url]}),
    },
    consensus,
  )
  host.start()
  return {
    host,
    consensus,
    async [Symbol.asyncDispose]() {
      await host.stop()
      store.close()
    },
  }
}

test('epochs go on with one state on all parties, also when the one that is due goes away', async () => {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-parties-'))
  stack.defer(() => rmSync(dir, {recursive: true, force: true}))
  const chains = stack.use(await startChains({epochLength: 20n, respanDelaySeconds: 3600}))
  await chains.lock(1, 20_000)
  await chains.lock(2, 20_000)
  const log = new SharedLog()
  const parties = [0, 1, 2].map((index) => stack.use(openParty(chains, dir, log, index)))
  const both = [1, 2].map((index) => lower(signerOf(index).address)).toSorted()
  const committed = () => chains.readSet('currentEpochNumber')

  await chains.mineL2To(104n)
  await until('epoch 1 is committed', async () => (await committed()) === 1n)
  for (const {host} of parties) {
    const signers = () => host.state().validators.map(({signer}) => signer)
    await until('it has the set', () => signers().length === 2)
    expect(signers().toSorted()).toEqual(both)
  }

  const gone = parties.find(({consensus}) => consensus.isDue())!
  await gone.host.stop()
  const left = parties.filter((party) => party !== gone)
  await chains.mineL2To(123n)
  await until('epoch 2 is committed', async () => (await committed()) === 2n)
  // What was proposed is on all that are left, in one order.
  await until('they agree', () => {
    const [a, b] = left.map(({consensus}) => consensus.tip())
    return a!.height === b!.height && a!.height === log.commands.length
  })
  const [a, b] = left.map(({consensus}) => consensus.tip())
  expect(a!.appHash).toBe(b!.appHash)
  expect(a!.state.spans.map(({id}) => id)).toEqual([0n, 1n, 2n])
})
