import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {removeProfile} from '../../services/network/profiles.ts'
import {openConfig} from '../../store/config.ts'
import {openHome} from '../../store/home.ts'

export default class ProfileRemove extends OperatorCommand {
  static override summary = 'Remove a profile. Its keys and node data are kept.'

  static override description = 'Refused while its node runs.'

  static override examples = ['<%= config.bin %> <%= command.id %> watcher']

  static override args = {name: Args.string({description: 'Profile.', required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(ProfileRemove)
    const home = openHome()
    removeProfile(home, openConfig(home), args.name)
    return {data: {removed: args.name}, text: `Removed profile ${args.name}; its keys are kept.`}
  }
}
