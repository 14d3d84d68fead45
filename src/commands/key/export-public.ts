import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {spellings} from '../../protocol/public-key.ts'
import {findAccount} from '../../services/keys/keys.ts'
import {publicKeyJson, publicKeyText} from '../../ui/presenters/key.ts'

export default class KeyExportPublic extends OperatorCommand {
  static override summary = 'Print the public key in its three encodings, and where each is used.'

  static override description = `raw: 64 bytes, for LockingPool, the registry and --signer-pubkey. uncompressed: 65 bytes that begin
with 04, for Themis and the hardhat task l1:lock. compressed: 33 bytes, for wallets and libraries. With --spelling
only that one is printed, for scripts.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-signer',
    '<%= config.bin %> sequencer register --signer-pubkey $(<%= config.bin %> <%= command.id %> my-signer --spelling raw)',
  ]

  static override args = {name: Args.string({description: 'Name of the key.', required: true})}

  static override flags = {
    ...commonFlags,
    spelling: Flags.option({
      options: spellings,
      description: 'Print this encoding and nothing else.',
    })(),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(KeyExportPublic)
    const key = findAccount(keyAccess({}, false).config, args.name)
    return {data: publicKeyJson(key, flags.spelling), text: publicKeyText(key, flags.spelling)}
  }
}
