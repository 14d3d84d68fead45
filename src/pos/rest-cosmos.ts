import {addressOf, HttpError, uint64} from './rest-arguments.ts'
import type {RestSource, Route} from './rest-routes.ts'
import {currentValidators, proposerOf} from './state.ts'

/** As cosmos-sdk pages its lists. */
const EMPTY_SEARCH = {total_count: '0', count: '0', page_number: '1', page_total: '0', limit: '30'}
const EMPTY_ACCOUNT = {
  address: '',
  coins: [],
  public_key: '',
  account_number: '0',
  sequence: '0',
}

/**
 * The paths of the chain below Themis. A party of one has no accounts, coins, proposals, transactions or
 * blocks: lists are empty and accounts are those that the real one shows for an unknown address.
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
        return {result: {account_number: '0', sequence: '0'}}
      },
    ],
    [/^\/auth\/params$/, () => ({result: {max_tx_gas: '0', tx_fees: '0'}})],
    [
      /^\/bank\/balances\/([^/]+)$/,
      (_query, text) => {
        addressOf(text)
        return {result: []}
      },
    ],
    [/^\/supply\/total$/, () => ({result: []})],
    [/^\/gov\/proposals$/, () => ({result: []})],
    [/^\/gov\/proposals\/([^/]+)/, (_query, id) => absent(`proposal ${uint64(id)}`)],
    [/^\/txs$/, () => ({bare: {...EMPTY_SEARCH, txs: []}})],
    [/^\/txs\/([^/]+)/, (_query, hash) => absent(`transaction ${hash.slice(0, 66)}`)],
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
          address: signer,
          pub_key: pubKey,
          proposer_priority: String(accum),
          voting_power: String(power),
        }))
        return {bare: {block_height: height(), validators}}
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

/** Only the newest height is kept. */
function requireHeight(text: string, newest: string): void {
  if (text === 'latest' || text === newest) return
  throw new HttpError(404, `height ${uint64(text)} is not kept, only ${newest}`)
}

function absent(what: string): never {
  throw new HttpError(404, `there is no ${what}`)
}
