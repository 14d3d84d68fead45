import {zeroAddress} from 'viem'

import {consensusAddress, consensusKey} from './bech32.ts'
import {addressOf, uint64} from './rest-arguments.ts'
import {HttpError, sdkError} from './rest-errors.ts'
import type {RestSource, Route} from './rest-source.ts'
import {currentValidators, proposerOf} from './state.ts'

const NOBODY = {address: zeroAddress, account_number: '0', sequence: '0'}
const EMPTY_ACCOUNT = {
  address: zeroAddress,
  coins: [],
  public_key: null,
  account_number: '0',
  sequence: '0',
}
/** Source: `DefaultParams` in Themis `auth/types/params.go`. */
const AUTH_PARAMS = {
  max_memo_characters: 256,
  tx_sig_limit: 7,
  tx_size_cost_per_byte: 10,
  sig_verify_cost_ed25519: 590,
  sig_verify_cost_secp256k1: 1000,
  max_tx_gas: 1_000_000,
  tx_fees: '1000000000000000',
}

/**
 * The paths of the chain below Themis. A single party has no accounts, coins, proposals,
 * transactions or blocks: lists are empty, and accounts look as the real one shows an unknown
 * address.
 *
 * Source: cosmos-sdk v0.37 client REST of auth, bank, gov, supply and rpc.
 */
export function cosmosRoutes({network, state, status}: RestSource): Route[] {
  const height = () => String(state().revision)
  return [
    [
      /^\/auth\/accounts\/([^/]+)$/,
      (_query, text) => {
        addressOf(text)
        return {result: {type: 'auth/Account', value: EMPTY_ACCOUNT}}
      },
    ],
    [
      /^\/auth\/accounts\/([^/]+)\/sequence$/,
      (_query, text) => {
        addressOf(text)
        return {result: NOBODY}
      },
    ],
    [/^\/auth\/params$/, () => ({result: AUTH_PARAMS})],
    [
      /^\/bank\/balances\/([^/]+)$/,
      (_query, text) => {
        addressOf(text)
        return {result: []}
      },
    ],
    [/^\/gov\/proposals$/, () => ({result: []})],
    [
      /^\/gov\/proposals\/([^/]+)/,
      (_query, id) => {
        throw sdkError(500, `unknown proposal with id ${uint64(id)}`, 1, 'gov')
      },
    ],
    [/^\/txs$/, () => ({result: null, isComputed: true})],
    [/^\/txs\/([^/]+)/, (_query, hash) => noTransaction(hash)],
    [
      /^\/blocks\/([^/]+)$/,
      (_query, text) => {
        requireHeight(text, height())
        const header = {
          chain_id: network.name,
          height: height(),
          num_txs: '0',
          total_txs: '0',
          proposer_address: proposerOf(state())?.signer ?? '',
        }
        const block_meta = {block_id: {hash: ''}, header}
        return {bare: {block_meta, block: {header, data: {txs: null}}}}
      },
    ],
    [
      /^\/validatorsets\/([^/]+)$/,
      (_query, text) => {
        requireHeight(text, height())
        const validators = currentValidators(state()).map(({signer, pubKey, power, accum}) => ({
          address: consensusAddress(signer),
          pub_key: consensusKey(pubKey),
          proposer_priority: String(accum),
          voting_power: String(power),
        }))
        return {result: {block_height: height(), validators}, isComputed: true}
      },
    ],
    [
      /^\/node_info$/,
      () => ({
        bare: {
          node_info: {network: network.name, version: '0.1.0', moniker: 'metis-seq'},
          application_version: {name: 'metis-seq', server_name: 'metis-seq', version: '0.1.0'},
        },
      }),
    ],
    [/^\/syncing$/, () => ({bare: {syncing: !status().l1CaughtUp}})],
  ]
}

/** Only the newest height is available. */
function requireHeight(text: string, newest: string): void {
  if (text === 'latest' || text === newest) return
  throw new HttpError(404, `height ${uint64(text)} is not available, only ${newest}`)
}

/** Source: `encoding/hex` of Go, which decodes the transaction hash first. */
function noTransaction(hash: string): never {
  const wrong = [...hash].find((letter) => !/[0-9a-f]/i.test(letter))
  if (wrong !== undefined) {
    const point = wrong.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    throw new HttpError(500, `encoding/hex: invalid byte: U+${point} '${wrong}'`)
  }
  throw new HttpError(404, `there is no transaction ${hash.slice(0, 66)}`)
}
