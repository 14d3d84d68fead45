import {Args} from '@oclif/core'

import {commonFlags, sendFlags} from '../../../cli/flags.ts'
import {changeProvider} from '../../../cli/change-provider.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {
  areWhitelisted,
  assertContracts,
  assertOwnNetwork,
  changedContracts,
  planProviderAdd,
  readProviderFile,
  recordProvider,
} from '../../../services/lst/registration.ts'
import {lstName} from '../../../protocol/lst/providers.ts'
import {providerAddedText, replacedContractsText} from '../../../ui/presenters/governance.ts'

export default class GovernanceProviderAdd extends OperatorCommand {
  static override summary = 'Add a liquid-staking provider to a network of your own.'

  static override description = `Whitelists the owners of its sequencers, signed by the owner of LockingPool, and records the
provider in the document of the network. \`governance provider schema\` describes the file.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> provider.json --profile governance',
    '<%= config.bin %> <%= command.id %> provider.json --profile governance --dry-run',
  ]

  static override args = {
    file: Args.string({description: 'Provider (JSON).', required: true}),
  }

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(GovernanceProviderAdd)
    const context = this.openContext(flags)
    const document = readProviderFile(args.file)
    assertOwnNetwork(context)
    await assertContracts(context, document, args.file)
    const host = this.sendHost(flags.yes)
    const name = lstName(document.provider)
    const agree = async () => {
      const changed = changedContracts(context, document)
      if (changed.every(({before}) => before === null)) return
      host.say(replacedContractsText(changed))
      await host.confirm(`Replace contracts of ${name} in the document of ${context.networkName}?`)
    }
    const record = () => {
      const recorded = {provider: document.provider, path: recordProvider(context, document)}
      return {text: providerAddedText(document, context.networkName), data: recorded}
    }
    return changeProvider(context, flags, host, {
      action: 'governance provider add',
      plan: () => planProviderAdd(context, document),
      isDone: () => areWhitelisted(context, document.registration.l1Owners, true),
      ...{agree, record},
    })
  }
}
