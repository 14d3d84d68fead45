import {isRecord} from '../../lib/json.ts'
import {shortHex} from '../../lib/units.ts'
import type {PosView} from '../../services/pos-status.ts'
import {issueLines} from './health.ts'
import {fields, table} from './table.ts'

export function posStatusText(view: PosView): string {
  const {latestSpan, validators, rewardBatchId, mpc, issues} = view
  const producers = latestSpan['selected_producers']
  const producer =
    Array.isArray(producers) && isRecord(producers[0]) ? producers[0]['signer'] : undefined
  return [
    ...issueLines({issues}, 'pos status'),
    fields([
      [
        'latest span',
        `${text(latestSpan['span_id'])}, blocks ${text(latestSpan['start_block'])} to ${text(latestSpan['end_block'])}`,
      ],
      ['its producer', text(producer)],
      ['reward batch', text(rewardBatchId)],
      ['MPC address', text(mpc?.['mpc_address'])],
    ]),
    table(
      ['validator', 'signer', 'power'],
      validators.map((validator) => [
        text(validator['ID']),
        shortHex(text(validator['signer'])),
        text(validator['power']),
      ]),
    ),
  ].join('\n')
}

/** A field of a server that may be of another version. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown'
}
