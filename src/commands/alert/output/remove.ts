import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {readAlerts, removeOutput, unknownOutput} from '../../../services/alerts/outputs-file.ts'
import {openHome} from '../../../store/home.ts'
import {outputJson, outputText} from '../../../ui/presenters/alert.ts'

export default class AlertOutputRemove extends OperatorCommand {
  static override summary = 'Remove a place that alerts go to, with what it still had to deliver.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ops',
    '<%= config.bin %> <%= command.id %> ops --yes',
  ]

  static override args = {name: Args.string({description: 'Name of the output.', required: true})}

  static override flags = {
    ...commonFlags,
    yes: Flags.boolean({description: 'Remove without asking.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertOutputRemove)
    const home = openHome()
    const {outputs} = readAlerts(home)
    const known = Object.hasOwn(outputs, args.name) ? outputs[args.name] : undefined
    if (!known) throw unknownOutput(args.name, Object.keys(outputs))
    this.say(outputText(args.name, known))
    await this.confirm(`Remove output ${args.name}?`, flags.yes)
    const removed = removeOutput(home, args.name)
    return {data: outputJson(args.name, removed), text: `Output ${args.name} is removed.`}
  }
}
