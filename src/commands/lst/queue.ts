import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readQueues} from '../../services/lst/lst.ts'
import {queuesText} from '../../ui/presenters/lst.ts'

export default class LstQueue extends OperatorCommand {
  static override summary = 'Show the withdrawal queue of each provider and the METIS that pays it.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override args = {provider: providerArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstQueue)
    const {each: queues, warnings} = await readQueues(this.openContext(flags), args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: {queues}, text: queuesText(queues)}
  }
}
