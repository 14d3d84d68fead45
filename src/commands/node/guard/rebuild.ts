import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {guardText} from '../../../ui/presenters/guard.ts'

export default class NodeGuardRebuild extends OperatorCommand {
  static override summary = 'Rebuild a sign guard that is missing, damaged or behind the chain log.'

  static override description = `Stop the node first. The new guard refuses every height of the chain log, every height that L1
shows signed by the key, and everything in the old guard. It is not trusted on its own: at its next start the node
reads L1, asks its peers, and sits out the current epoch before it signs.`

  static override examples = ['<%= config.bin %> <%= command.id %> --profile seq-1']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeGuardRebuild)
    const context = this.openContext(flags)
    const {rebuildNodeGuard} = await import('../../../cli/node-guard.ts')
    const reading = rebuildNodeGuard(context, this.interrupted.signal)
    const report = await this.during('Reading the chain log and L1', reading)
    return {data: report, text: guardText(report)}
  }
}
