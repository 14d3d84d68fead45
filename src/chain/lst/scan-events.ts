import {parseEventLogs, type Abi, type Address, type Log} from 'viem'

import {systemClock} from '../../lib/clock.ts'
import type {ChainClient} from '../connect.ts'
import {scanLogs} from '../scan-logs.ts'

/** A decoded event of a provider's contracts. */
export interface LstEvent {
  blockNumber: bigint
  address: Address
  name: string
  args: Readonly<Record<string, unknown>>
}

/**
 * Events of contracts on L2 in chain order, in requests as large as the endpoint allows.
 *
 * - Signed by: nobody. Chain: L2.
 *
 * @throws {MetisSeqError} LOGS_UNREADABLE
 */
export async function scanEvents(
  client: ChainClient,
  abi: Abi,
  scan: {addresses: readonly Address[]; fromBlock: bigint; toBlock: bigint},
): Promise<LstEvent[]> {
  const found: LstEvent[] = []
  if (scan.fromBlock > scan.toBlock) return found
  for await (const {logs} of scanLogs({client, ...scan, clock: systemClock})) {
    for (const {l1Block, address, topics, data} of logs) {
      const [parsed] = parseEventLogs({abi, logs: [{address, topics, data} as unknown as Log]})
      if (!parsed || !('eventName' in parsed)) continue
      const {eventName, args} = parsed as unknown as {eventName: string; args: object}
      found.push({
        ...{blockNumber: l1Block, address, name: eventName},
        args: args as Readonly<Record<string, unknown>>,
      })
    }
  }
  return found
}
