import type {WalletState} from './wallets.ts'

export interface Heights {
  l2: {number: number; timestamp: number}
  /** Undefined until L1 is reached. */
  l1: number | undefined
}

/**
 * Heights and balances under the names that operators' dashboards already use, in Prometheus text
 * format. Balances are in whole coins.
 *
 * - Source: metis-sequencer-exporter, `metis:sequencer:*`.
 */
export function exporterMetrics(
  name: string,
  {l2, l1}: Heights,
  wallets: readonly WalletState[],
): string {
  const service = (svc: string) => `{svc_name="${svc}",seq_name="${escapeLabel(name)}"}`
  const wallet = ({chain, address, alias}: WalletState) =>
    `{chain="${chain}",addr="${address}",alias="${alias}"}`
  return [
    '# TYPE metis:sequencer:height counter',
    `metis:sequencer:height${service('l2geth')} ${l2.number}`,
    ...(l1 === undefined ? [] : [`metis:sequencer:height${service('l1dtl')} ${l1}`]),
    '# TYPE metis:sequencer:timestamp counter',
    `metis:sequencer:timestamp${service('l2geth')} ${l2.timestamp}`,
    '# TYPE metis:sequencer:wallet:balance gauge',
    ...wallets.map((state) => `metis:sequencer:wallet:balance${wallet(state)} ${coins(state)}`),
    '# TYPE metis:sequencer:wallet:nonce gauge',
    ...wallets.map((state) => `metis:sequencer:wallet:nonce${wallet(state)} ${state.nonce}`),
    '',
  ].join('\n')
}

function coins({balanceWei}: WalletState): number {
  return Number(balanceWei) / 1e18
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')
}
