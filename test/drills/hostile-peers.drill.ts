/** Hostile peers attack three nodes under load; the nodes must not notice, and must name each once. */
import {startAnvil} from '../helpers/anvil.ts'
import {startAttackers} from '../helpers/attackers.ts'
import {attacks, type Target} from '../helpers/attacks.ts'
import {CpuWait} from '../helpers/cpu-wait.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {lowerAddress, warningsTo, type LogLine} from '../helpers/peer-exchange.ts'
import type {Drill} from './drill.ts'

const names = ['alpha', 'beta', 'gamma']
const SLOT_MS = 500
const EPOCH = 20

interface Figures {
  sent: number
  refused: number
  attacks: number
  longestGapMs: number
  /** Of the longest, without the time in which other processes had the processor. */
  longestOwnGapMs: number
  rssMb: number[]
}

export const drill: Drill = {
  options: {seconds: 30, users: 20},
  async run({seconds = 30, users = 20}, say) {
    const accounts = Array.from({length: users}, (_, index) => accountOf(`user ${index}`))
    const l1 = await startAnvil(['--chain-id', '31337'])
    const genesis = await createTestGenesis({
      initialSigner: lowerAddress('alpha'),
      rich: [...accounts, accountOf('attacker')].map(({address}) => address),
      firstEpochEndBlock: 100n + BigInt(EPOCH),
      epochLength: BigInt(EPOCH),
    })
    const logs: LogLine[] = []
    const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl, slotMs: SLOT_MS})
    const start = (name: string, bootnodes: string[] = []) =>
      startTestNode(nodeOptions(name, network, genesis.dir, {bootnodes, logger: warningsTo(logs)}))
    const first = await start('alpha')
    const rest = names.slice(1).map((name) => start(name, [first.peerAddress]))
    const nodes = [first, ...(await Promise.all(rest))]
    const pos = new TestPos({
      sequencerSet: genesis.sequencerSet,
      signers: names.map(lowerAddress),
      epochLength: EPOCH,
      node: () => first.rpc,
    })
    pos.start()
    try {
      const targets = nodes.map((node) => targetOf(node, network.l2.bundled!.fingerprint))
      const figures = await attackUnderLoad(nodes, targets, accounts, seconds * 1000, say)
      return await judge(nodes, figures, logs, say)
    } finally {
      await pos.stop()
      await Promise.all(nodes.map((node) => node.stop()))
      await l1.stop()
      genesis[Symbol.dispose]()
    }
  },
}

function targetOf({peerAddress, status}: TestNode, fingerprint: `0x${string}`): Target {
  const network = {chainId: L2_CHAIN_ID, fingerprint}
  return {peerAddress, network, head: () => status().head}
}

async function attackUnderLoad(
  nodes: TestNode[],
  targets: Target[],
  accounts: ReturnType<typeof accountOf>[],
  ms: number,
  say: (line: string) => void,
): Promise<Figures> {
  const figures: Figures = {
    sent: 0,
    refused: 0,
    attacks: 0,
    longestGapMs: 0,
    longestOwnGapMs: 0,
    rssMb: [],
  }
  const until = performance.now() + ms
  const isOver = () => performance.now() >= until
  const attackers = await startAttackers(targets)
  await Promise.all([
    ...accounts.map((account, index) => sendTransfers(nodes, account, index, isOver, figures)),
    watchGaps(nodes, isOver, figures, new CpuWait(process.pid, [attackers.pid])),
    ...targets.map(async (target, index) => {
      for (let round = 0; !isOver(); round++) {
        const kinds = Object.keys(attacks) as (keyof typeof attacks)[]
        const attack = kinds[(round + index * 3) % kinds.length]!
        // Each key twice, once while it is left alone; then a new one.
        const name = `hostile ${index} ${round >> 1}`
        await attackers.attack({attack, target, name})
        figures.attacks++
        say(`${attack} on ${names[index]}: head ${target.head().number}`)
      }
    }),
  ])
  await attackers.stop()
  return figures
}

async function sendTransfers(
  nodes: TestNode[],
  account: ReturnType<typeof accountOf>,
  index: number,
  isOver: () => boolean,
  figures: Figures,
): Promise<void> {
  for (let nonce = 0; !isOver(); ) {
    const node = nodes[(nonce + index) % nodes.length]!
    const raw = await transfer(account, nonce)
    try {
      await node.rpc.request('eth_sendRawTransaction', [raw])
      figures.sent++
      nonce++
    } catch {
      figures.refused++
    }
    await pause(100)
  }
}

async function watchGaps(
  nodes: TestNode[],
  isOver: () => boolean,
  figures: Figures,
  wait: CpuWait,
): Promise<void> {
  let head = 0
  let sinceMs = performance.now()
  while (!isOver()) {
    const highest = Math.max(...nodes.map(({status}) => status().head.number))
    const now = performance.now()
    if (highest > head) {
      const waitedMs = wait.lapMs()
      if (head > 0) {
        const gapMs = now - sinceMs
        const ownMs = gapMs - waitedMs
        figures.longestGapMs = Math.max(figures.longestGapMs, gapMs)
        figures.longestOwnGapMs = Math.max(figures.longestOwnGapMs, ownMs)
      }
      head = highest
      sinceMs = now
    }
    figures.rssMb.push(process.memoryUsage().rss / 1e6)
    await pause(20)
  }
}

async function judge(
  nodes: TestNode[],
  figures: Figures,
  logs: LogLine[],
  say: (line: string) => void,
): Promise<string[]> {
  const broken: string[] = []
  const isEmpty = ({status}: TestNode) => status().pool.pending + status().pool.queued === 0
  await until('every transaction is in a block', () => nodes.every(isEmpty)).catch(() =>
    broken.push('transactions are left in a pool'),
  )
  const lowest = Math.min(...nodes.map(({status}) => status().head.number))
  for (let number = 101; number <= lowest; number++) {
    const params = [`0x${number.toString(16)}`, false]
    const blocks = await Promise.all(
      nodes.map(({rpc}) => rpc.request('eth_getBlockByNumber', params)),
    )
    const hashes = new Set(blocks.map((block) => (block as {hash: string}).hash))
    if (hashes.size !== 1) broken.push(`block ${number} differs between nodes`)
  }
  if (figures.longestOwnGapMs > 3 * SLOT_MS) broken.push('a slot was missed by more than two slots')
  const honest = new Set<unknown>(names.map(lowerAddress))
  const accused = logs.filter(({event}) => event === 'peer misbehaves')
  for (const {facts} of accused) {
    if (honest.has(facts['peer']))
      broken.push(`an honest node was accused: ${JSON.stringify(facts)}`)
  }
  if (nodes.some(({status}) => status().phase === 'halted')) broken.push('a node halted')
  const {rssMb} = figures
  say(`attacks ${figures.attacks}, offences named ${accused.length}`)
  say(`transfers ${figures.sent}, refused ${figures.refused}, blocks ${lowest - 100}`)
  const [gapMs, ownMs] = [figures.longestGapMs, figures.longestOwnGapMs].map(Math.round)
  say(
    `longest gap between blocks ${gapMs} ms at slots of ${SLOT_MS} ms, ${ownMs} ms without the wait for a processor`,
  )
  say(
    `memory of all three and the attackers: ${Math.round(rssMb[0] ?? 0)} MB at first, ${Math.round(Math.max(...rssMb))} MB at most`,
  )
  return broken
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
