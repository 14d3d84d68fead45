import {MetisSeqError} from '../../lib/errors.ts'
import type {MarketKind} from '../../protocol/defi/about.ts'
import type {Context} from '../context.ts'

const NAMES: Readonly<Record<MarketKind, string>> = {
  pools: 'exchange',
  lending: 'lending market',
  cdp: 'vault',
}

/**
 * The market with this name, or the first of the network.
 *
 * @throws {MetisSeqError} MARKET_UNKNOWN
 */
export function requireMarket<M extends {readonly id: string}>(
  {networkName, network}: Context,
  kind: MarketKind,
  found: readonly M[],
  id: string | undefined,
): M {
  const market = found.find((each) => id === undefined || each.id === id)
  if (market) return market
  const what = id === undefined ? `No ${NAMES[kind]}` : `No ${NAMES[kind]} called ${id}`
  throw new MetisSeqError({
    code: 'MARKET_UNKNOWN',
    message: `${what} is known on ${networkName}.`,
    facts: {network: networkName, kind},
    hints:
      network.kind === 'local'
        ? ['Create a local network with markets: `metis-seq local up --with lst,defi`.']
        : ['Add it to the `defi` section of the network document: `metis-seq network schema`.'],
  })
}
