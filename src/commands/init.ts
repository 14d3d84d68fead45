import {Flags} from '@oclif/core'

import {askLine} from '../cli/ask-line.ts'
import {commonFlags} from '../cli/flags.ts'
import {checkProfileFlags, makeProfile, profileFlags} from '../cli/make-profile.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {openConfig} from '../store/config.ts'
import {openHome} from '../store/home.ts'

export default class Init extends OperatorCommand {
  static override summary =
    'Create a profile: your accounts, network and node. Prompts for missing values.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile me --network local --owner my-owner --signer my-signer --node-port 18595 --no-input',
  ]

  static override flags = {
    ...commonFlags,
    ...profileFlags,
    profile: Flags.string({description: 'Name of the new profile.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Init)
    const {profiles, currentProfile, keys, signers} = openConfig(openHome()).read()
    // Changing the profile in use needs no name, and does not prompt for unchanged fields.
    const named = flags.profile ?? (flags.replace ? (currentProfile ?? undefined) : undefined)
    if (flags.replace && named !== undefined && profiles[named])
      return makeProfile(named, flags, this.namedChains)
    const check = (name: string | undefined, said: Partial<typeof flags>) =>
      checkProfileFlags(name, {...flags, ...said}, this.namedChains)
    check(named, {})
    const ask = (question: string, fallback: string) =>
      this.mayAsk ? askLine(question, fallback, this.interrupted.signal) : Promise.resolve(fallback)
    const network =
      flags.network ?? ((await ask('Network (andromeda, sepolia, local)', '')) || undefined)
    if (network === undefined) return makeProfile(named ?? '', flags, this.namedChains)
    check(named, {network})
    const profile = named ?? (await ask('Name of the profile', network))
    check(profile, {network})
    const known = Object.keys({...keys, ...signers})
    const names = known.length > 0 ? ` (here: ${known.join(', ')})` : ''
    const who = async (role: string) =>
      (await ask(`${role}: a key name or an address${names}`, '')) || undefined
    const owner = flags.owner ?? (await who('Owner'))
    check(profile, {network, owner})
    const signer = flags.signer ?? (await who('Signer'))
    return makeProfile(profile, {...flags, network, owner, signer}, this.namedChains)
  }
}
