import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {findProfile, noProfile} from '../../services/network/profiles.ts'
import {openConfig} from '../../store/config.ts'
import {openHome} from '../../store/home.ts'
import {profileJson, profileText} from '../../ui/presenters/setup.ts'

export default class ProfileShow extends OperatorCommand {
  static override summary = 'Show one profile.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> seq-2',
  ]

  static override args = {name: Args.string({description: 'Profile. Default: the active one.'})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ProfileShow)
    const config = openConfig(openHome())
    const {currentProfile} = config.read()
    const name = args.name ?? flags.profile ?? currentProfile
    if (name === null) throw noProfile()
    const profile = findProfile(config, name)
    const inUse = currentProfile === name
    this.describeProfile(name, profile.network)
    return {data: profileJson(name, profile, inUse), text: profileText(name, profile, inUse)}
  }
}
