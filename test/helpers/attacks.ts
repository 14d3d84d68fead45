/** What hostile peers do to a node that seals. Each attack ends when it is over, or when it was cut off. */
import {connect} from 'node:net'

import {keccak256, toHex, type Hex} from 'viem'

import {encodeBlock} from '../../src/node/peers/block-codec.ts'
import {withLength} from '../../src/node/peers/frames.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {BadPeer} from './bad-peer.ts'
import {accountOf, transfer} from './l2-chain.ts'
import {until} from './node-cluster.ts'
import {signBlock} from './sign-block.ts'

export interface Target {
  peerAddress: string
  network: {chainId: number; fingerprint: Hex}
  head(): {number: number; hash: Hex}
}

export type Attack = (target: Target, name: string) => Promise<void>

/** Blocks that fit on the head, signed by a key that has no turn. */
const blocksOutOfTurn: Attack = async (target, name) => {
  const user = accountOf('attacker')
  const lists: Hex[][] = [
    [],
    [await transfer(user, 0)],
    [await transfer(user, 0), await transfer(user, 1)],
  ]
  await withPeer(target, name, async (bad) => {
    for (let round = 0; round < 30 && bad.isConnected; round++) {
      for (const transactions of lists) {
        await bad.gossip(encodeBlock(nextBlock(target, name, transactions, round)))
      }
      await nextTurn()
    }
  })
}

/** Two blocks of one height, and again at the next one. */
const secondBlocks: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    for (let round = 0; round < 5 && bad.isConnected; round++) {
      const {number} = target.head()
      for (const salt of [1, 2]) {
        // Far ahead, so that only its number and its signer count.
        await bad.gossip(encodeBlock(nextBlock(target, name, [], salt, number + 1_000 + round)))
      }
      await nextTurn()
    }
  })
}

/** Blocks of the running producer with something else in them. */
const forgedBlocks: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    const genuine = nextBlock(target, 'alpha', [], 0)
    await bad.gossip(encodeBlock({...genuine, transactions: ['0xaa', '0xbb']}))
  })
}

const garbage: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    await bad.gossip(Buffer.from('nonsense'))
    const stream = await bad.open('gossip/1')
    stream.send(withLength(Buffer.alloc(1_000, 255)))
  })
}

const flood: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    const head = target.head()
    for (let sent = 0; sent < 20_000 && bad.isConnected; sent++) {
      bad.say({type: 'head', head})
      if (sent % 500 === 0) await nextTurn()
    }
  })
}

/** Says it is far ahead, and has nothing. */
const liesAboutItsHead: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    bad.say({type: 'head', head: {number: 1_000_000_000, hash: keccak256('0x99')}})
    await until('it is found out', () => !bad.isConnected, 8_000).catch(() => {})
  })
}

const giantMessage: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    const stream = await bad.open('blocks/1')
    stream.send(withLength(Buffer.alloc(64_000_000)))
    await until('it is cut off', () => !bad.isConnected, 5_000).catch(() => {})
  })
}

const byteByByte: Attack = async (target, name) => {
  await withPeer(target, name, async (bad) => {
    const stream = await bad.open('transactions/3')
    for (let at = 0; at < 400 && bad.isConnected && stream.status === 'open'; at++) {
      stream.send(Uint8Array.from([128]))
      await nextTurn(20)
    }
  })
}

const silentSockets: Attack = async ({peerAddress}) => {
  const {port} = /tcp\/(?<port>\d+)/.exec(peerAddress)!.groups!
  const sockets = Array.from({length: 50}, () => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.on('connect', () => socket.write('\x13/multistream'))
    return socket
  })
  await until('all are closed', () => sockets.every(({destroyed}) => destroyed), 8_000).catch(
    () => {},
  )
  for (const socket of sockets) socket.destroy()
}

export const attacks = {
  blocksOutOfTurn,
  secondBlocks,
  forgedBlocks,
  garbage,
  flood,
  liesAboutItsHead,
  giantMessage,
  byteByByte,
  silentSockets,
} satisfies Record<string, Attack>

/** Joins, attacks, and leaves; a peer that is not let in has nothing to attack. */
async function withPeer(target: Target, name: string, act: (bad: BadPeer) => Promise<void>) {
  const bad = await BadPeer.create(name, target.network)
  try {
    await bad.join(target.peerAddress)
    await act(bad)
    await until('it is cut off', () => !bad.isConnected, 1_000)
  } catch {
    // Cut off in the middle, or left alone since the last attack: both are what the node shall do.
  } finally {
    await bad.stop()
  }
}

function nextBlock(
  target: Target,
  name: string,
  transactions: Hex[],
  salt: number,
  number = target.head().number + 1,
): SealedBlock {
  return signBlock(
    {
      ...{number, parentHash: target.head().hash, timestamp: Math.floor(Date.now() / 1000)},
      hash: keccak256(toHex(`${name} ${number} ${salt} ${transactions.length}`)),
      stateRoot: keccak256('0x01'),
      transactions,
    },
    target.network.chainId,
    accountOf(name),
  )
}

function nextTurn(ms = 5): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
