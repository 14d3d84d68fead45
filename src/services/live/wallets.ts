import type {Address} from 'viem'
import {getBalance} from 'viem/actions'

import {readAllowance} from '../../chain/actions/erc20/read-token.ts'
import type {Context} from '../context.ts'
import {readMpcAddress} from '../health/consensus.ts'

/** Accounts that the work of a sequencer depends on. */
export interface WalletsLook {
  /** METIS that LockingInfo may still take from the owner; null without an owner. */
  allowanceMetisWei: bigint | null
  /** The signer's METIS on L2; null without a signer. */
  signerL2MetisWei: bigint | null
  /** The account that signs for the consensus layer; null where it is unknown. */
  mpc: {address: Address; l1EthWei: bigint; l2MetisWei: bigint} | null
}

/** @throws {MetisSeqError} those of the connections */
export async function readWallets(context: Context): Promise<WalletsLook> {
  const {profile, network} = context
  const {metis, lockingInfo} = network.l1.contracts
  const owner = profile?.owner
  const signer = profile?.signer
  const [allowance, signerWei, mpc] = await Promise.all([
    owner ? readAllowance(context.l1().client, {token: metis, owner, spender: lockingInfo}) : null,
    signer ? getBalance(context.l2().client, {address: signer}) : null,
    readMpc(context),
  ])
  return {allowanceMetisWei: allowance, signerL2MetisWei: signerWei, mpc}
}

async function readMpc(context: Context): Promise<WalletsLook['mpc']> {
  const address = await readMpcAddress(context)
  if (!address) return null
  const [l1EthWei, l2MetisWei] = await Promise.all([
    getBalance(context.l1().client, {address}),
    getBalance(context.l2().client, {address}),
  ])
  return {address, l1EthWei, l2MetisWei}
}
