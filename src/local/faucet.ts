import {encodeFunctionData, type Address, type Hash, type Hex} from 'viem'
import {
  estimateGas,
  getCode,
  getTransactionCount,
  sendRawTransaction,
  waitForTransactionReceipt,
} from 'viem/actions'

import {erc20Abi} from '../chain/abis/erc20.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import type {ChainClient} from '../chain/connect.ts'
import {readFees} from '../chain/fees.ts'
import type {TransactionSigner} from '../chain/signer.ts'
import {cleanText} from '../lib/clean-text.ts'
import {findCause, MetisSeqError} from '../lib/errors.ts'
import {RpcResponseError} from '../lib/json-rpc.ts'
import type {Amount} from '../protocol/amount.ts'
import {gasLimitOf} from '../protocol/gas.ts'
import type {Context} from '../services/context.ts'
import {amountText, findToken, holdsToken, readHeld, unitsOf} from '../services/defi/tokens.ts'
import {requireAll} from '../services/sending/check.ts'
import {openSigner} from '../services/keys/keys.ts'
import {LOCAL_NETWORK, localPaths} from './settings.ts'

export interface FundRequest {
  address: Address
  ethWei: bigint
  metisL1Wei: bigint
  metisL2Wei: bigint
  whitelist: boolean
}

export interface FundResult extends FundRequest {
  hashes: {what: string; chain: 'L1' | 'L2'; hash: Hash}[]
}

interface Payment {
  what: string
  to: Address
  data?: Hex
  valueWei?: bigint
}

/**
 * Funds and whitelists accounts on the local network, from its own faucet and governance.
 *
 * - Signed by: the network's faucet and governance keys. Chain: L1 and L2.
 *
 * @throws {MetisSeqError} NOT_LOCAL on any other network
 */
export async function fund(context: Context, requests: FundRequest[]): Promise<FundResult[]> {
  assertLocal(context)
  const {home, config, network} = context
  const access = {home, config, passwordFile: localPaths(home).passwordFile}
  const l1 = context.l1().client
  const {metis, lockingPool} = network.l1.contracts
  const onL2 = requests.some(({metisL2Wei}) => metisL2Wei > 0n)
  const [faucet, governance] = await Promise.all([
    openSigner('local-faucet', access),
    openSigner('local-governance', access),
  ])
  const [fromFaucet, fromGovernance, fromFaucetL2] = await Promise.all([
    pay(
      l1,
      network.l1.chainId,
      faucet,
      requests.flatMap((request) => l1Payments(request, metis)),
    ),
    pay(
      l1,
      network.l1.chainId,
      governance,
      requests.flatMap((request) => whitelistCalls(request, lockingPool)),
    ),
    onL2 ? payRequestsOnL2(context, faucet, requests) : Promise.resolve([]),
  ])
  const all = [
    ...fromFaucet.map((paid) => ({...paid, chain: 'L1' as const})),
    ...fromGovernance.map((paid) => ({...paid, chain: 'L1' as const})),
    ...fromFaucetL2.map((paid) => ({...paid, chain: 'L2' as const})),
  ]
  return requests.map((request) => ({
    ...request,
    hashes: all
      .filter(({account}) => account === request.address)
      .map(({what, chain, hash}) => ({what, chain, hash})),
  }))
}

/**
 * Gives a token on L2 to an account, out of the balance of governance.
 *
 * - Signed by: the network's governance key. Chain: L2.
 *
 * @param token symbol or address
 * @throws {MetisSeqError} NOT_LOCAL, TOKEN_UNKNOWN, TOKEN_BALANCE_LOW
 */
export async function giveToken(
  context: Context,
  account: Address,
  {token: name, amount}: {token: string; amount: Amount},
): Promise<FundResult['hashes'][number]> {
  assertLocal(context)
  const {home, config, network} = context
  const {passwordFile} = localPaths(home)
  const governance = await openSigner('local-governance', {home, config, passwordFile})
  const token = await findToken(context, name)
  const held = await readHeld(context, token, governance.address)
  const units = unitsOf(amount, token, held)
  requireAll([holdsToken(token, held, units)], 'The gift', {account: governance.address})
  const what = amountText(units, token)
  const payment = {what, account, to: token.address, data: transferData(account, units)}
  const {client} = context.l2()
  const [paid] = await pay(client, network.l2.chainId, governance, [payment])
  return {what, chain: 'L2', hash: paid!.hash}
}

export function assertLocal(context: Context): void {
  if (context.network.kind === 'local' && context.networkName === LOCAL_NETWORK) return
  throw new MetisSeqError({
    code: 'NOT_LOCAL',
    message: `${context.networkName} is not a local network; it has no faucet and no warp.`,
    facts: {network: context.networkName},
    hints: ['Pass `--network local`, or a profile of the local network.'],
  })
}

type AccountPayment = Payment & {account: Address}

function l1Payments({address, ethWei, metisL1Wei}: FundRequest, metis: Address): AccountPayment[] {
  return [
    ...(ethWei > 0n ? [{what: 'ETH', account: address, to: address, valueWei: ethWei}] : []),
    ...(metisL1Wei > 0n
      ? [
          {
            what: 'METIS',
            account: address,
            to: metis,
            data: transferData(address, metisL1Wei),
          },
        ]
      : []),
  ]
}

