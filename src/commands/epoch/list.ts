import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listEpochs} from '../../services/rotation/epochs.ts'
import {epochListText} from '../../ui/presenters/epoch.ts'

export default class EpochList extends OperatorCommand {
  static override summary = 'List the newest epochs, oldest first.'

  static override examples = ['<%= config.bin %> <%= command.id %> --count 20']

  static override flags = {
    ...commonFlags,
    count: Flags.integer({description: 'At most this many.', default: 10, min: 1, max: 1000}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochList)
    const epochs = await listEpochs(this.openContext(flags), flags.count)
    return {data: {epochs}, text: epochListText(epochs)}
  }
}
