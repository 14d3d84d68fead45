import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {requireProfile} from '../../services/context.ts'
import {profileJson, profileText} from '../../ui/presenters/setup.ts'

export default class ProfileShow extends OperatorCommand {
  static override summary = 'Show one profile.'

  static override args = {name: Args.string({description: 'Profile. Default: the one in use.'})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ProfileShow)
    const context = this.openContext({...flags, profile: args.name ?? flags.profile})
    const {name, profile} = requireProfile(context)
    const inUse = context.config.read().currentProfile === name
    return {data: profileJson(name, profile, inUse), text: profileText(name, profile, inUse)}
  }
}
