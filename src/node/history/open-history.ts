import {join} from 'node:path'

import {lowerCase} from '../../protocol/block.ts'
import {HistoryLog} from '../../store/history-log.ts'
import type {Closer, NodeParts, OpenHistory} from '../node-parts.ts'
import {History} from './history.ts'
import {ChainReader} from './reader.ts'

/**
 * Opens the history next to the chain log and starts to collect missing blocks. The chain must be
 * restored.
 *
 * @throws {MetisSeqError} DISK_FULL, STORE_DAMAGED, STORE_BUSY
 */
export function openHistory(
  {options, genesis, chain, clock, watch, driver}: NodeParts,
  closers: Closer[],
): OpenHistory {
  const {network, dataDir, logger} = options
  const store = HistoryLog.open(join(dataDir, 'history.sqlite'), genesis)
  closers.push(() => store.close())
  const head = () => chain.head().number
  const {engine, log} = chain
  const common = {log, head, genesisNumber: genesis.number}
  const history = new History({
    ...common,
    ...{engine, history: store, clock, logger: logger.child('history')},
  })
  const reader = new ChainReader({
    ...common,
    history,
    rules: {
      chainId: network.l2.chainId,
      bridge: lowerCase(network.l2.contracts.bridge),
    },
  })
  watch.onHead(() => history.wake())
  chain.followedBy({wait: () => history.backpressure(), isBehind: () => history.lag > 0})
  history.listen(({hash, gasUsed}) => gasUsed && driver.spent(hash, gasUsed))
  history.start()
  closers.push(() => history.stop())
  return {history, reader}
}
