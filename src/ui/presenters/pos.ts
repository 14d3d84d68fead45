import type {Json} from '../../lib/json.ts'
import {shortHex} from '../../lib/units.ts'
import type {PosView} from '../../services/node/pos-status.ts'
import {issueLines} from './health.ts'
import {fields, table} from './table.ts'

export function posStatusText(view: PosView): string {
  const {latestSpan: span, validators, rewardBatchId, mpc, issues} = view
  return [
    ...issueLines({issues}, 'pos status'),
    fields([
      [
        'latest span',
        `${shown(span?.id)}, blocks ${shown(span?.startBlock)} to ${shown(span?.endBlock)}`,
      ],
      ['its producer', shown(span?.producer)],
      ['reward batch', shown(rewardBatchId)],
      ['MPC address', shown(mpc?.['mpc_address'])],
    ]),
    table(
      ['validator', 'signer', 'power'],
      validators.map(({id, signer, power}) => [shown(id), shortHex(shown(signer)), shown(power)]),
    ),
  ].join('\n')
}

/** The response of Themis, unchanged. */
export function posStatusJson({latestSpan, validators, rewardBatchId, mpc, issues}: PosView) {
  return {
    latestSpan: latestSpan?.json ?? {},
    validators: validators.map(({json}) => json),
    ...{rewardBatchId, mpc, issues},
  }
}

/** A field of a server that may run another version. */
function shown(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown'
}
