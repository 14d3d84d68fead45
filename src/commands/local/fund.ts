import {Flags} from '@oclif/core'

import {addressFlag, commonFlags, metisFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {fundText} from '../../ui/presenters/local.ts'

const WHOLE = 10n ** 18n

export default class LocalFund extends OperatorCommand {
  static override summary = 'Give an account ETH and METIS on the local network, and whitelist it.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --metis 20000 --eth 1',
    '<%= config.bin %> <%= command.id %> --address 0x1111111111111111111111111111111111111111 --no-whitelist',
  ]

  static override flags = {
    ...commonFlags,
    address: addressFlag({description: 'Account. Default: the owner of the profile.'}),
    eth: metisFlag({description: 'ETH on L1. Default: 10.', helpValue: 'ETH'}),
    metis: metisFlag({description: 'METIS on L1. Default: 100,000.'}),
    'l2-metis': metisFlag({description: 'METIS on L2. Default: 10.'}),
    whitelist: Flags.boolean({
      description: 'Put the account on the whitelist of LockingPool, as governance would.',
      default: true,
      allowNo: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalFund)
    const context = this.openContext({
      ...flags,
      network: flags.network ?? (flags.profile === undefined ? LOCAL_NETWORK : undefined),
      networksOwn: true,
    })
    const {fund} = await import('../../local/faucet.ts')
    const funding = fund(context, [
      {
        address: flags.address ?? requireOwner(context),
        ethWei: flags.eth ?? 10n * WHOLE,
        metisL1Wei: flags.metis ?? 100_000n * WHOLE,
        metisL2Wei: flags['l2-metis'] ?? 10n * WHOLE,
        whitelist: flags.whitelist,
      },
    ])
    const results = await this.during('Waiting for the blocks of L1 and L2', funding)
    return {data: {funded: results}, text: fundText(results)}
  }
}
