import {Args} from '@oclif/core'

import {keyAccess, openKeyFlags} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {testSigner} from '../../services/signers/signer-test.ts'
import {signerTestJson, signerTestText} from '../../ui/presenters/signer.ts'

export default class SignerTest extends OperatorCommand {
  static override summary = 'Have a signer sign a harmless transaction, and verify the signature.'

  static override description =
    'Exits 0 when it signed with the right key or is a Safe on L1, and 10 for an address that is only watched.'

  static override examples = ['<%= config.bin %> <%= command.id %> seq-1-signer']

  static override args = {
    name: Args.string({description: 'Name of a key or signer.', required: true}),
  }

  static override flags = openKeyFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SignerTest)
    const test = await testSigner(args.name, {
      access: keyAccess(flags, this.mayAsk),
      context: () => this.openContext(flags),
      timeoutMs: flags.timeout * 1000,
    })
    return {
      data: signerTestJson(test),
      text: signerTestText(test),
      ...(test.canSign || test.safe ? {} : {exit: 'condition-false' as const}),
    }
  }
}
