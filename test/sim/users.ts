/** People who send transfers and deposits, once each, and again only when they were told no. */
import {keccak256, type Hash, type Hex} from 'viem'

import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {bytesOf, signHash} from '../../src/protocol/secp256k1.ts'
import {encodeInteger, listHeader} from '../../src/protocol/rlp.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import type {SimL1} from './l1.ts'
import {POS_ADDRESS, type Network} from './network.ts'
import type {SimNode} from './node.ts'
import {stateOf} from './pos.ts'
import type {Random} from './random.ts'
import {simRpc} from './rpc.ts'
import {L2_CHAIN_ID, noFaults, users, type Account, type Setup} from './setup.ts'
import type {Owner, World} from './world.ts'

const PRICE_WEI = 20_000_000n
/** A wallet sends again what is not in a block after so long, from the first missing nonce. */
const RESEND_MS = 15_000

export interface UsersContext {
  world: World
  setup: Setup
  network: Network
  nodes: readonly SimNode[]
  l1: SimL1
}

interface User {
  account: Account
  next: number
  isBusy: boolean
  sentAtMs: number
}

export class Users {
  readonly #context: UsersContext
  readonly #random: Random
  readonly #owner: Owner = {name: 'users', alive: true, pausedUntilMs: 0}
  readonly #users: User[] = users.map((account) => ({
    ...{account, next: 0, isBusy: false, sentAtMs: 0},
  }))
  offered = 0
  accepted = 0

  constructor(context: UsersContext) {
    this.#context = context
    this.#random = context.world.random.fork()
  }

  start(): void {
    const {world, setup, l1} = this.#context
    const everyMs = 1_000 / setup.load
    world.at(everyMs * (0.5 + this.#random.next()), this.#owner, 'user', () => {
      if (this.#random.chance((setup.depositsPerSecond * everyMs) / 1_000)) {
        const to = lowerCase(this.#random.pick(users).address)
        l1.deposit({to, amountWei: BigInt(this.#random.int(1, 1_000_000))})
      }
      const user = this.#random.pick(this.#users)
      if (!user.isBusy) void this.#send(user)
      this.start()
    })
  }

  stop(): void {
    this.#owner.alive = false
  }

  async #send(user: User): Promise<void> {
    const {world, nodes} = this.#context
    user.isBusy = true
    const node = this.#random.pick(nodes)
    const ask = this.#clientOf(node)
    try {
      if (world.nowMs - user.sentAtMs > RESEND_MS) {
        const count = await ask('eth_getTransactionCount', [user.account.address, 'latest'])
        user.next = Number(count)
      }
      const burst = this.#random.chance(0.2) ? 3 : 1
      for (let count = 0; count < burst; count++) {
        const isDearer = this.#random.chance(0.05)
        this.offered++
        await ask('eth_sendRawTransaction', [transferOf(user.account, user.next, isDearer)])
        this.accepted++
        user.next++
        user.sentAtMs = world.nowMs
      }
    } catch (error) {
      const data = error instanceof RpcResponseError ? error.data : undefined
      const reason = (data as {reason?: string} | undefined)?.reason
      if (reason === 'already-known' || reason === 'nonce-too-low' || reason === 'in-block') {
        user.next++
      }
    }
    user.isBusy = false
  }

  #clientOf(node: SimNode): (method: string, params: readonly unknown[]) => Promise<unknown> {
    const {world, network} = this.#context
    const client = simRpc({
      ...{world, owner: this.#owner, url: `http://${node.name}`, timeoutMs: 5_000},
      ...{random: this.#random, faults: () => noFaults},
      state: () => stateOf(node, world, network.isCut(POS_ADDRESS, node.address)),
      answer: (method, params) => node.rpc(method, params),
    })
    return (method, params) => client.request(method, params)
  }
}

const transfers = new Map<string, Hex>()

/** A legacy transfer. Signed natively and remembered: a run needs hundreds, and all runs the same. */
export function transferOf(account: Account, nonce: number, isDearer = false): Hex {
  const key = `${account.address} ${nonce} ${isDearer}`
  const known = transfers.get(key)
  if (known) return known
  const to = users[(nonce + 1) % users.length]!.address
  const price = isDearer ? PRICE_WEI * 2n : PRICE_WEI
  const body = [
    ...[BigInt(nonce), price, 21_000n].map(encodeInteger),
    Buffer.concat([Uint8Array.of(0x94), bytesOf(to)]),
    encodeInteger(BigInt(nonce + 1)),
    Uint8Array.of(0x80),
  ]
  const chain = [encodeInteger(BigInt(L2_CHAIN_ID)), Uint8Array.of(0x80), Uint8Array.of(0x80)]
  const hash: Hash = keccak256(list([...body, ...chain]))
  const signature = signHash(hash, account.privateKey)
  const recovery = BigInt(`0x${signature.slice(-2)}`)
  const [r, s] = [signature.slice(2, 66), signature.slice(66, 130)].map((part) =>
    encodeInteger(BigInt(`0x${part}`)),
  )
  const v = encodeInteger(BigInt(L2_CHAIN_ID) * 2n + 35n + recovery)
  const raw: Hex = `0x${Buffer.from(list([...body, v, r!, s!])).toString('hex')}`
  transfers.set(key, raw)
  return raw
}

function list(items: readonly Uint8Array[]): Uint8Array {
  const payload = Buffer.concat(items)
  return Buffer.concat([listHeader(payload.length), payload])
}
