import {getAddress, isAddress, isAddressEqual, type Address} from 'viem'
import {getBalance, getCode, readContract} from 'viem/actions'

import {erc20Abi} from '../../chain/abis/erc20.ts'
import {readAllowance, readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {wrongRead} from '../../chain/endpoint-errors.ts'
import {ifOffered} from '../../chain/lst/optional.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import {resolveAmount, type Amount} from '../../protocol/amount.ts'
import {MOST_DECIMALS} from '../../protocol/defi/markets.ts'
import {deployedLst} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import {ourOwn, type Condition} from '../sending/check.ts'
import type {PlannedCall} from '../sending/plan.ts'
import {planCallOf} from '../sending/planned-call.ts'

/** A token on L2. */
export interface Token {
  symbol: string
  address: Address
  decimals: number
  /** METIS is the native coin too, and pays for gas. */
  isMetis: boolean
}

/** Symbols and addresses that the network document knows, METIS first. */
export function knownTokens({network}: Pick<Context, 'network'>): [string, Address][] {
  const lst = deployedLst(network.lst).flatMap(({about, addresses}) =>
    Object.entries(about.contracts)
      .filter(([, {isToken}]) => isToken)
      .map(([key, {label = about.token}]): [string, Address] => [label, addresses[key]!]),
  )
  return [
    ['METIS', network.l2.contracts.metis],
    ...lst,
    ...Object.entries(network.defi?.tokens ?? {}),
  ]
}

/**
 * A token by its symbol or its address. Symbols come from the network document alone: anyone can
 * deploy a token with any symbol.
 *
 * @throws {MetisSeqError} TOKEN_UNKNOWN
 */
export async function findToken(context: Context, text: string): Promise<Token> {
  const known = knownTokens(context)
  const bySymbol = known.find(([symbol]) => symbol.toLowerCase() === text.toLowerCase())
  if (bySymbol) return readToken(context, bySymbol[1])
  if (!isAddress(text, {strict: false})) throw tokenUnknown(context, text)
  // Capital letters are a checksum: a wrong one is a typing error.
  if (!isAddress(text)) throw tokenUnknown(context, text, 'its checksum is wrong')
  return readToken(context, getAddress(text))
}

/** @throws {MetisSeqError} TOKEN_UNKNOWN when there is no token at the address */
export async function readToken(context: Context, address: Address): Promise<Token> {
  const {network, l2} = context
  if (isAddressEqual(address, network.l2.contracts.metis)) {
    return {symbol: 'METIS', address: network.l2.contracts.metis, decimals: 18, isMetis: true}
  }
  const of = {address, abi: erc20Abi} as const
  const symbol = knownTokens(context).find(([, at]) => isAddressEqual(at, address))?.[0]
  const {client} = l2()
  if (symbol === undefined && !(await getCode(client, {address}))) {
    throw tokenUnknown(context, address, 'there is no contract at the address')
  }
  const [decimals, named] = await Promise.all([
    ifOffered(client, readContract(client, {...of, functionName: 'decimals'})),
    symbol ?? ifOffered(client, readContract(client, {...of, functionName: 'symbol'})),
  ])
  if (decimals === null || named === null) {
    throw tokenUnknown(context, address, 'the contract at the address is no token')
  }
  // What is signed is the amount that was typed, times these decimals.
  const certain = knownDecimals(context, address, symbol)
  if (certain !== undefined && decimals !== certain) throw wrongRead('decimals')
  if (decimals > MOST_DECIMALS) {
    throw tokenUnknown(context, address, `its ${decimals} decimals are more than ${MOST_DECIMALS}`)
  }
  // Anyone can deploy a token with any symbol, and with any text in it.
  const shown = symbol ?? `${cleanText(named, 20)} at ${shortHex(address)}`
  return {symbol: shown, address: getAddress(address), decimals, isMetis: false}
}

/** Decimals that no endpoint is asked for: those of the providers' tokens, and of the document. */
function knownDecimals(
  {network}: Context,
  address: Address,
  symbol: string | undefined,
): number | undefined {
  const {tokens = {}, tokenDecimals = {}} = network.defi ?? {}
  if (symbol === undefined) return undefined
  const inDocument = tokens[symbol]
  if (inDocument === undefined) return 18
  return isAddressEqual(inDocument, address) ? tokenDecimals[symbol] : undefined
}

function tokenUnknown(context: Context, text: string, reason?: string): MetisSeqError {
  const known = knownTokens(context).map(([symbol]) => symbol)
  return new MetisSeqError({
    code: 'TOKEN_UNKNOWN',
    message: `${text} is not a known token of ${context.networkName}${reason === undefined ? '' : `: ${reason}`}.`,
    facts: {token: text, network: context.networkName, known: known.join(', ')},
    hints: [`Use ${known.join(', ')}, or the address of a token.`],
  })
}

/** METIS that stays for gas when everything is to be spent. */
export const GAS_RESERVE_WEI = 10n ** 17n

/** The balance of an account. */
export function readHeld(
  {l2}: Context,
  token: Token,
  account: Address,
  at: {blockNumber?: bigint} = {},
): Promise<bigint> {
  const {client} = l2()
  return token.isMetis
    ? getBalance(client, {address: account, ...at})
    : readTokenBalance(client, {token: token.address, account, ...at})
}

/**
 * An amount in the smallest units of a token. Text is read with 18 decimals, before the token is known.
 *
 * @param all the meaning of `max`
 * @throws {MetisSeqError} USAGE for more decimals than the token has
 */
export function unitsOf(amount: Amount, token: Token, all: bigint): bigint {
  if (amount.kind !== 'exact') return resolveAmount(amount, all)
  const spare = 10n ** BigInt(Math.abs(18 - token.decimals))
  if (token.decimals >= 18) return amount.wei * spare
  if (amount.wei % spare === 0n) return amount.wei / spare
  throw new MetisSeqError({
    code: 'USAGE',
    message: `${formatWei(amount.wei)} has more than the ${token.decimals} decimals of ${token.symbol}.`,
  })
}

/** Everything that can be spent of a balance. */
export function spendable(held: bigint, {isMetis}: Token): bigint {
  if (!isMetis) return held
  return held > GAS_RESERVE_WEI ? held - GAS_RESERVE_WEI : 0n
}

/** `1,234.5 m.USDC`, at most six decimals. */
export function amountText(units: bigint, token: Pick<Token, 'decimals' | 'symbol'>): string {
  return `${formatWeiShort(scaled(units, token), 6)} ${token.symbol}`
}

/** All decimals. */
export function exactText(units: bigint, token: Pick<Token, 'decimals' | 'symbol'>): string {
  return `${formatWei(scaled(units, token))} ${token.symbol}`
}

function scaled(units: bigint, {decimals}: Pick<Token, 'decimals'>): bigint {
  return decimals <= 18
    ? units * 10n ** BigInt(18 - decimals)
    : units / 10n ** BigInt(decimals - 18)
}

/** Our own precondition: the account holds what it is to give. */
export function holdsToken(token: Token, held: bigint, needed: bigint): Condition {
  return ourOwn(
    `${token.symbol.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-balance`,
    token.isMetis ? 'METIS_BALANCE_LOW' : 'TOKEN_BALANCE_LOW',
    {
      label: `the account holds the ${token.symbol}`,
      ok: held >= needed,
      seen: `${exactText(held, token)} of ${exactText(needed, token)}`,
      remedy: `Get more ${token.symbol} on L2, or choose a smaller amount.`,
      facts: {balanceWei: `${held}`, amountWei: `${needed}`},
    },
  )
}

/** Upper bound of an approval; measured 52,000 with METIS. */
export const APPROVE_GAS = 80_000n

/**
 * Approves exactly what a contract will take; nothing where the allowance suffices.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: ERC-20 `approve`.
 */
export async function approvalFor(
  {l2}: Context,
  token: Token,
  request: {owner: Address; spender: Address; spenderName: string; amount: bigint},
): Promise<PlannedCall[]> {
  const {owner, spender, spenderName, amount} = request
  const allowance = await readAllowance(l2().client, {token: token.address, owner, spender})
  if (allowance >= amount) return []
  return [
    planCallOf(erc20Abi, {
      contract: token.isMetis ? 'METIS' : 'ERC20',
      to: token.address,
      functionName: 'approve',
      args: [spender, amount],
      label: () => `Approve ${amountText(amount, token)} for ${spenderName}`,
      gasAtMost: APPROVE_GAS,
    }),
  ]
}
