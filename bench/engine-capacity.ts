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
import {makeSenders, makeTransaction, type Kind, type Sender} from './traffic.ts'

const BATCH = 30
const SLOT_MS = 2000

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
    return await fill(rpc, signedRounds(kind, senders), seconds)
  } finally {
    rpc.close()
    await engine.stop()
    genesis[Symbol.dispose]()
    rmSync(dir, {recursive: true, force: true})
  }
}

/** A transaction of each sender at a time, signed when it is asked for. */
function* signedRounds(kind: Kind, senders: readonly Sender[]): Generator<string[]> {
  for (let round = 0; ; round++) {
    yield senders.map((_sender, index) => makeTransaction(kind, senders, index, round))
  }
}

async function fill(rpc: RpcClient, rounds: Iterator<string[]>, seconds: number): Promise<number> {
  let raws: string[] = rounds.next().value
  const startedMs = performance.now()
  /** The clock stands while transactions are signed: that is no work of the engine. */
  let signingMs = 0
  const elapsedMs = () => performance.now() - startedMs - signingMs
  let sealAtMs = SLOT_MS
  let sent = 0
  while (elapsedMs() < seconds * 1000) {
    if (raws.length === 0) {
      const fromMs = performance.now()
      raws = rounds.next().value
      signingMs += performance.now() - fromMs
    }
    const batch = raws.splice(0, BATCH)
    await submit(rpc, batch)
    sent += batch.length
    if (elapsedMs() < sealAtMs) continue
    await rpc.request('evm_mine', [])
    await rpc.request('eth_getBlockByNumber', ['latest', false])
    sealAtMs += SLOT_MS
  }
  return (sent / elapsedMs()) * 1000
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
