/** What the engine does by itself: the same transactions in the same strict order, sealed every 2 s. */
import {rmSync} from 'node:fs'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {RpcResponseError, type RpcClient} from '../src/lib/json-rpc.ts'
import {engineFlags} from '../src/node/engine/anvil-flags.ts'
import {readGenesis} from '../src/node/engine/genesis.ts'
import {startAnvil} from '../src/process/anvil.ts'
import {benchGenesis, SENDERS} from './node-scene.ts'
import {makeSenders, makeTransaction, type Kind} from './traffic.ts'

const BATCH = 30
const SLOT_MS = 2000
/** So many are signed beforehand; a faster engine ends early. */
const MOST_PER_SECOND = 5000

/** Transactions per second. */
export async function engineCapacity(kind: Kind, seconds: number): Promise<number> {
  const senders = makeSenders(SENDERS)
  const genesis = await benchGenesis(senders)
  const dir = await mkdtemp(join(tmpdir(), 'metis-seq-bench-engine-'))
  const document = readGenesis(genesis.file)
  const engine = await startAnvil({
    name: 'bench',
    dir,
    chainId: document.chainId,
    args: engineFlags(document, 'shanghai'),
  })
  const rpc = engine.connect({timeoutMs: 60_000})
  try {
    const rounds = Math.ceil((seconds * MOST_PER_SECOND) / SENDERS)
    const raws: string[] = []
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < SENDERS; index++) {
        raws.push(makeTransaction(kind, senders, index, round))
      }
    }
    return await fill(rpc, raws, seconds)
  } finally {
    rpc.close()
    await engine.stop()
    genesis[Symbol.dispose]()
    rmSync(dir, {recursive: true, force: true})
  }
}

async function fill(rpc: RpcClient, raws: readonly string[], seconds: number): Promise<number> {
  const startedMs = performance.now()
  let sealAtMs = startedMs + SLOT_MS
  let sent = 0
  while (sent < raws.length && performance.now() - startedMs < seconds * 1000) {
    await submit(rpc, raws.slice(sent, sent + BATCH))
    sent += BATCH
    if (performance.now() < sealAtMs) continue
    await rpc.request('evm_mine', [])
    await rpc.request('eth_getBlockByNumber', ['latest', false])
    sealAtMs += SLOT_MS
  }
  return (sent / (performance.now() - startedMs)) * 1000
}

async function submit(rpc: RpcClient, raws: readonly string[]): Promise<void> {
  for (let from = 0; from < raws.length; from += BATCH) {
    const calls = raws
      .slice(from, from + BATCH)
      .map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]}))
    const failed = (await rpc.batch(calls)).find((answer) => answer instanceof RpcResponseError)
    if (failed instanceof RpcResponseError) throw failed
  }
}
