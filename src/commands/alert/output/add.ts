import {Args, Flags} from '@oclif/core'

import {commonFlags, hostFlag} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {secretFlags, secretFrom} from '../../../cli/secret-flags.ts'
import {mailTls, outputKinds} from '../../../services/alerts/document.ts'
import {outputOf} from '../../../services/alerts/new-output.ts'
import {addOutput} from '../../../services/alerts/outputs-file.ts'
import {openHome} from '../../../store/home.ts'
import {outputJson, outputText} from '../../../ui/presenters/alert.ts'

export default class AlertOutputAdd extends OperatorCommand {
  static override summary = 'Add a place that alerts go to.'

  static override description = `Outputs are kept in alerts.json of the home directory, which only its owner may read, and serve every profile.
A running monitor picks up the change. The URL of a webhook is a secret, like a token or a password: it comes from a
file or a descriptor.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> ops --kind webhook --secret-file /run/secrets/webhook-url',
    '<%= config.bin %> <%= command.id %> chat --kind slack --secret-fd 3 3< <(pass show slack-url)',
    '<%= config.bin %> <%= command.id %> phone --kind telegram --chat-id -1001234 --secret-file /run/secrets/bot-token --min-severity critical',
    '<%= config.bin %> <%= command.id %> mail --kind email --host smtp.example --user me --secret-file /run/secrets/mail --mail-from seq@example.org --mail-to me@example.org',
    '<%= config.bin %> <%= command.id %> page --kind command --run /usr/local/bin/page --run --high',
  ]

  static override args = {name: Args.string({description: 'Name of the output.', required: true})}

  static override flags = {
    ...commonFlags,
    kind: Flags.option({
      options: outputKinds,
      description: 'Kind of the output.',
      required: true,
    })(),
    ...secretFlags,
    'min-severity': Flags.option({
      options: ['warn', 'critical'] as const,
      description: 'Alerts below it are not sent there. Default: warn.',
    })(),
    insecure: Flags.boolean({
      description: 'Accept a webhook with plain HTTP on another machine.',
    }),
    'chat-id': Flags.string({description: 'Telegram: chat that the bot writes to.'}),
    host: hostFlag({description: 'Email: SMTP server.'}),
    port: Flags.integer({
      description: 'Email: its port. Default: 587, or 465 with --tls implicit.',
      min: 1,
      max: 65_535,
    }),
    tls: Flags.option({
      options: mailTls,
      description: 'Email: encryption. Default: starttls, which is required.',
    })(),
    'ca-file': Flags.string({
      description: 'Email: PEM of an additional trusted authority, by its absolute path.',
      helpValue: 'FILE',
    }),
    user: Flags.string({description: 'Email: user of the server.'}),
    'mail-from': Flags.string({description: 'Email: sender.'}),
    'mail-to': Flags.string({
      description: 'Email: recipient.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    run: Flags.string({
      description: 'Command: the program by its absolute path, then each argument.',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertOutputAdd)
    const settings = outputOf({
      ...{name: args.name, kind: flags.kind, minSeverity: flags['min-severity']},
      ...{secret: await secretFrom(flags), insecure: flags.insecure, chatId: flags['chat-id']},
      ...{host: flags.host, port: flags.port, tls: flags.tls, caFile: flags['ca-file']},
      ...{user: flags.user, from: flags['mail-from'], to: flags['mail-to'], command: flags.run},
    })
    addOutput(openHome(), args.name, settings)
    return {
      data: outputJson(args.name, settings),
      text: `${outputText(args.name, settings)}\nNext: \`metis-seq alert test ${args.name}\`.`,
    }
  }
}
