import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {resolveSignerKey} from '../../cli/signer-key.ts'
import {buildEntry} from '../../services/network/registry.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {builtEntryText} from '../../ui/presenters/registry.ts'

export default class RegistryBuild extends OperatorCommand {
  static override summary = 'Build the entry of a sequencer for the public registry. Offline.'

  static override description = `Takes owner and signer from the profile. Prints the entry, writes it with its logo to a folder, or
appends it to an all.json in a checkout of MetisProtocol/metis-sequencer-resources.
Exits 10 and writes nothing when the entry breaks a rule of that repository.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --name Alice --desc "A sequencer." --url https://alice.example --logo alice.png',
    '<%= config.bin %> <%= command.id %> --name Alice --desc "A sequencer." --url https://alice.example --logo alice.png --into sequencers/1088/all.json',
  ]

  static override flags = {
    ...commonFlags,
    name: Flags.string({description: 'Name, at most 24 characters.', required: true}),
    desc: Flags.string({description: 'Description, at most 200 characters.', required: true}),
    url: Flags.string({description: 'Web page, https.', helpValue: 'URL', required: true}),
    logo: Flags.string({
      description: 'PNG or SVG, square, 128 to 256 pixels, at most 24 KB.',
      helpValue: 'FILE',
      required: true,
    }),
    'lst-name': Flags.string({description: 'Name of a liquid-staking provider.'}),
    'lst-url': Flags.string({description: 'Web page of the provider, https.', helpValue: 'URL'}),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
    output: Flags.string({description: 'Folder for entry and logo.', helpValue: 'FOLDER'}),
    into: Flags.string({description: 'List to append to.', helpValue: 'FILE'}),
    force: Flags.boolean({description: 'Overwrite existing files.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(RegistryBuild)
    const context = this.openContext(flags)
    const built = buildEntry({
      owner: requireOwner(context),
      ...resolveSignerKey(context, flags['signer-pubkey']),
      ...{name: flags.name, desc: flags.desc, url: flags.url, logo: flags.logo},
      ...{lstName: flags['lst-name'], lstUrl: flags['lst-url']},
      ...{into: flags.into, output: flags.output},
      l2ChainId: context.network.l2.chainId,
      replace: flags.force,
    })
    return {
      data: built,
      text: builtEntryText(built),
      ...(built.ok ? {} : {exit: 'condition-false' as const}),
    }
  }
}
