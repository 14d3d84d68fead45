import {Flags} from '@oclif/core'

import {commonFlags, sendFlags} from '../../../cli/flags.ts'
import {changeProvider} from '../../../cli/change-provider.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {providerArg} from '../../../cli/provider-arg.ts'
import {lstIds, lstName} from '../../../protocol/lst/providers.ts'
import {
  areWhitelisted,
  assertOwnNetwork,
  forgetProvider,
  planProviderRemove,
} from '../../../services/lst/registration.ts'

export default class GovernanceProviderRemove extends OperatorCommand {
  static override summary = 'Remove a liquid-staking provider from a network of your own.'

  static override description = `Takes the owners of its sequencers off the whitelist and the provider out of the document of the
network. Off the whitelist an owner can neither claim nor exit; --keep-whitelisted leaves them on it.`

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --keep-whitelisted`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --profile governance --dry-run`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    'keep-whitelisted': Flags.boolean({description: 'Change only the document of the network.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(GovernanceProviderRemove)
    const {provider} = args
    const context = this.openContext(flags)
    assertOwnNetwork(context)
    const forget = () => {
      const text = `${lstName(provider)} is no longer a provider of ${context.networkName}.`
      return {text, data: {provider, path: forgetProvider(context, provider)}}
    }
    const owners = context.network.lstRegistry?.[provider]?.l1Owners ?? []
    if (flags['keep-whitelisted'] || owners.length === 0) return forget()
    return changeProvider(context, flags, this.sendHost(flags.yes), {
      action: 'governance provider remove',
      plan: () => planProviderRemove(context, provider, owners),
      isDone: () => areWhitelisted(context, owners, false),
      record: forget,
    })
  }
}
