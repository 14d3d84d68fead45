import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {validateRegistry} from '../../services/network/registry.ts'
import {registryText} from '../../ui/presenters/registry.ts'

export default class RegistryValidate extends OperatorCommand {
  static override summary = 'Validate registry entries and their logos. Offline.'

  static override description = `Exits 0 when the tests of MetisProtocol/metis-sequencer-resources would pass, otherwise 10.
Rules that only its README states are warnings; with --strict they count as failures.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> sequencers/1088/all.json',
    '<%= config.bin %> <%= command.id %> . --strict',
  ]

  static override args = {
    path: Args.string({
      description: 'List, single entry, or folder with an all.json.',
      required: true,
    }),
  }

  static override flags = {
    ...commonFlags,
    strict: Flags.boolean({description: 'Treat the rules of the README as failures.'}),
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
