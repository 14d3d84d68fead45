import {join} from 'node:path'

import type {Hex} from 'viem'

import {createRpcClient, RpcResponseError, type RpcClient} from '../src/lib/json-rpc.ts'
import {localPaths} from '../src/local/settings.ts'
import {startAnvil} from '../src/process/anvil.ts'
import {openContext} from '../src/services/context.ts'
import {openSigner} from '../src/services/keys.ts'
import {openHome} from '../src/store/home.ts'

const TRANSACTIONS = 3000
/** What the engine keeps in order; both sides get the same. */
const BATCH = 30

/** Transactions per second that a node accepts, and that its engine accepts without it. */
export async function measureIngress(
  homePath: string,
  nodeUrl: string,
): Promise<{nodeRate: number; engineRate: number}> {
  const home = openHome(homePath)
  const context = openContext({home, network: 'local'})
  const node = createRpcClient(nodeUrl, {maxSockets: 1})
  const engine = await startAnvil({
    name: 'bench',
    dir: join(homePath, 'bench-engine'),
    chainId: context.network.l2.chainId,
    args: [
      '--init',
      localPaths(home).l2GenesisFile,
      '--accounts',
      '0',
      '--no-mining',
      '--order',
      'fifo',
      '--base-fee',
      '0',
    ],
  })
  const bare = engine.connect({timeoutMs: 60_000})
  try {
    const sender = await openSigner('local-faucet', {home, config: context.config})
    const gasPrice = BigInt(String(await node.request('eth_gasPrice')))
    const sign = async (nonce: number): Promise<Hex> => {
      const {raw} = await sender.sign({
        chainId: context.network.l2.chainId,
        nonce,
        to: sender.address,
        data: '0x',
        valueWei: 1n,
        gasLimit: 21_000n,
        fees: {type: 'legacy', gasPrice},
      })
      return raw
    }
    const first = Number(await node.request('eth_getTransactionCount', [sender.address, 'latest']))
    const forNode = await signMany(sign, first)
    const forEngine = first === 0 ? forNode : await signMany(sign, 0)
    const engineRate = await ingressRate(bare, forEngine)
    const nodeRate = await ingressRate(node, forNode)
    return {nodeRate, engineRate}
  } finally {
    context.close()
    node.close()
    bare.close()
    await engine.stop()
  }
}

async function signMany(sign: (nonce: number) => Promise<Hex>, first: number): Promise<Hex[]> {
  const raws: Hex[] = []
  for (let index = 0; index < TRANSACTIONS; index++) raws.push(await sign(first + index))
  return raws
}

/** Sends everything in batches, one in flight, and counts what was accepted. */
async function ingressRate(client: RpcClient, raws: readonly Hex[]): Promise<number> {
  const started = performance.now()
  let accepted = 0
  for (let from = 0; from < raws.length; from += BATCH) {
    const answers = await client.batch(
      raws
        .slice(from, from + BATCH)
        .map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]})),
    )
    const refused = answers.find((answer) => answer instanceof RpcResponseError)
    if (refused instanceof RpcResponseError) throw refused
    accepted += answers.length
  }
  return (accepted / (performance.now() - started)) * 1000
}
