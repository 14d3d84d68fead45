import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {makeProfile, profileFlags} from '../../cli/make-profile.ts'

export default class ProfileAdd extends OperatorCommand {
  static override summary = 'Add a profile and make it active.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> governance --network local --owner local-governance',
    '<%= config.bin %> <%= command.id %> watcher --network local --owner 0x1111111111111111111111111111111111111111',
  ]

  static override args = {name: Args.string({description: 'Name of the profile.', required: true})}

  static override flags = {...commonFlags, ...profileFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ProfileAdd)
    return makeProfile(args.name, flags, this.namedChains)
  }
}
