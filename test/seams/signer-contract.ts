import {keccak256, parseTransaction, recoverTransactionAddress, toHex, type Hex} from 'viem'
import {expect} from 'vitest'

import type {TransactionSigner, UnsignedTransaction} from '../../src/chain/signer.ts'
import {lowerCase, signBlock} from '../../src/protocol/block.ts'
import type {BlockSigner} from '../../src/protocol/block-signer.ts'
import {isHighS, recoverSigner} from '../../src/protocol/secp256k1.ts'
import type {Rule} from './contract.ts'

const messages = ['0x', '0x00', `0x${'ab'.repeat(300)}`] as const
const bytes = Buffer.from('a header')

const block = {
  ...{number: 7, timestamp: 1_700_000_000, transactions: ['0xaabb', '0xcc'] as Hex[]},
  hash: keccak256('0x01'),
  parentHash: keccak256('0x02'),
  stateRoot: keccak256('0x03'),
}

export const blockSignerContract: readonly Rule<{signer: BlockSigner}>[] = [
  {
    rule: 'it signs keccak256 of the message, and nobody else could have',
    async holds({signer}) {
      for (const message of [...messages, bytes]) {
        const signature = await signer.sign(message)
        expect(signature).toMatch(/^0x[0-9a-f]{128}0[01]$/)
        expect(recoverSigner(keccak256(message), signature)).toBe(lowerCase(signer.address))
      }
    },
  },
  {
    rule: 'bytes and their hex are the same message',
    async holds({signer}) {
      expect(await signer.sign(bytes)).toBe(await signer.sign(toHex(bytes)))
    },
  },
  {
    rule: 'the same message has one signature, however often and in whatever order it is asked for',
    async holds({signer}) {
      const once = await Promise.all(messages.map((message) => signer.sign(message)))
      const again = await Promise.all(messages.toReversed().map((each) => signer.sign(each)))
      expect(again.toReversed()).toEqual(once)
    },
  },
  {
    rule: 'its signatures are the ones that nodes take: the lower s',
    async holds({signer}) {
      for (let index = 0; index < 8; index++) {
        const signature = await signer.sign(toHex(index))
        expect(isHighS(Buffer.from(signature.slice(2), 'hex'))).toBe(false)
      }
    },
  },
  {
    rule: 'a block that it signs is one of its own',
    async holds({signer}) {
      const sealed = await signBlock(block, 1, signer).catch((error: unknown) => error)
      expect(sealed).toMatchObject({number: 7, signer: lowerCase(signer.address)})
    },
  },
]

const legacy: UnsignedTransaction = {
  ...{chainId: 1088, nonce: 0, data: '0x1234', valueWei: 0n, gasLimit: 600_000n},
  to: '0x4200000000000000000000000000000000000010',
  fees: {type: 'legacy', gasPrice: 20_000_000n},
}
const typed: UnsignedTransaction = {
  ...{...legacy, nonce: 9, valueWei: 5n},
  fees: {type: 'eip1559', maxFeePerGas: 100n, maxPriorityFeePerGas: 3n},
}

export const transactionSignerContract: readonly Rule<{signer: TransactionSigner}>[] = [
  {
    rule: 'it signs what it is given, and nothing else',
    async holds({signer}) {
      for (const wanted of [legacy, typed]) {
        const {raw} = await signer.sign(wanted)
        const made = parseTransaction(raw)
        expect(made).toMatchObject({chainId: wanted.chainId, data: wanted.data})
        expect([made.nonce ?? 0, made.value ?? 0n, made.gas]).toEqual([
          ...[wanted.nonce, wanted.valueWei, wanted.gasLimit],
        ])
        expect(made.to?.toLowerCase()).toBe(wanted.to.toLowerCase())
        expect(made.type).toBe(wanted.fees.type)
      }
    },
  },
  {
    rule: 'the sender of what it signs is its address, and the hash is that of the bytes',
    async holds({signer}) {
      const {raw, hash} = await signer.sign(typed)
      const sender = await recoverTransactionAddress({
        serializedTransaction: raw as `0x02${string}`,
      })
      expect(sender.toLowerCase()).toBe(signer.address.toLowerCase())
      expect(hash).toBe(keccak256(raw))
    },
  },
  {
    rule: 'the same transaction comes out with the same bytes: relays of several nodes are one',
    async holds({signer}) {
      expect((await signer.sign(legacy)).raw).toBe((await signer.sign(legacy)).raw)
    },
  },
]
