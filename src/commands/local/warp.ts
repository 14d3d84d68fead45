import {Args, Errors} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {formatDuration} from '../../lib/units.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'

const seconds: Record<string, number> = {s: 1, m: 60, h: 3600, d: 86_400}
const LIMIT_SECONDS = 10 * 365 * 86_400

const durationArg = Args.custom<number>({
  description: 'How far: 90s, 15m, 36h or 21d.',
  parse: async (text) => {
    const match = /^(\d{1,9})([smhd])$/.exec(text)
    const total = match ? Number(match[1]) * (seconds[match[2]!] ?? 0) : 0
    if (total > 0 && total <= LIMIT_SECONDS) return total
    throw new Errors.CLIError(
      'The duration must be like 90s, 15m, 36h or 21d, and at most 10 years.',
    )
  },
})

export default class LocalWarp extends OperatorCommand {
  static override summary =
    'Move the clock of the local L1 forward, for instance by the 21 days of an exit.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> 21d',
    '<%= config.bin %> <%= command.id %> 90s',
  ]

  static override args = {duration: durationArg({required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LocalWarp)
    const context = this.openContext({
      ...flags,
      network: flags.network ?? LOCAL_NETWORK,
      networksOwn: true,
    })
    const {warpL1} = await import('../../local/warp.ts')
    const result = await this.during('Moving the clock of L1', warpL1(context, args.duration))
    const at = new Date(Number(result.afterSeconds) * 1000).toISOString()
    return {
      data: result,
      text: `L1 is ${formatDuration(args.duration)} later: block ${result.l1Block} at ${at}.`,
    }
  }
}
