import {Flags} from '@oclif/core'

import {previewFlags, snapshotArg, snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {tellText} from '../../../cli/output.ts'
import {restoredText, restorePlanText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotRestore extends OperatorCommand {
  static override summary = 'Restore the chain of the node from a snapshot.'

  static override description = `Stop the node first. An existing sign guard is kept; without one, a new guard refuses every height up
to the restored head, so that nothing is signed twice. With --replace the old chain is moved aside, never deleted.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --replace --dry-run',
    '<%= config.bin %> <%= command.id %> --dir /media/usb/snapshots --replace',
  ]

  static override args = {snapshot: snapshotArg()}

  static override flags = {
    ...commonFlags,
    dir: snapshotDirFlag(),
    replace: Flags.boolean({description: 'Move the existing chain aside.'}),
    ...previewFlags,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(NodeSnapshotRestore)
    const context = this.openContext(flags)
    const {findSnapshot, planNodeRestore, restoreNode, snapshotPlace} = await import(
      '../../../cli/node-snapshots.ts'
    )
    const place = snapshotPlace(context, flags.dir)
    const plan = planNodeRestore(place, findSnapshot(place, args.snapshot))
    if (flags['dry-run']) {
      return {data: {...plan, restored: false}, text: restorePlanText(plan)}
    }
    if (plan.replaces.length > 0 && flags.replace) {
      tellText(restorePlanText(plan))
      await this.confirm('Replace the chain of this node?', flags.yes)
    }
    const {movedTo} = await this.during('Restoring the chain', restoreNode(plan, flags.replace))
    return {data: {...plan, restored: true, movedTo}, text: restoredText(plan, movedTo)}
  }
}
