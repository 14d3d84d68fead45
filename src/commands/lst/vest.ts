import {Args} from '@oclif/core'

import {commonFlags, metisFlag, sendFlags} from '../../cli/flags.ts'
import {operateLst} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {lstWith} from '../../protocol/lst/providers.ts'

export default class LstVest extends OperatorCommand {
  static override summary = 'Release the vesting part of a withdrawal.'

  static override description = `\`stake\` adds tokens of the provider, without which nothing vests; \`claim\` takes what has
vested; \`unstake\` takes it and returns all of those tokens, after which nothing vests anymore.`

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstWith('vest')} stake --amount 100 --dry-run`,
    `<%= config.bin %> <%= command.id %> ${lstWith('vest')} claim --dry-run`,
  ]

  static override args = {
    provider: providerArg({required: true}),
    step: Args.option({
      options: ['stake', 'claim', 'unstake'] as const,
      description: 'Step of the vesting.',
    })({required: true}),
  }

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: metisFlag({description: 'Tokens to stake.', helpValue: 'TOKENS'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstVest)
    const {provider, step} = args
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider,
      ask: {kind: 'vest', step, amountWei: flags.amount},
    })
  }
}
