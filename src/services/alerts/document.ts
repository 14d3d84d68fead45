/** The document of the alert outputs: its types, its validator and its JSON Schema. Pure. */
import {isRecord} from '../../lib/json.ts'
import {
  flag,
  object,
  oneOf,
  optional,
  orList,
  plain,
  text,
  whole,
  type Schema,
  type Shape,
} from '../../protocol/shape.ts'

/** A secret itself, or the file that holds it, which is read again for each delivery. */
export type SecretSource = string | {file: string}

export const outputKinds = ['webhook', 'slack', 'discord', 'telegram', 'email', 'command'] as const

export type OutputKind = (typeof outputKinds)[number]

const severities = ['warn', 'critical'] as const

interface CommonOutput {
  kind: OutputKind
  /** Alerts below it are not sent there. Default: `warn`. */
  minSeverity?: (typeof severities)[number]
}

export interface WebhookOutput extends CommonOutput {
  kind: 'webhook' | 'slack' | 'discord'
  /** The whole URL is a secret: most services put a token into its path. */
  url: SecretSource
  /** Plain HTTP to another machine is accepted. */
  insecure?: boolean
}

export interface TelegramOutput extends CommonOutput {
  kind: 'telegram'
  /** Token of the bot. */
  token: SecretSource
  chatId: string
  /** Default: Telegram's own. */
  apiUrl?: string
}

export const mailTls = ['starttls', 'implicit', 'none'] as const

export interface EmailOutput extends CommonOutput {
  kind: 'email'
  host: string
  port: number
  /** `starttls`: required before anything else is said. `none`: in the clear. Default: `starttls`. */
  tls?: (typeof mailTls)[number]
  /** PEM of an additional trusted authority. */
  caFile?: string
  user?: string
  password?: SecretSource
  from: string
  to: string[]
}

export interface CommandOutput extends CommonOutput {
  kind: 'command'
  /** Program and arguments; no shell reads them. The message comes on standard input. */
  command: string[]
}

export type OutputSettings = WebhookOutput | TelegramOutput | EmailOutput | CommandOutput

/** Pinged while the monitor works, so that somebody else notices when it does not. */
export interface DeadManSettings {
  url: SecretSource
  everySeconds?: number
}

export interface AlertsDocument {
  outputs: Readonly<Record<string, OutputSettings>>
  deadMan?: DeadManSettings
}

export const emptyDocument: AlertsDocument = {outputs: {}}

export const OUTPUT_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/

/** A header ends at a line break, and a mailbox holds none. */
const MAILBOX = /^[^\s<>@]+@[^\s<>@]+$/

const isUrl = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
const isPath = (value: unknown) => typeof value === 'string' && value.startsWith('/')

function secret(
  what: string,
  holds: (value: unknown) => boolean,
): Shape<SecretSource> & {isOptional?: never} {
  return plain<SecretSource>(
    {
      description: `${what} Itself, or the absolute path of a file with it.`,
      anyOf: [
        {type: 'string', minLength: 1},
        {
          type: 'object',
          properties: {file: {type: 'string', pattern: '^/'}},
          required: ['file'],
          additionalProperties: false,
        },
      ],
    },
    // The value is a secret, so the fault must not quote it.
    'must be the secret itself or {"file": "/absolute/path"}',
    (value) =>
      isRecord(value)
        ? Object.keys(value).join() === 'file' && isPath(value['file'])
        : holds(value),
  )
}

const isText = (value: unknown) => typeof value === 'string' && value.length > 0

const common = {
  minSeverity: optional(oneOf(severities, 'Alerts below it are not sent there. Default: warn.')),
}

