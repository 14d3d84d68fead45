import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {validateRegistry} from '../../services/network/registry.ts'
import {registryText} from '../../ui/presenters/registry.ts'

export default class RegistryValidate extends OperatorCommand {
  static override summary =
    'Check a list of sequencers, or one entry, with its logos. Asks no network.'

  static override description = `Exits 0 when the tests of MetisProtocol/metis-sequencer-resources would take it, 10 otherwise.
Rules that only its README has are told as warnings; with --strict they count as well.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> sequencers/1088/all.json',
    '<%= config.bin %> <%= command.id %> . --strict',
  ]

  static override args = {
    path: Args.string({
      description: 'List, single entry, or a folder with an all.json.',
      required: true,
    }),
  }

  static override flags = {
    ...commonFlags,
    strict: Flags.boolean({description: 'Let the rules of the README count as well.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RegistryValidate)
    const files = validateRegistry(args.path)
    const checks = files.flatMap((file) => [
      ...file.checks,
      ...file.entries.flatMap((entry) => entry.checks),
    ])
    const broken = checks.filter(({ok, enforcedBy}) => !ok && (flags.strict || enforcedBy === 'ci'))
    const ok = broken.length === 0
    return {
      data: {ok, files},
      text: registryText(files),
      ...(ok ? {} : {exit: 'condition-false' as const}),
    }
  }
}
