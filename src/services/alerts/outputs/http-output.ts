/** Outputs that take a POST: a webhook of one's own, Slack, Discord, Telegram. */
import {isRecord, stringifyJson} from '../../../lib/json.ts'
import {exchange, type HttpAnswer} from '../../../lib/http.ts'
import {isLoopbackHost} from '../../../lib/host-names.ts'
import {messageOf, MetisSeqError, systemErrorCode} from '../../../lib/errors.ts'
import type {TelegramOutput, WebhookOutput} from '../document.ts'
import type {AlertMessage} from '../message.ts'
import {DELIVERY_MS, DeliveryError, type AlertOutput} from '../output-port.ts'
import {readSecretSource} from '../outputs-file.ts'
import {discordPayload, slackPayload, telegramPayload} from './shapes.ts'

/** Answers of webhooks are a word or a small document. */
const MAX_BYTES = 64_000

const TELEGRAM_URL = 'https://api.telegram.org'

const payloadOf: Record<WebhookOutput['kind'], (message: AlertMessage) => object> = {
  webhook: (message) => message,
  slack: slackPayload,
  discord: discordPayload,
}

export function webhookOutput(name: string, settings: WebhookOutput): AlertOutput {
  const {kind, minSeverity = 'warn', url, insecure = false} = settings
  return {
    ...{name, kind, minSeverity},
    async deliver(message, signal) {
      await post(urlOf(readSecret(url), insecure), payloadOf[kind](message), signal)
    },
  }
}

export function telegramOutput(name: string, settings: TelegramOutput): AlertOutput {
  const {kind, minSeverity = 'warn', token, chatId, apiUrl = TELEGRAM_URL} = settings
  return {
    ...{name, kind, minSeverity},
    async deliver(message, signal) {
      const url = urlOf(`${apiUrl.replace(/\/$/, '')}/bot${readSecret(token)}/sendMessage`, false)
      await post(url, telegramPayload(message, chatId), signal)
    },
  }
}

function readSecret(source: WebhookOutput['url']): string {
  try {
    return readSecretSource(source)
  } catch (cause) {
    throw new DeliveryError(`the file of its secret cannot be read: ${messageOf(cause)}`)
  }
}

/** Its path is a secret, so it must not cross a network in the clear. */
function urlOf(text: string, insecure: boolean): URL {
  if (!URL.canParse(text)) throw new DeliveryError('its URL is not valid')
  const url = new URL(text)
  if (url.protocol === 'https:' || insecure || isLoopbackHost(url.hostname)) return url
  throw new DeliveryError('its URL is plain HTTP to another machine')
}

async function post(url: URL, payload: object, signal: AbortSignal): Promise<void> {
  let answer: HttpAnswer
  try {
    answer = await exchange(url, {
      method: 'POST',
      body: stringifyJson(payload),
      timeoutMs: DELIVERY_MS,
      maxBytes: MAX_BYTES,
      signal,
    })
  } catch (error) {
    throw new DeliveryError(`it cannot be reached (${codeOf(error)})`)
  }
  const {status} = answer
  if (status >= 200 && status < 300) return
  // What is said again later may be heard: a timeout, too early, too many.
  const isRefused = status >= 400 && status < 500 && ![408, 425, 429].includes(status)
  throw new DeliveryError(`it answers with HTTP status ${status}`, {
    isRefused,
    retryAfterMs: retryAfterOf(answer),
  })
}

/** Neither the message of an error nor its cause is shown: both may contain the URL. */
function codeOf(error: unknown): string {
  if (error instanceof MetisSeqError) return error.code
  return systemErrorCode(error) ?? 'no answer'
}

/** From the header, or from the document that Telegram and Discord send. */
function retryAfterOf({headers, text}: HttpAnswer): number | null {
  const seconds = Number(headers['retry-after'] ?? NaN)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  try {
    const body: unknown = JSON.parse(text)
    const found = isRecord(body)
      ? (body['retry_after'] ?? (isRecord(body['parameters']) && body['parameters']['retry_after']))
      : undefined
    return typeof found === 'number' && found >= 0 ? found * 1000 : null
  } catch {
    return null
  }
}

/** One GET whose answer does not matter, as long as there is one. @throws {DeliveryError} */
export async function ping(source: WebhookOutput['url'], signal: AbortSignal): Promise<void> {
  const url = urlOf(readSecret(source), false)
  const {status} = await exchange(url, {
    method: 'GET',
    timeoutMs: DELIVERY_MS,
    maxBytes: MAX_BYTES,
    signal,
  }).catch((error: unknown) => {
    throw new DeliveryError(`it cannot be reached (${codeOf(error)})`)
  })
  if (status >= 400) throw new DeliveryError(`it answers with HTTP status ${status}`)
}
