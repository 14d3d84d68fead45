import {Flags} from '@oclif/core'

import {askLine} from '../cli/ask-line.ts'
import {commonFlags} from '../cli/flags.ts'
import {makeProfile, profileFlags} from '../cli/make-profile.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'

export default class Init extends OperatorCommand {
  static override summary = 'Make a profile: who you are on a network. Asks for what is missing.'

  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --profile main --network andromeda --owner 0x… --no-input',
  ]

  static override flags = {
    ...commonFlags,
    ...profileFlags,
    profile: Flags.string({description: 'Name of the new profile.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Init)
    const ask = (question: string, fallback: string) =>
      this.mayAsk ? askLine(question, fallback, this.interrupted.signal) : Promise.resolve(fallback)
    const network =
      flags.network ?? ((await ask('Network (andromeda, sepolia, local)', '')) || undefined)
    const profile = flags.profile ?? (await ask('Name of the profile', network ?? 'main'))
    const owner = flags.owner ?? ((await ask('Owner: a key name or an address', '')) || undefined)
    const signer =
      flags.signer ?? ((await ask('Signer: a key name or an address', '')) || undefined)
    return makeProfile(profile, {...flags, network, owner, signer})
  }
}
