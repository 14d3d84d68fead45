/** Filters and subscriptions, as requested by clients. */
import type {Method} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

export const filterMethods: Record<string, Method> = {
  eth_newFilter: ([criteria], {filters}, {client}) => filters.add(client, 'logs', criteria ?? {}),
  eth_newBlockFilter: (_params, {filters}, {client}) => filters.add(client, 'newHeads'),
  eth_newPendingTransactionFilter: (_params, {filters}, {client}) =>
    filters.add(client, 'newPendingTransactions'),
  eth_getFilterChanges: ([id], {filters}) => filters.changes(id),
  eth_uninstallFilter: ([id], {filters}) => filters.remove(id),
  eth_subscribe: ([kind, options], _context, {subscriptions}) => {
    if (subscriptions) return subscriptions.add(String(kind), options)
    throw new RpcError(rpcCodes.rejected, 'Subscriptions need a WebSocket connection.')
  },
  eth_unsubscribe: ([id], _context, {subscriptions}) => {
    if (!subscriptions) {
      throw new RpcError(rpcCodes.rejected, 'Subscriptions need a WebSocket connection.')
    }
    if (subscriptions.remove(String(id))) return true
    throw new RpcError(rpcCodes.rejected, 'subscription not found')
  },
}
