import {commonFlags} from '../../cli/flags.ts'
import {namesFlag, withNames} from '../../cli/names-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readSignerNames} from '../../services/network/registry-names.ts'
import {readSuccessor} from '../../services/rotation/successor.ts'
import {successorText} from '../../ui/presenters/rotation.ts'

export default class EpochSuccessor extends OperatorCommand {
  static override summary = 'Show who takes over if the producer stops now, and when.'

  static override description =
    'The successor is drawn from the height and the attempt, with the same chance for everybody. Your standby counts in epochs of others too.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --json',
  ]

  static override flags = {...commonFlags, names: namesFlag}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochSuccessor)
    const names = readSignerNames(flags.names)
    const view = await readSuccessor(this.openContext(flags))
    return {
      data: {...view, attempts: withNames(view.attempts, names)},
      text: successorText(view, names),
    }
  }
}
