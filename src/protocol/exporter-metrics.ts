import {counter, gauge, type Metric} from '../lib/exposition.ts'

export interface ExporterHeights {
  /** Undefined until it is reached. */
  l2: {number: number; timestamp: number} | undefined
  l1: number | undefined
  /** Of the consensus layer. */
  pos?: number | undefined
}

export interface ExporterWallet {
  chain: 'l1' | 'l2'
  address: string
  /** Such as `signer` or `mpc`. */
  alias: string
  balanceWei: bigint
  nonce: number
}

/** Parts of a sequencer under the exporter's names. */
export type ExporterService = 'l2geth' | 'l1dtl' | 'themis'

/**
 * Heights and balances under the names that operators' dashboards already use. Balances are in whole
 * coins. A height is a gauge here, since a reorg lowers it; queries do not depend on the type.
 *
 * - Source: metis-sequencer-exporter, `metis:sequencer:*`.
 */
export function exporterMetrics(
  name: string,
  {l2, l1, pos}: ExporterHeights,
  wallets: readonly ExporterWallet[],
): Metric[] {
  const of = (service: ExporterService) => ({svc_name: service, seq_name: name})
  const wallet = ({chain, address, alias}: ExporterWallet) => ({chain, addr: address, alias})
  return [
    gauge('metis:sequencer:height', 'Newest block, by part of the sequencer.', [
      ...(l2 ? [{labels: of('l2geth'), value: l2.number}] : []),
      ...(l1 === undefined ? [] : [{labels: of('l1dtl'), value: l1}]),
      ...(pos === undefined ? [] : [{labels: of('themis'), value: pos}]),
    ]),
    gauge(
      'metis:sequencer:timestamp',
      'Timestamp of the newest L2 block, in seconds since 1970.',
      l2 ? [{labels: of('l2geth'), value: l2.timestamp}] : [],
    ),
    gauge(
      'metis:sequencer:wallet:balance',
      'Balance in whole coins: ETH on L1, METIS on L2.',
      wallets.map((each) => ({labels: wallet(each), value: Number(each.balanceWei) / 1e18})),
    ),
    gauge(
      'metis:sequencer:wallet:nonce',
      'Next nonce of the account.',
      wallets.map((each) => ({labels: wallet(each), value: each.nonce})),
    ),
  ]
}

/** Failed reads since the start. */
export function exporterFailures(
  name: string,
  failures: Readonly<Record<ExporterService, number>>,
): Metric {
  return counter(
    'metis_sequencer_exporter_failures',
    'Reads that failed, by part of the sequencer.',
    Object.entries(failures).map(([service, value]) => ({
      labels: {svc_name: `seq-${name}-${service}`},
      value,
    })),
  )
}
