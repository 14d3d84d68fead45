/** Mail by SMTP. Encrypted unless the operator says otherwise. */
import {messageOf, systemErrorCode} from '../../../lib/errors.ts'
import type {TlsOptions} from '../../../lib/json-rpc.ts'
import {endpointTls} from '../../network/endpoint-authorities.ts'
import type {EmailOutput} from '../document.ts'
import {headlineOf, leadOf, messageText, placeOf, type AlertMessage} from '../message.ts'
import {DELIVERY_MS, DeliveryError, type AlertOutput} from '../output-port.ts'
import {readSecretSource} from '../outputs-file.ts'

export function emailOutput(name: string, settings: EmailOutput): AlertOutput {
  const {kind, minSeverity = 'warn'} = settings
  return {
    ...{name, kind, minSeverity},
    async deliver(message, signal) {
      // Loaded for the first mail only: most monitors send none.
      const {createTransport} = await import('nodemailer')
      const transport = createTransport(transportOf(settings))
      const close = () => transport.close()
      signal.addEventListener('abort', close)
      try {
        await within(transport.sendMail(mailOf(settings, message)), signal)
      } catch (error) {
        throw toDeliveryError(error)
      } finally {
        signal.removeEventListener('abort', close)
        close()
      }
    },
  }
}

function transportOf(settings: EmailOutput) {
  const {host, port, tls = 'starttls', user} = settings
  return {
    ...{host, port, secure: tls === 'implicit'},
    // Without it the library goes on in the clear where the server offers no encryption.
    ...(tls === 'starttls' ? {requireTLS: true} : {}),
    ...(tls === 'none' ? {ignoreTLS: true} : {}),
    ...(user === undefined ? {} : {auth: {user, pass: passwordOf(settings)}}),
    ...authoritiesOf(settings),
    connectionTimeout: DELIVERY_MS,
    greetingTimeout: DELIVERY_MS,
    socketTimeout: DELIVERY_MS,
    // A text of ours is never a path or a URL to be attached.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function passwordOf({password}: EmailOutput): string {
  try {
    return password === undefined ? '' : readSecretSource(password)
  } catch (cause) {
    throw new DeliveryError(`the file of its password cannot be read: ${messageOf(cause)}`)
  }
}

function authoritiesOf({caFile}: EmailOutput): {tls?: TlsOptions} {
  if (caFile === undefined) return {}
  try {
    return {tls: endpointTls([caFile])}
  } catch {
    throw new DeliveryError('its certificate authority cannot be read')
  }
}

function mailOf({from, to}: EmailOutput, message: AlertMessage) {
  const lead = leadOf(message)
  const more = message.notices.length - 1
  const rest = more === 0 ? '' : ` (and ${more} more)`
  return {
    ...{from, to},
    subject: `[metis-seq] ${placeOf(message)}: ${headlineOf(lead)}${rest}`,
    text: `${messageText(message)}\n`,
    // The same for every attempt, so that a mailbox shows one of them.
    messageId: `<${message.notices.at(-1)!.id}@metis-seq.invalid>`,
    // No out-of-office answers.
    headers: {'auto-submitted': 'auto-generated'},
  }
}

/** The library has a limit for each step, and none for all of them. */
async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let end = () => {}
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(codeError('ETIMEDOUT')), DELIVERY_MS)
    end = () => reject(codeError('ABORT_ERR'))
    signal.addEventListener('abort', end)
    // It may have been aborted while the library was loaded.
    if (signal.aborted) end()
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    // Whichever is late is not an unhandled failure.
    work.catch(() => {})
  }
}

function codeError(code: string): Error {
  return Object.assign(new Error(code), {code})
}

/** The server's own words may quote the user or the password, so only codes are kept. */
function toDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  const code = systemErrorCode(error) ?? 'no answer'
  const reply = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
  // 4xx of SMTP is for now, 5xx for good.
  const isRefused = reply >= 500 && reply < 600
  return new DeliveryError(`the mail server fails (${reply > 0 ? `${code}, ${reply}` : code})`, {
    isRefused,
  })
}
