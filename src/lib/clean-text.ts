/** Longest foreign text that is shown; what a contract says fits into less. */
const MAX_SHOWN = 300

/**
 * Foreign text for a terminal or a log: one line, without control, formatting and direction characters,
 * which could hide or move what is around it, and cut where it is endless.
 */
export function cleanText(text: string, limit = MAX_SHOWN): string {
  // Four units each: enough for what can be shown, and a text of megabytes costs nothing.
  const head = text.slice(0, limit * 4)
  const plain = head
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '\uFFFD')
    .replaceAll(/\uFFFD{2,}/g, '\uFFFD')
  const letters = [...plain]
  if (letters.length <= limit && head.length === text.length) return plain
  return `${letters.slice(0, limit).join('')}… (${text.length} characters)`
}

/**
 * Text of ours with foreign words in it, as the last gate before a terminal: lines and tabs stay, and nothing moves
 * the cursor, changes a title or turns the direction of writing.
 */
export function cleanLines(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '\uFFFD')
}

/** A JSON document that says the same and shows nothing but visible characters. */
export function cleanJson(json: string): string {
  return json.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (text) =>
    Array.from({length: text.length}, (_, at) => escaped(text.charCodeAt(at))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
