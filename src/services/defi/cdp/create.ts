import {getTransactionReceipt} from 'viem/actions'

import {MetisSeqError} from '../../../lib/errors.ts'
import type {CdpId} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import type {Plan} from '../../sending/plan.ts'
import type {Operation, Verification} from '../../sending/run-operation.ts'
import {requireOwner} from '../../staking/sequencers.ts'
import {blockKnown} from '../../staking/verify.ts'
import {findCdp} from './cdp.ts'
import {requireFillable, type ChangeRequest} from './change.ts'
import type {CdpProvider, CdpState} from './provider.ts'

export interface CreatePlan extends Plan {
  chain: 'L2'
  market: CdpId
}

export interface Created extends Verification {
  id: bigint
}

/**
 * Creates an empty position. It is an operation of its own: its id is known only once it is mined,
 * and anybody may deposit into any vault, so a guessed id could pay somebody else. None is created that
 * could not be filled.
 */
export function createOperation(
  context: Context,
  request: Omit<ChangeRequest, 'id' | 'action'>,
): Pick<Operation<CreatePlan, Created>, 'plan' | 'verify'> {
  return {
    async plan() {
      const from = requireOwner(context)
      const provider = findCdp(context, request.market)
      const call = provider.createCall()
      if (!call) throw alreadyOpen(context, provider, await provider.read(from))
      await requireFillable(context, provider, request)
      return {
        // One command: a run that ended while the vault was filled must not open another.
        action: 'cdp open',
        title: `Create a vault of ${provider.name}`,
        chain: 'L2',
        ...{from, role: 'owner', conditions: [], figures: [], traps: [], market: provider.id},
        calls: [call],
        effects: [
          {label: 'vault', before: 'none', after: 'an empty one; its id is known once it is mined'},
        ],
      }
    },
    async verify(plan, {hash, blockNumber}) {
      const {client} = context.l2()
      await blockKnown(client, blockNumber)
      const {logs} = await getTransactionReceipt(client, {hash})
      const id = findCdp(context, plan.market).created(logs, plan.from)
      if (id !== undefined) return {id, differences: []}
      throw new MetisSeqError({
        code: 'POST_STATE',
        message: 'The transaction was mined, but created no vault.',
        facts: {account: plan.from, block: `${blockNumber}`},
        hints: ['Run `metis-seq cdp show`.'],
      })
    },
  }
}

function alreadyOpen(
  {networkName}: Context,
  {id, name}: CdpProvider,
  {positions}: CdpState,
): MetisSeqError {
  const vault = positions[0]?.id ?? 0n
  return new MetisSeqError({
    code: 'VAULT_OPEN',
    message: `The account already has its position of ${name} on ${networkName}.`,
    exit: 'precondition',
    facts: {condition: 'not-open', seen: 'open', network: networkName},
    hints: [
      `Change it with \`metis-seq cdp adjust ${vault} --market ${id} --deposit AMOUNT\`, or close it first.`,
    ],
  })
}
