/** What each chat service expects of a message. Pure. */
import {
  detailsOf,
  headlineOf,
  leadOf,
  lossOf,
  messageText,
  placeOf,
  type AlertMessage,
  type MessageNotice,
} from '../message.ts'

/** A palette that does not rely on red against green; the word comes first anyway. */
function colorOf({type, severity}: MessageNotice): number {
  if (type === 'cleared' || type === 'test') return 0x56_b4_e9
  return severity === 'critical' ? 0xd5_5e_00 : 0xe6_9f_00
}

/**
 * - Source: Slack, incoming webhooks; `&`, `<` and `>` are its control characters.
 */
export function slackPayload(message: AlertMessage): object {
  const loss = lossOf(message)
  return {
    text: escapeSlack(
      [`${placeOf(message)}: ${headlineOf(leadOf(message))}`, loss ?? ''].join('\n').trim(),
    ),
    attachments: message.notices.map((notice) => ({
      color: `#${colorOf(notice).toString(16).padStart(6, '0')}`,
      text: escapeSlack([headlineOf(notice), ...detailsOf(notice)].join('\n')),
      fallback: escapeSlack(headlineOf(notice)),
      ts: Math.floor(Date.parse(notice.at) / 1000),
    })),
  }
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * - Source: Discord, Execute Webhook: at most ten embeds, and 6,000 letters in all of them.
 */
export function discordPayload(message: AlertMessage): object {
  return {
    content: [`**${escapeMarkdown(placeOf(message))}**`, lossOf(message) ?? ''].join('\n').trim(),
    // A text of ours must not call everybody.
    allowed_mentions: {parse: []},
    embeds: message.notices.map((notice) => ({
      title: escapeMarkdown(headlineOf(notice)).slice(0, 256),
      description: escapeMarkdown(detailsOf(notice).join('\n')).slice(0, 330),
      color: colorOf(notice),
      timestamp: notice.at,
    })),
  }
}

/** Brackets too: a text from outside must not become a link that hides where it leads. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\*_~`|<>[\]()#]/g, String.raw`\$&`)
}

/**
 * - Source: Telegram Bot API, sendMessage: at most 4,096 letters; without `parse_mode`, text is text.
 */
export function telegramPayload(message: AlertMessage, chatId: string): object {
  return {
    chat_id: chatId,
    // A name in a text from outside must not call its owner.
    text: messageText(message).replaceAll('@', '@\u2060').slice(0, 4096),
    link_preview_options: {is_disabled: true},
  }
}
