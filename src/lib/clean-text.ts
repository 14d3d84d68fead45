/** Maximum length of displayed foreign text; revert texts are shorter. */
const MAX_SHOWN = 300

/**
 * Foreign text for a terminal or a log: one line, truncated, without control, formatting and
 * direction characters, which could hide or move the text around it.
 */
export function cleanText(text: string, limit = MAX_SHOWN): string {
  // Four units each: enough for display, and a text of megabytes costs nothing.
  const head = text.slice(0, limit * 4)
  const plain = head
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '\uFFFD')
    .replaceAll(/\uFFFD{2,}/g, '\uFFFD')
  const letters = [...plain]
  if (letters.length <= limit && head.length === text.length) return plain
  return `${letters.slice(0, limit).join('')}… (${text.length} characters)`
}

/**
 * Our text with foreign parts, as the last filter before a terminal: newlines and tabs stay, and
 * nothing moves the cursor, changes a title or reverses the writing direction.
 */
export function cleanLines(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '\uFFFD')
}

/** An equivalent JSON document with only visible characters. */
export function cleanJson(json: string): string {
  return json.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (text) =>
    Array.from({length: text.length}, (_, at) => escaped(text.charCodeAt(at))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
