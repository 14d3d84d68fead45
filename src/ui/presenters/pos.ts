import {isRecord} from '../../lib/json.ts'
import {shortHex} from '../../lib/units.ts'
import type {PosView} from '../../services/pos-status.ts'
import {fields, table} from './table.ts'

export function posStatusText({latestSpan, validators, rewardBatchId, mpc}: PosView): string {
  const producers = latestSpan['selected_producers']
  const producer = Array.isArray(producers) && isRecord(producers[0]) ? producers[0]['signer'] : '?'
  return [
    fields([
      [
        'latest span',
        `${String(latestSpan['span_id'])}, blocks ${String(latestSpan['start_block'])} to ${String(latestSpan['end_block'])}`,
      ],
      ['its producer', String(producer)],
      ['reward batch', String(rewardBatchId)],
      ['MPC address', mpc ? String(mpc['mpc_address']) : 'unknown'],
    ]),
    table(
      ['validator', 'signer', 'power'],
      validators.map((validator) => [
        String(validator['ID']),
        shortHex(String(validator['signer'])),
        String(validator['power']),
      ]),
    ),
  ].join('\n')
}