async function payRequestsOnL2(
  context: Context,
  faucet: TransactionSigner,
  requests: readonly FundRequest[],
) {
  const {client} = context.l2()
  const payments = await Promise.all(requests.map((request) => l2Payments(context, request)))
  return pay(client, context.network.l2.chainId, faucet, payments.flat())
}

/** A contract may reject the coin, such as the queue of a provider; as a token it gets the same METIS. */
async function l2Payments(
  context: Context,
  {address, metisL2Wei}: FundRequest,
): Promise<AccountPayment[]> {
  if (metisL2Wei === 0n) return []
  if ((await getCode(context.l2().client, {address})) === undefined) {
    return [{what: 'METIS', account: address, to: address, valueWei: metisL2Wei}]
  }
  const {metis} = context.network.l2.contracts
  return [{what: 'METIS', account: address, to: metis, data: transferData(address, metisL2Wei)}]
}

function transferData(to: Address, wei: bigint): Hex {
  return encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args: [to, wei]})
}

function whitelistCalls({address, whitelist}: FundRequest, lockingPool: Address): AccountPayment[] {
  if (!whitelist) return []
  return [
    {
      what: 'whitelist',
      account: address,
      to: lockingPool,
      data: encodeFunctionData({
        abi: lockingPoolAbi,
        functionName: 'setWhitelist',
        args: [address, true],
      }),
    },
  ]
}

/** Sends payments of one account and waits until all are mined. */
export async function pay(
  client: ChainClient,
  chainId: number,
  signer: TransactionSigner,
  payments: AccountPayment[],
): Promise<{what: string; account: Address; hash: Hash}[]> {
  if (payments.length === 0) return []
  const [fees, firstNonce] = await Promise.all([
    readFees(client),
    getTransactionCount(client, {address: signer.address, blockTag: 'pending'}),
  ])
  const sent = []
  for (const [index, {what, account, to, data = '0x', valueWei = 0n}] of payments.entries()) {
    const call = {account: signer.address, to, data, value: valueWei}
    const gas = await estimateGas(client, call).catch((cause: unknown) => {
      throw notPaid(what, cause)
    })
    const {raw, hash} = await signer.sign({
      chainId,
      nonce: firstNonce + index,
      to,
      data,
      valueWei,
      gasLimit: gasLimitOf(gas),
      fees,
    })
    await sendRawTransaction(client, {serializedTransaction: raw})
    sent.push({what, account, hash})
  }
  for (const {what, hash} of sent) {
    const receipt = await waitForTransactionReceipt(client, {
      hash,
      pollingInterval: 200,
      timeout: 60_000,
    })
    if (receipt.status !== 'success')
      throw new Error(`The faucet's ${what} transaction ${hash} failed.`)
  }
  return sent
}

/** METIS on L1, from the account that pays. */
export function metisPayment({network}: Context, account: Address, wei: bigint): AccountPayment {
  const {metis} = network.l1.contracts
  return {what: 'METIS', account, to: metis, data: transferData(account, wei)}
}

/** A call on L2 by the faucet; answers its hash once it is mined. */
export async function payOnL2(context: Context, payment: AccountPayment): Promise<Hash> {
  const {home, config, network} = context
  const access = {home, config, passwordFile: localPaths(home).passwordFile}
  const faucet = await openSigner('local-faucet', access)
  const [paid] = await pay(context.l2().client, network.l2.chainId, faucet, [payment])
  return paid!.hash
}

/** Calls on L1 by the owner of every contract of the local network; answers their hashes. */
export function payAsGovernance(context: Context, payments: AccountPayment[]): Promise<Hash[]> {
  return payOnL1(context, 'local-governance', payments)
}

/** Payments on L1 by the faucet; answers their hashes. */
export function payAsFaucet(context: Context, payments: AccountPayment[]): Promise<Hash[]> {
  return payOnL1(context, 'local-faucet', payments)
}

async function payOnL1(
  context: Context,
  key: 'local-faucet' | 'local-governance',
  payments: AccountPayment[],
): Promise<Hash[]> {
  const {home, config, network} = context
  const access = {home, config, passwordFile: localPaths(home).passwordFile}
  const signer = await openSigner(key, access)
  const {client} = context.l1()
  const hashes: Hash[] = []
  // One after the other: each needs the one before it mined.
  for (const payment of payments) {
    const [paid] = await pay(client, network.l1.chainId, signer, [payment])
    hashes.push(paid!.hash)
  }
  return hashes
}

/**
 * The chain rejects the payment itself, for example above the faucet's balance; other failures are
 * passed on.
 */
function notPaid(what: string, cause: unknown): unknown {
  const answer = findCause(cause, RpcResponseError)
  if (!answer) return cause
  return new MetisSeqError({
    code: 'FAUCET_REFUSED',
    message: `The faucet cannot pay the ${what}: ${cleanText(answer.message)}.`,
    hints: [
      'Request less: the faucet is funded once, when the network is created.',
      'Earlier payments of this command are final.',
    ],
    cause,
  })
}
