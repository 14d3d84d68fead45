import {Flags} from '@oclif/core'

import {previewFlags, snapshotArg, snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {tellText} from '../../../cli/output.ts'
import {restoredText, restorePlanText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotRestore extends OperatorCommand {
  static override summary = 'Give the node the chain of a snapshot.'

  static override description = `The node must not run. A sign guard that is there stays; where there is none,
a new one refuses every height up to the restored head, so that nothing is signed twice. What the node had
is moved aside with --replace, never deleted.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --replace --dry-run',
    '<%= config.bin %> <%= command.id %> --dir /media/usb/snapshots --replace',
  ]

  static override args = {snapshot: snapshotArg()}

  static override flags = {
    ...commonFlags,
    dir: snapshotDirFlag(),
    replace: Flags.boolean({description: 'Move the chain that is there aside.'}),
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