const shapes = {
  webhook: webhook('webhook', 'JSON by POST.'),
  slack: webhook('slack', 'An incoming webhook of Slack.'),
  discord: webhook('discord', 'A webhook of Discord.'),
  telegram: object<TelegramOutput>(
    {
      ...{kind: kindOf('telegram'), ...common},
      token: secret('Token of the bot.', isText),
      chatId: text(/^(?:-?\d{1,20}|@\w{5,64})$/, 'Chat that the bot writes to.'),
      apiUrl: optional(plain<string>({type: 'string', format: 'uri'}, 'must be a URL', isUrl)),
    },
    'A bot of Telegram.',
  ),
  email: object<EmailOutput>(
    {
      ...{kind: kindOf('email'), ...common},
      host: text(/^[A-Za-z0-9.:_-]+$/, 'SMTP server.'),
      port: whole(1, 'Its port: 587 for starttls, 465 for implicit.'),
      tls: optional(oneOf(mailTls, 'Encryption. Default: starttls, which is required.')),
      caFile: optional(text(/^\//, 'PEM of an additional trusted authority.')),
      user: optional(text(/^\S+$/, 'User of the SMTP server.')),
      password: optional(secret('Its password.', isText)),
      from: text(MAILBOX, 'Sender.'),
      to: plain<string[]>(
        {type: 'array', minItems: 1, items: {type: 'string', pattern: MAILBOX.source}},
        'must list mail addresses',
        (value) => isListOf(value, (item) => MAILBOX.test(item)),
      ),
    },
    'Mail by SMTP.',
  ),
  command: object<CommandOutput>(
    {
      ...{kind: kindOf('command'), ...common},
      command: plain<string[]>(
        {type: 'array', minItems: 1, items: {type: 'string'}, description: 'Program, arguments.'},
        'must be a program by its absolute path, and its arguments',
        (value) => isListOf(value, () => true) && isPath((value as string[])[0]),
      ),
    },
    'A program, which gets the message on standard input.',
  ),
} satisfies Record<OutputKind, Shape<OutputSettings>>

function webhook(kind: WebhookOutput['kind'], description: string) {
  return object<WebhookOutput>(
    {
      ...{kind: kindOf(kind), ...common},
      url: secret('URL of the webhook.', isUrl),
      insecure: optional(flag('Plain HTTP to another machine is accepted.')),
    },
    description,
  )
}

function kindOf<Kind extends OutputKind>(kind: Kind) {
  return plain<Kind>({const: kind}, `must be ${kind}`, (value) => value === kind)
}

function isListOf(value: unknown, holds: (item: string) => boolean): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'string' && !item.includes('\0') && holds(item))
  )
}

const deadMan = object<DeadManSettings>(
  {
    url: secret('URL that is fetched.', isUrl),
    everySeconds: optional(whole(10, 'Interval. Default: 60.')),
  },
  'Pinged while the monitor works.',
)

/** For editors and scripts. `faultsOf` is authoritative. */
export const alertsSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'metis-seq alert outputs',
  type: 'object',
  description: 'Outputs of alerts: `alerts.json` in the home directory, for its owner only.',
  properties: {
    $schema: {type: 'string'},
    outputs: {
      type: 'object',
      description: 'By name.',
      propertyNames: {pattern: OUTPUT_NAME.source},
      additionalProperties: {oneOf: outputKinds.map((kind) => closed(shapes[kind].schema))},
    },
    deadMan: closed(deadMan.schema),
  },
  required: ['outputs'],
  additionalProperties: false,
}

function closed(schema: Schema): Schema {
  return {...schema, additionalProperties: false}
}

/** Every fault of an untrusted document; none quotes a value. Empty: it is an {@link AlertsDocument}. */
export function faultsOf(value: unknown): string[] {
  const problems: string[] = []
  if (!isRecord(value)) return ['the document must be an object']
  const {$schema: _schema, outputs, deadMan: ping, ...strangers} = value
  for (const name of Object.keys(strangers)) problems.push(`${name} is not a setting`)
  if (isRecord(outputs)) {
    for (const [name, output] of Object.entries(outputs)) checkOutput(name, output, problems)
  } else problems.push('outputs must be an object')
  if (ping !== undefined) checkClosed(deadMan, ping, 'deadMan', problems)
  return problems
}

function checkOutput(name: string, output: unknown, problems: string[]): void {
  const at = OUTPUT_NAME.test(name) ? `outputs.${name}` : 'outputs'
  if (at === 'outputs')
    problems.push('the name of an output has 1 to 32 lower-case letters, digits and dashes')
  const kind = isRecord(output) ? output['kind'] : undefined
  const known = outputKinds.find((each) => each === kind)
  if (known) checkClosed(shapes[known], output, at, problems)
  else problems.push(`${at}.kind must be ${orList(outputKinds)}`)
}

function checkClosed(shape: Shape<object>, value: unknown, path: string, problems: string[]): void {
  shape.check(value, path, problems)
  const known = shape.schema['properties'] as object
  for (const name of Object.keys(isRecord(value) ? value : {}))
    if (!Object.hasOwn(known, name)) problems.push(`${path}.${name} is not a setting`)
}
