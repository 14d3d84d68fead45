import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {namesFlag, withNames} from '../../cli/names-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {readSignerNames} from '../../services/network/registry-names.ts'
import {listEpochs} from '../../services/rotation/epochs.ts'
import {epochListText} from '../../ui/presenters/epoch.ts'

export default class EpochList extends OperatorCommand {
  static override summary = 'List the newest epochs, oldest first.'

  static override description =
    'Epochs that began with a respan, that one has cut short, and whose silence led to it, are named. Nobody was silent where an epoch was respanned before it was committed.'

  static override examples = ['<%= config.bin %> <%= command.id %> --count 20']

  static override flags = {
    ...commonFlags,
    count: Flags.integer({description: 'At most this many.', default: 10, min: 1, max: 1000}),
    names: namesFlag,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochList)
    const names = readSignerNames(flags.names)
    const epochs = await listEpochs(this.openContext(flags), flags.count, {
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    return {data: {epochs: withNames(epochs, names)}, text: epochListText(epochs, names)}
  }
}
