import {Flags} from '@oclif/core'

import {previewFlags, snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {tellText} from '../../../cli/output.ts'
import {prunePlanText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotPrune extends OperatorCommand {
  static override summary = 'Delete all but the newest snapshots of this network.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --keep 7 --dry-run',
    '<%= config.bin %> <%= command.id %> --keep 7 --yes',
  ]

  static override flags = {
    ...commonFlags,
    dir: snapshotDirFlag(),
    keep: Flags.integer({description: 'Number of snapshots to keep.', required: true, min: 1}),
    ...previewFlags,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeSnapshotPrune)
    const context = this.openContext(flags)
    const {planSnapshotPrune, pruneSnapshots, snapshotPlace} = await import(
      '../../../cli/node-snapshots.ts'
    )
    const plan = planSnapshotPrune(snapshotPlace(context, flags.dir), flags.keep)
    const isPreview = flags['dry-run'] || plan.removed.length === 0
    if (isPreview) return {data: {...plan, pruned: false}, text: prunePlanText(plan)}
    tellText(prunePlanText(plan))
    await this.confirm('Delete these snapshots?', flags.yes)
    pruneSnapshots(plan)
    return {data: {...plan, pruned: true}, text: `Deleted ${plan.removed.length} snapshots.`}
  }
}
