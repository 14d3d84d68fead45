import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {useProfile} from '../../services/network/profiles.ts'
import {openConfig} from '../../store/config.ts'
import {openHome} from '../../store/home.ts'
import {profileJson} from '../../ui/presenters/setup.ts'

export default class ProfileUse extends OperatorCommand {
  static override summary = 'Make a profile active.'

  static override examples = ['<%= config.bin %> <%= command.id %> seq-2']

  static override args = {name: Args.string({description: 'Profile.', required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(ProfileUse)
    const profile = useProfile(openConfig(openHome()), args.name)
    return {
      data: profileJson(args.name, profile, true),
      text: `Profile ${args.name} on ${profile.network} is in use.`,
    }
  }
}
