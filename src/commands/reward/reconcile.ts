import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {reconcileRewards} from '../../services/rewards/reward-reconcile.ts'
import {readProgressText} from '../../ui/presenters/reward-history.ts'
import {reconciliationJson, reconciliationText} from '../../ui/presenters/reward-reconcile.ts'

export default class RewardReconcile extends OperatorCommand {
  static override summary = 'Compare every credited reward with the blocks of its epochs on L2.'

  static override description = `For each reward batch, compares the blocks of the sequencer's epochs in MetisSequencerSet on L2, times
the rate of the batch, with the reward that LockingPool credited.

Exits 0 when all are equal, 10 when one differs, and 11 when nothing differs but a batch cannot be checked.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 2 --network local --all',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    all: Flags.boolean({description: 'Also show the batches that are equal.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardReconcile)
    const found = await reconcileRewards(this.openContext(flags), args.id, {
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(readProgressText(progress)),
    })
    this.endProgress()
    for (const warning of found.warnings) this.warnAbout(warning)
    const answer = {data: reconciliationJson(found), text: reconciliationText(found, flags.all)}
    if (found.differing > 0) return {...answer, exit: 'condition-false'}
    return found.unknown > 0 ? {...answer, exit: 'degraded'} : answer
  }
}
