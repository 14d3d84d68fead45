import {getTransactionCount, sendRawTransaction} from 'viem/actions'

import {readFees} from '../../chain/fees.ts'
import {isRecord} from '../../lib/json.ts'
import {createRpcClient, type RpcClient} from '../../lib/json-rpc.ts'
import {openContext} from '../../services/context.ts'
import {openSigner} from '../../services/keys/keys.ts'
import {localPaths} from '../settings.ts'
import type {Stage} from './stage.ts'
import {nodesOfNetwork} from '../processes.ts'

const TRANSFERS = 30

/** Lets the network's faucet send a burst of small transfers, like a day's users. */
export async function sendTransfers(stage: Stage, profile: string): Promise<void> {
  const context = openContext({home: stage.home, profile})
  try {
    const {client} = context.l2()
    const signer = await openSigner('local-faucet', {
      home: stage.home,
      config: context.config,
      passwordFile: localPaths(stage.home).passwordFile,
    })
    const [fees, nonce] = await Promise.all([
      readFees(client),
      getTransactionCount(client, {address: signer.address, blockTag: 'pending'}),
    ])
    for (let index = 0; index < TRANSFERS; index++) {
      const {raw} = await signer.sign({
        chainId: context.network.l2.chainId,
        nonce: nonce + index,
        to: signer.address,
        data: '0x',
        valueWei: 1n,
        gasLimit: 21_000n,
        fees,
      })
      await sendRawTransaction(client, {serializedTransaction: raw})
    }
    stage.note(`users sent ${TRANSFERS} transfers`)
  } finally {
    context.close()
  }
}

export interface BlockReport {
  nodes: number
  compared: number
  firstBlock: number
  lastBlock: number
  forkBlock: number
  /** Heights at which two nodes differ. */
  different: string[]
  /** Most transactions in a block before the fork, and after it. */
  mostBefore: number
  mostAfter: number
}

interface SeenBlock {
  hash: string
  transactions: number
}

/** Compares every block of every node of the local network, by hash. */
export async function checkBlocks(stage: Stage): Promise<BlockReport> {
  const context = openContext({home: stage.home, network: 'local'})
  const {profiles} = context.config.read()
  const urls = nodesOfNetwork(stage.home).map(
    (name) => `http://127.0.0.1:${profiles[name]?.node?.rpcPort}`,
  )
  const nodes = urls.map((url) => createRpcClient(url))
  try {
    const heads = await Promise.all(nodes.map(headOf))
    const lastBlock = Math.min(...heads)
    const {phase2Block} = context.network.l2
    const firstBlock = (await firstBlockOf(nodes[0]!, lastBlock)) + 1
    const chains = await Promise.all(nodes.map((node) => blocksOf(node, firstBlock, lastBlock)))
    const [reference = [], ...others] = chains
    const different = reference.flatMap((block, index) =>
      others.every((chain) => chain[index]?.hash === block.hash)
        ? []
        : [`block ${firstBlock + index}`],
    )
    const most = (from: number, until: number) =>
      Math.max(
        0,
        ...reference
          .filter((_block, index) => firstBlock + index >= from && firstBlock + index < until)
          .map(({transactions}) => transactions),
      )
    return {
      nodes: nodes.length,
      compared: reference.length,
      firstBlock,
      lastBlock,
      forkBlock: phase2Block,
      different,
      mostBefore: most(0, phase2Block),
      mostAfter: most(phase2Block, Number.POSITIVE_INFINITY),
    }
  } finally {
    for (const node of nodes) node.close()
    context.close()
  }
}

async function headOf(node: RpcClient): Promise<number> {
  return Number(await node.request('eth_blockNumber'))
}

/** The genesis block: the lowest one that exists. */
async function firstBlockOf(node: RpcClient, head: number): Promise<number> {
  let missing = -1
  let present = head
  while (present - missing > 1) {
    const middle = Math.floor((present + missing) / 2)
    const block = await node.request('eth_getBlockByNumber', [hex(middle), false])
    if (isRecord(block)) present = middle
    else missing = middle
  }
  return present
}

async function blocksOf(node: RpcClient, first: number, last: number): Promise<SeenBlock[]> {
  const blocks: SeenBlock[] = []
  for (let number = first; number <= last; number++) {
    const block = await node.request('eth_getBlockByNumber', [hex(number), false])
    const transactions =
      isRecord(block) && Array.isArray(block['transactions']) ? block['transactions'] : []
    blocks.push({
      hash: isRecord(block) ? String(block['hash']) : 'missing',
      transactions: transactions.length,
    })
  }
  return blocks
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
