import {snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {createdText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotCreate extends OperatorCommand {
  static override summary = 'Back up the chain of the node, even while it runs.'

  static override description = `Copies the chain, its history and the latest engine state, with checksums.
Keys, pool and sign guard are never included.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --dir /media/usb/snapshots',
  ]

  static override flags = {...commonFlags, dir: snapshotDirFlag()}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeSnapshotCreate)
    const context = this.openContext(flags)
    const {snapshotPlace, takeSnapshot} = await import('../../../cli/node-snapshots.ts')
    const taking = takeSnapshot(snapshotPlace(context, flags.dir))
    const created = await this.during('Copying the chain and the state of the engine', taking)
    return {data: created, text: createdText(created)}
  }
}
