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
