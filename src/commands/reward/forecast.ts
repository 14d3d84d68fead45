import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {forecastReward} from '../../services/rewards/reward-forecast.ts'
import {rewardForecastJson, rewardForecastText} from '../../ui/presenters/reward-forecast.ts'
import {readProgressText} from '../../ui/presenters/reward-history.ts'

export default class RewardForecast extends SequencerCommand {
  static override summary = 'Forecast the earnings of a sequencer, with their spread.'

  static override description = `Mean and spread per day, per 30 days and for the next reward batch, from the stake share, the measured
block rate and the reward per block. Epochs are won or lost as a whole, so the spread is large over short periods. The
yearly rate is compared with the 20 % that governance targets.`

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardForecast)
    const forecast = await forecastReward(this.openContext(flags), args.id, {
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(readProgressText(progress)),
    })
    this.endProgress()
    for (const warning of forecast.warnings) this.warnAbout(warning)
    return {data: rewardForecastJson(forecast), text: rewardForecastText(forecast)}
  }
}
