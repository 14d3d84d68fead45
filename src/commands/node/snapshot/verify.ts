import {Flags} from '@oclif/core'

import {snapshotArg, snapshotDirFlag} from '../../../cli/snapshot-flags.ts'
import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {snapshotProgressText, verifiedText} from '../../../ui/presenters/snapshot.ts'

export default class NodeSnapshotVerify extends OperatorCommand {
  static override summary = 'Check that a snapshot is complete and re-executes to its own hashes.'

  static override description = `Verifies the checksums and that every block follows its parent, then re-executes from the engine
state in the snapshot to its head and compares each hash. Works on a copy.

Exits 0 when the snapshot is good, and 12 when it is damaged.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from-genesis',
  ]

  static override args = {snapshot: snapshotArg()}

  static override flags = {
    ...commonFlags,
    dir: snapshotDirFlag(),
    'from-genesis': Flags.boolean({description: 'Execute every block from genesis.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(NodeSnapshotVerify)
    const context = this.openContext(flags)
    const {findSnapshot, snapshotPlace, verifyNodeSnapshot} = await import(
      '../../../cli/node-snapshots.ts'
    )
    const place = snapshotPlace(context, flags.dir)
    const found = await verifyNodeSnapshot(place, findSnapshot(place, args.snapshot), {
      fromGenesis: flags['from-genesis'],
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(snapshotProgressText(progress)),
    })
    this.endProgress()
    return {data: found, text: verifiedText(found)}
  }
}
