/** In: a block that pays a deposit. Out: whether the L1 bridge received exactly that deposit. */
import {decodeFunctionData, type Address, type Hex} from 'viem'

import {l2StandardBridgeAbi} from '../../chain/abis/l2-standard-bridge.ts'
import {lowerCase} from '../../protocol/block.ts'
import {parseTransaction, recoverSender} from '../../protocol/transaction.ts'
import type {Deposit} from '../deposits/read-deposits.ts'
import {classify} from '../mempool/classify.ts'
import type {BlockRules} from '../sequencing/check-block.ts'
import {BrokenRule} from './difference.ts'

export interface DepositRules {
  rules: BlockRules
  relayer: Address
  l1Metis: Address
  /** By queue index. */
  deposits: ReadonlyMap<number, Deposit>
}

/**
 * The contract pays whatever the relayer says, once per index; this check ensures that it matches
 * L1.
 *
 * @returns true when the transactions of a block are the payment of a deposit
 * @throws {BrokenRule} L1 has no such deposit or a different one
 */
export function checkDeposit(
  {rules, relayer, l1Metis, deposits}: DepositRules,
  transactions: readonly Hex[],
): boolean {
  const [only] = transactions
  if (!only || transactions.length > 1) return false
  const parsed = parseTransaction(only, rules.transactions)
  if (classify(parsed, rules.contracts).kind !== 'relay') return false
  // A call from anyone else fails in the contract.
  if (recoverSender(parsed).sender !== lowerCase(relayer)) return false
  const {functionName, args} = decodeFunctionData({abi: l2StandardBridgeAbi, data: parsed.data})
  if (functionName !== 'finalizeDeposit') return false
  const queueIndex = Number(args[0])
  const deposit = deposits.get(queueIndex)
  if (!deposit) {
    const otherValue = `${deposits.size} deposits`
    throw new BrokenRule({bridge: true, field: `deposit ${queueIndex}`, fromL1: 'paid', otherValue})
  }
  const paid = args.slice(1).map((value) => String(value).toLowerCase())
  const {l2Token, from, to, amountWei} = deposit
  const due = [l1Metis, l2Token, from, to, amountWei].map((value) => String(value).toLowerCase())
  const names = ['l1Token', 'l2Token', 'from', 'to', 'amount']
  const wrong = due.findIndex((value, index) => value !== paid[index])
  if (wrong < 0) return true
  const field = `deposit ${queueIndex}, ${names[wrong]}`
  throw new BrokenRule({bridge: true, field, fromL1: paid[wrong]!, otherValue: due[wrong]!})
}
