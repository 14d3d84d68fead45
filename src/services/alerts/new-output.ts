/** Settings of a new output, from what was given. Pure. */
import {MetisSeqError} from '../../lib/errors.ts'
import {
  faultsOf,
  type EmailOutput,
  type OutputKind,
  type OutputSettings,
  type SecretSource,
} from './document.ts'

export interface OutputRequest {
  name: string
  kind: OutputKind
  minSeverity?: 'warn' | 'critical' | undefined
  /** URL of a webhook, token of a bot, password of a mail server. */
  secret?: SecretSource | undefined
  insecure?: boolean | undefined
  chatId?: string | undefined
  host?: string | undefined
  port?: number | undefined
  tls?: EmailOutput['tls']
  caFile?: string | undefined
  user?: string | undefined
  from?: string | undefined
  to?: readonly string[] | undefined
  command?: readonly string[] | undefined
}

const MAIL_PORTS = {starttls: 587, implicit: 465, none: 25} as const

/** @throws {MetisSeqError} ALERT_OUTPUT_INVALID, which names the flag and no value */
export function outputOf(request: OutputRequest): OutputSettings {
  const {name, kind, minSeverity} = request
  const common = minSeverity === undefined ? {} : {minSeverity}
  const settings = present({...common, ...fieldsOf(request), kind})
  const [fault] = faultsOf({outputs: {[name]: settings}})
  if (fault === undefined) return settings as unknown as OutputSettings
  throw new MetisSeqError({
    code: 'ALERT_OUTPUT_INVALID',
    message: `The output cannot be added: ${fault}.`,
    facts: {output: name.slice(0, 40)},
    hints: [
      needsSecret(kind)
        ? 'Pass its secret with `--secret-file FILE` or `--secret-fd 3`.'
        : 'Run `metis-seq alert output add --help`.',
    ],
  })
}

function needsSecret(kind: OutputKind): boolean {
  return kind !== 'email' && kind !== 'command'
}

function fieldsOf(request: OutputRequest): Record<string, unknown> {
  const {kind, secret, insecure, chatId, host, tls, caFile, user, from, to, command} = request
  switch (kind) {
    case 'webhook':
    case 'slack':
    case 'discord':
      return {url: secret, ...(insecure ? {insecure} : {})}
    case 'telegram':
      return {token: secret, chatId}
    case 'email':
      return {
        ...{host, port: request.port ?? MAIL_PORTS[tls ?? 'starttls'], tls, caFile, user, from},
        ...{to: to && [...to], password: secret},
      }
    case 'command':
      return {command: command && [...command]}
  }
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
