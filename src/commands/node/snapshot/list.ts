import {snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {listedText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotList extends OperatorCommand {
  static override summary = 'List the snapshots of the node, newest first.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = {...commonFlags, dir: snapshotDirFlag()}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeSnapshotList)
    const context = this.openContext(flags)
    const {snapshotPlace, snapshotsIn} = await import('../../../cli/node-snapshots.ts')
    const place = snapshotPlace(context, flags.dir)
    const snapshots = snapshotsIn(place)
    return {data: {root: place.root, snapshots}, text: listedText(snapshots, place.root)}
  }
}
