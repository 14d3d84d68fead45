import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {namesFlag, withNames} from '../../cli/names-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {sequencerIdFlag} from '../../cli/sequencer-arg.ts'
import {readSignerNames} from '../../services/network/registry-names.ts'
import {readForecast} from '../../services/rotation/forecast.ts'
import {findSequencer} from '../../services/staking/sequencers.ts'
import {forecastText} from '../../ui/presenters/rotation.ts'

export default class EpochForecast extends OperatorCommand {
  static override summary = 'Foretell the producers of the next epochs, and when they begin.'

  static override description = `The draw of an epoch depends only on its number and on the stakes, so it can be replayed before it happens.
Every run first replays the draws of the last 200 spans and says how many came true. If one did not, the
forecast shows shares of the stake instead; while guesses by stake would be right as often with a probability of
0.1 % or more, draws are only probable. It is never made from a consensus layer that is behind.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --count 40',
    '<%= config.bin %> <%= command.id %> --sequencer 2 --network local --json',
  ]

  static override flags = {
    ...commonFlags,
    count: Flags.integer({
      description: 'Epochs, with the current one.',
      default: 20,
      min: 1,
      max: 1000,
    }),
    sequencer: sequencerIdFlag('Mark the turns of this sequencer instead of the own one.'),
    names: namesFlag,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochForecast)
    const context = this.openContext(flags)
    const names = readSignerNames(flags.names)
    const {sequencer: id} = flags
    const signer =
      id === undefined
        ? (context.profile?.signer ?? null)
        : (await findSequencer(context, id)).signer
    const forecast = await readForecast(context, {
      ...{count: flags.count, signer},
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    return {
      data: {...forecast, epochs: withNames(forecast.epochs, names)},
      text: forecastText(forecast, names, Date.now()),
    }
  }
}
