import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {resolveSignerKey} from '../../cli/signer-key.ts'
import {buildEntry} from '../../services/network/registry.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {builtEntryText} from '../../ui/presenters/registry.ts'

export default class RegistryBuild extends OperatorCommand {
  static override summary = 'Make the entry of a sequencer for the public list. Asks no network.'

  static override description = `Owner and signer are those of the profile. Prints the entry, or writes it with its logo to a
folder, or to the end of an all.json in a checkout of MetisProtocol/metis-sequencer-resources.
Exits 10 and writes nothing when a rule of that repository does not hold.`

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
    'lst-url': Flags.string({description: 'Web page of it, https.', helpValue: 'URL'}),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
    output: Flags.string({description: 'Folder for entry and logo.', helpValue: 'FOLDER'}),
    into: Flags.string({description: 'List to append to.', helpValue: 'FILE'}),
    force: Flags.boolean({description: 'Replace files that are there.'}),
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
