import {Args, Flags} from '@oclif/core'

import {addressFlag, commonFlags, urlFlag} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {chosenNetwork} from '../../services/context.ts'
import {requireSafe} from '../../services/signers/signer-test.ts'
import {addRemoteSigner, addWatchedSigner, remoteApis} from '../../services/signers/signers.ts'
import {openHome} from '../../store/home.ts'
import {signerJson, signerText} from '../../ui/presenters/signer.ts'

const kinds = ['url', 'watch', 'safe']

export default class SignerAdd extends OperatorCommand {
  static override summary = 'Add a signer that is not a key of this machine.'

  static override description = `A remote signer (--url) is reached over HTTP: Web3Signer, or anything with eth_signTransaction. It must
sign a harmless transaction before it is added, and every later signature is checked against the request.
A watched address (--watch) and a Safe (--safe) sign elsewhere: sending commands write files for them.
Then use it as owner or signer: init --owner NAME.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> vault --url https://signer.example:9000 --token-file token --network andromeda',
    '<%= config.bin %> <%= command.id %> treasury --safe 0x1111111111111111111111111111111111111111 --network local',
    '<%= config.bin %> <%= command.id %> hardware --watch 0x1111111111111111111111111111111111111111',
  ]

  static override args = {name: Args.string({description: 'Name of the signer.', required: true})}

  static override flags = {
    ...commonFlags,
    url: urlFlag({description: 'URL of a remote signer.', exactlyOne: kinds}),
    watch: addressFlag({description: 'Address whose key is elsewhere.'}),
    safe: addressFlag({layer: 'L1', description: 'A Safe on L1.'}),
    api: Flags.option({
      options: remoteApis,
      description: 'Protocol of the remote signer: JSON-RPC, or the REST API of Web3Signer.',
      default: 'eth_signTransaction',
    })(),
    address: addressFlag({
      description: 'Account of the remote signer. Default: its only one.',
      dependsOn: ['url'],
    }),
    'token-file': Flags.string({
      description: 'File with the bearer token of the remote signer.',
      helpValue: 'FILE',
      dependsOn: ['url'],
    }),
    'ca-file': Flags.string({
      description: 'PEM of the certificate authority of the remote signer.',
      helpValue: 'FILE',
      dependsOn: ['url'],
    }),
    'client-cert-file': Flags.string({
      description: 'PEM of the client certificate, for a signer that requires one.',
      helpValue: 'FILE',
      dependsOn: ['url', 'client-key-file'],
    }),
    'client-key-file': Flags.string({
      description: 'PEM of the key of the client certificate.',
      helpValue: 'FILE',
      dependsOn: ['url', 'client-cert-file'],
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SignerAdd)
    const {config} = keyAccess({}, false)
    const {url, watch, safe} = flags
    const address = watch ?? safe
    // Without a network there is no chain to query; `signer test` does it later.
    if (safe && chosenNetwork(openHome(), flags) !== undefined)
      await requireSafe({name: args.name, address: safe}, this.openContext(flags))
    const signer = address
      ? addWatchedSigner({name: args.name, kind: watch ? 'watch' : 'safe', address}, config)
      : await addRemoteSigner(
          {
            ...{name: args.name, url: url ?? '', api: flags.api, address: flags.address},
            files: {
              tokenFile: flags['token-file'],
              caFile: flags['ca-file'],
              certFile: flags['client-cert-file'],
              keyFile: flags['client-key-file'],
            },
            chainId: this.openContext(flags).network.l1.chainId,
            timeoutMs: flags.timeout * 1000,
          },
          config,
        )
    return {
      data: signerJson(signer),
      text: `${signerText(signer)}\nNext: \`metis-seq init --profile NAME --network NETWORK --owner ${signer.name}\`.`,
    }
  }
}
