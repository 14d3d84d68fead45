import {BaseError, decodeErrorResult, parseAbi, type Address, type Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {lockingPoolAbi} from './abis/locking-pool.ts'

/** What the refused call was about, for the sentence and the next command. */
export interface RevertContext {
  contract: string
  functionName: string
  from: Address
}

interface Explanation {
  code: string
  message: string
  hints?: readonly string[]
}

/** Custom errors of LockingPool by their ABI name. */
const byErrorName: Record<string, Explanation> = {
  NotWhitelisted: {
    code: 'NOT_WHITELISTED',
    message: 'The owner is not on the whitelist of LockingPool.',
    hints: [
      'Whitelisting follows a governance vote; on the local network run `metis-seq local fund`.',
      'Run `metis-seq sequencer eligible` to see every condition.',
    ],
  },
  NoRewardRecipient: {
    code: 'REWARD_RECIPIENT_UNSET',
    message: 'The sequencer has no reward recipient.',
    hints: [
      'The owner must call LockingPool.setSequencerRewardRecipient before any claim or exit.',
    ],
  },
  NoSuchSeq: {code: 'SEQUENCER_UNKNOWN', message: 'A signer in the call has no live sequencer.'},
  NotSeqOwner: {
    code: 'NOT_SEQUENCER_OWNER',
    message: 'The sending account is not the owner of this sequencer.',
    hints: ['Run `metis-seq profile show` to see the owner this profile acts for.'],
  },
  NotSeqSigner: {
    code: 'NOT_SEQUENCER_SIGNER',
    message: 'The sending account is not the signer of this sequencer.',
  },
  NullAddress: {code: 'NULL_ADDRESS', message: 'An address in the call is the zero address.'},
  OwnedSequencer: {
    code: 'OWNER_HAS_SEQUENCER',
    message: 'The owner already has a live sequencer; one owner can have only one.',
    hints: ['Run `metis-seq sequencer show`.'],
  },
  SeqNotActive: {
    code: 'SEQUENCER_NOT_ACTIVE',
    message: 'The sequencer is not active.',
    hints: ['Run `metis-seq sequencer show` to see its status.'],
  },
  SignerExisted: {
    code: 'SIGNER_USED',
    message: 'The signer was used before; a signer address can never be used again.',
    hints: ['Create another one with `metis-seq key create`.'],
  },
}

/** `require` strings of the contracts, exactly as decoded from `Error(string)`. */
const byReason: Record<string, Explanation> = {
  'Pausable: paused': {code: 'POOL_PAUSED', message: 'LockingPool is paused by its owner.'},
  'invalid pubkey': {code: 'PUBKEY_INVALID', message: 'The public key is not 64 bytes long.'},
  'pubkey and address mismatch': {
    code: 'PUBKEY_MISMATCH',
    message: 'The public key does not belong to the signer address.',
  },
  'invalid amount': {
    code: 'AMOUNT_OUT_OF_RANGE',
    message: 'The resulting amount is outside the minimum and maximum lock.',
    hints: ['Run `metis-seq stake show` to see both limits.'],
  },
  'locked>maxLock': {
    code: 'AMOUNT_OUT_OF_RANGE',
    message: 'The resulting amount is above the maximum lock.',
    hints: ['Run `metis-seq stake show` to see how much can be added.'],
  },
  'No new locked added': {code: 'NOTHING_TO_LOCK', message: 'The call would lock nothing.'},
  'withdraw throttle': {
    code: 'WITHDRAW_THROTTLED',
    message: 'One withdrawal or signer update fits into a reward batch, and this batch had one.',
    hints: ['Wait for the next reward batch; `metis-seq stake show` names the current one.'],
  },
  'BFT restriction': {
    code: 'BFT_RESTRICTION',
    message: 'Too many sequencers are exiting at once, so this exit must wait.',
  },
  'ERC20: insufficient allowance': {
    code: 'ALLOWANCE_MISSING',
    message: 'The allowance of METIS for LockingInfo is too low.',
    hints: ['LockingInfo, not LockingPool, takes the METIS; the command approves it by itself.'],
  },
  'ERC20: transfer amount exceeds balance': {
    code: 'METIS_BALANCE_LOW',
    message: 'The sending account does not hold enough METIS.',
  },
  'Not allowed to cliam': {
    code: 'EXIT_NOT_FINISHED',
    message: 'The exit delay has not passed, or no exit was started.',
  },
}

const standardErrors = parseAbi(['error Error(string)', 'error Panic(uint256)'])

/**
 * Turns a refused call into an operator error, by ABI error name or the decoded reason. Errors that are
 * not reverts are returned unchanged.
 */
export function fromRevert(error: unknown, context: RevertContext): unknown {
  const data = revertDataOf(error)
  if (data === undefined) return error
  const {name, reason} = decodeRevert(data)
  const explanation = byErrorName[name] ?? (reason === undefined ? undefined : byReason[reason])
  const bridgeFee = reason?.startsWith('insufficient fee supplied')
  return new MetisSeqError({
    code: explanation?.code ?? (bridgeFee ? 'BRIDGE_FEE_LOW' : 'CALL_REVERTED'),
    message:
      explanation?.message ??
      `${context.contract}.${context.functionName} refuses: ${reason ?? name}.`,
    exit: 'precondition',
    facts: {
      contract: context.contract,
      function: context.functionName,
      from: context.from,
      revert: reason === undefined ? name : `${name}: ${reason}`,
    },
    hints: [...(explanation?.hints ?? [])],
    cause: error,
  })
}

/** Name of the ABI error, and the text of `Error(string)` when it is that. */
export function decodeRevert(data: Hex): {name: string; reason?: string} {
  if (data === '0x') return {name: 'no reason given'}
  for (const abi of [standardErrors, lockingPoolAbi]) {
    try {
      const {errorName, args} = decodeErrorResult({abi, data})
      if (errorName === 'Error') return {name: errorName, reason: String(args?.[0])}
      if (errorName === 'Panic') return {name: `Panic(0x${BigInt(String(args?.[0])).toString(16)})`}
      return {name: errorName}
    } catch {
      continue
    }
  }
  return {name: `unknown error ${data.slice(0, 10)}`}
}

/** JSON-RPC answers a revert with code 3 and the data; some nodes wrap it once more. */
function revertDataOf(error: unknown): Hex | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 20; depth++) {
    if ('code' in at && at.code === 3 && !(at instanceof BaseError)) {
      const data = 'data' in at ? at.data : undefined
      if (typeof data === 'string' && data.startsWith('0x')) return data as Hex
      if (isRecord(data) && typeof data['data'] === 'string') return data['data'] as Hex
      return '0x'
    }
    at = at.cause
  }
  return undefined
}
