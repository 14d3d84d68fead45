import {Flags} from '@oclif/core'

import {follow} from '../../cli/follow-file.ts'
import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {printDocument} from '../../cli/output.ts'
import {requireRuntime} from '../../services/node/node-runtime.ts'

export default class NodeLogs extends OperatorCommand {
  static override summary = 'Print the log of the background node.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --lines 200',
    '<%= config.bin %> <%= command.id %> --follow --profile seq-2',
  ]

  static override flags = {
    ...commonFlags,
    lines: Flags.integer({description: 'Last lines to print.', default: 50, min: 1, max: 10_000}),
    follow: Flags.boolean({description: 'Keep printing new lines until Ctrl-C.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeLogs)
    const node = requireRuntime(this.openContext(flags))
    const lines = node.logs(flags.lines)
    if (!flags.follow || this.jsonEnabled()) return {data: {lines}, text: lines.join('\n')}
    if (lines.length > 0) printDocument(lines.join('\n'))
    await follow(node.logFile(), this.watching)
    return {data: {lines: []}, text: '', ...this.endOfStream}
  }
}
