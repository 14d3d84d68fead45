/** What a terminal can show, as its environment says. */

type Environment = Readonly<Record<string, string | undefined>>

/** True where the cursor can be moved: screens are drawn, and lines are replaced. */
export function movesCursor(stream: {isTTY?: boolean}, env: Environment): boolean {
  const {TERM: kind} = env
  return stream.isTTY === true && kind !== undefined && kind !== '' && kind !== 'dumb'
}

/** False where a locale is set whose letters are not Unicode, such as C. Where none is set, nobody has said so. */
export function showsUnicode(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value)
  return locale === undefined || /utf-?8/i.test(locale)
}

/** Each of ours takes one cell, and so does what stands for it. */
const SUBSTITUTES: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    '…': '~',
    '’': "'",
    '“': '"',
    '”': '"',
    '–': '-',
    '—': '-',
    '·': '.',
    '→': '>',
  }),
  ...Object.entries({'✓': '+', '✗': 'x', '◆': '*', '█': '#', '░': '.'}),
])

/** A text with letters of ASCII where we chose others; words of others stay as they are. */
export function asciiOf(text: string): string {
  // Most texts have none.
  if (!/\P{ASCII}/u.test(text)) return text
  return text.replaceAll(/\P{ASCII}/gu, (letter) => SUBSTITUTES.get(letter) ?? letter)
}
