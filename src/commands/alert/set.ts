import {Args, Errors, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {parseDuration} from '../../lib/units.ts'
import {changeRule, parseRule, type RuleChange} from '../../services/alerts/rules.ts'
import {requireProfile} from '../../services/context.ts'
import {ruleText} from '../../ui/presenters/alert.ts'

const timeFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (text) => {
    const seconds = text.trim() === '0' ? 0 : parseDuration(text.trim())
    if (seconds !== undefined) return seconds
    throw new Errors.CLIError('The time is not one such as 0, 90s, 10m, 2h or 7d.')
  },
})

export default class AlertSet extends OperatorCommand {
  static override summary = 'Change how one rule is reported, and its limits.'

  static override description = `The choices belong to the profile. Severity, times and --off concern alerts only, and a running monitor follows them
at once; limits (--limit) are those of the health rule itself, for status, dashboard and alerts alike, and a running
monitor or dashboard takes them when it is started again. A bundled node's own readiness keeps the defaults.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> reward-claimable --severity warn --repeat 7d',
    '<%= config.bin %> <%= command.id %> disk-low --limit warnBelowGib=20 --limit criticalBelowGib=5',
    '<%= config.bin %> <%= command.id %> endpoint-down --hold 5m',
    '<%= config.bin %> <%= command.id %> lst-peg --off',
    '<%= config.bin %> <%= command.id %> lst-peg --reset',
  ]

  static override args = {
    rule: Args.string({description: 'Id of the health rule.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    severity: Flags.option({
      options: ['warn', 'critical'] as const,
      description: 'Severity of its alerts, whatever the rule says; advice becomes an alert too.',
    })(),
    hold: timeFlag({description: 'Time that an issue has to last before it is reported.'}),
    repeat: timeFlag({description: 'Interval of the reminders; 0 for none.'}),
    limit: Flags.string({
      description: 'Limit of the rule as NAME=NUMBER; `monitor rules` lists them.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    off: Flags.boolean({description: 'No alerts of this rule.', exclusive: ['on']}),
    on: Flags.boolean({description: 'Alerts of this rule again.'}),
    reset: Flags.boolean({description: 'First go back to the defaults.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertSet)
    const rule = parseRule(args.rule)
    const limits = limitsFrom(flags.limit ?? [])
    const context = this.openContext(flags)
    const {name} = requireProfile(context)
    const change: RuleChange = {
      isReset: flags.reset,
      ...(flags.severity === undefined ? {} : {severity: flags.severity}),
      ...(flags.hold === undefined ? {} : {holdSeconds: flags.hold}),
      ...(flags.repeat === undefined ? {} : {repeatSeconds: flags.repeat}),
      ...(flags.off || flags.on ? {off: flags.off} : {}),
      ...(limits ? {limits} : {}),
    }
    const view = changeRule(context.config, name, rule, change)
    return {data: view, text: ruleText(view)}
  }
}

function limitsFrom(given: readonly string[]): Record<string, number> | undefined {
  if (given.length === 0) return undefined
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([A-Za-z]+)=(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? []
      if (name === undefined)
        throw new Errors.CLIError('A limit is written as NAME=NUMBER: --limit warnBelowGib=20.')
      return [name, Number(value)]
    }),
  )
}
