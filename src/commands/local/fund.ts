import {Errors, Flags} from '@oclif/core'

import {addressFlag, commonFlags, metisFlag, parseAmountOrShare} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'
import type {Amount} from '../../protocol/amount.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {fundText} from '../../ui/presenters/local.ts'

const WHOLE = 10n ** 18n

/** @throws {CLIError} for anything but `TOKEN=AMOUNT` */
function giftIn(text: string | undefined): {token: string; amount: Amount} | null {
  if (text === undefined) return null
  const at = text.indexOf('=')
  if (at > 0) return {token: text.slice(0, at), amount: parseAmountOrShare(text.slice(at + 1))}
  throw new Errors.CLIError('--l2-token takes a token and its amount, such as USDS=100.')
}

export default class LocalFund extends OperatorCommand {
  static override summary = 'Give an account ETH and METIS on the local network, and whitelist it.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --metis 20000 --eth 1',
    '<%= config.bin %> <%= command.id %> --l2-metis 2000 --l2-token MAI=10',
    '<%= config.bin %> <%= command.id %> --address 0x1111111111111111111111111111111111111111 --no-whitelist',
  ]

  static override flags = {
    ...commonFlags,
    address: addressFlag({description: 'Account. Default: the owner of the profile.'}),
    eth: metisFlag({description: 'ETH on L1. Default: 10.', helpValue: 'ETH'}),
    metis: metisFlag({description: 'METIS on L1. Default: 100,000.'}),
    'l2-metis': metisFlag({description: 'METIS on L2. Default: 10.'}),
    'l2-token': Flags.string({
      description: 'Token on L2 to give as well, out of what the key of governance holds.',
      helpValue: 'TOKEN=AMOUNT',
    }),
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
    const {fund, giveToken} = await import('../../local/faucet.ts')
    const gift = giftIn(flags['l2-token'])
    const address = flags.address ?? requireOwner(context)
    const funding = fund(context, [
      {
        address,
        ethWei: flags.eth ?? 10n * WHOLE,
        metisL1Wei: flags.metis ?? 100_000n * WHOLE,
        metisL2Wei: flags['l2-metis'] ?? 10n * WHOLE,
        whitelist: flags.whitelist,
      },
    ])
    const results = await this.during('Waiting for the blocks of L1 and L2', funding)
    if (gift) results[0]!.hashes.push(await giveToken(context, address, gift))
    return {data: {funded: results}, text: fundText(results)}
  }
}
