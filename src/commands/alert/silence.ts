import {Args, Flags} from '@oclif/core'

import {commonFlags, durationFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {systemClock} from '../../lib/clock.ts'
import {isoTime} from '../../lib/units.ts'
import {endSilence, silenceRule} from '../../services/alerts/alert-book.ts'
import {parseRule} from '../../services/alerts/rules.ts'

export default class AlertSilence extends OperatorCommand {
  static override summary = 'Silence a rule for a time, as during maintenance.'

  static override description =
    'Alerts of the rule are still recorded. One that outlasts the silence is told when it ends, and the end of an alert that was told before is told at once.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> node-down --for 2h',
    '<%= config.bin %> <%= command.id %> wallet-low --subject mpc --for 7d',
    '<%= config.bin %> <%= command.id %> node-down --end',
  ]

  static override args = {
    rule: Args.string({description: 'Id of the health rule.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    for: durationFlag('How long.', '1h'),
    subject: Flags.string({description: 'Only of this subject, such as an account.'}),
    end: Flags.boolean({description: 'End the silence now.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertSilence)
    const rule = parseRule(args.rule)
    const context = this.openContext(flags)
    const nowMs = systemClock.nowMs()
    const subject = flags.subject ?? null
    const name = [rule, subject ?? ''].join(' ').trim()
    if (flags.end) {
      const ended = endSilence(context, {rule, subject}, nowMs)
      return {
        data: {rule, subject, untilMs: null},
        text: ended ? `The silence of ${name} has ended.` : `${name} was not silenced.`,
      }
    }
    const silence = silenceRule(context, {rule, subject, untilMs: nowMs + flags.for * 1000})
    return {
      data: silence,
      text: `${name} is silenced until ${isoTime(BigInt(Math.floor(silence.untilMs / 1000)))}.`,
    }
  }
}
