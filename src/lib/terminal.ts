/** The capabilities of a terminal, according to its environment. */

type Environment = Readonly<Record<string, string | undefined>>

/** True when the cursor can be moved, to draw screens and replace lines. */
export function movesCursor(stream: {isTTY?: boolean}, env: Environment): boolean {
  const {TERM: kind} = env
  return stream.isTTY === true && kind !== undefined && kind !== '' && kind !== 'dumb'
}

/** True when a screen reader reads the output, by the convention of ink. */
export function readsScreenAloud({INK_SCREEN_READER: reader}: Environment): boolean {
  return reader === 'true' || reader === '1'
}

/** False when the locale is not Unicode, such as C. True when no locale is set. */
export function showsUnicode(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value)
  return locale === undefined || /utf-?8/i.test(locale)
}

/** Each of ours is one cell wide, and so is its replacement. */
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
  ...Object.entries({'✓': '+', '✗': 'x', '◆': '*', '◇': 'o', '█': '#', '░': '.'}),
  ...Object.entries({'▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*'}),
])

/** A text with our own symbols replaced by ASCII; foreign text stays unchanged. */
export function asciiOf(text: string): string {
  // Fast path: most texts have none.
  if (!/\P{ASCII}/u.test(text)) return text
  return text.replaceAll(/\P{ASCII}/gu, (letter) => SUBSTITUTES.get(letter) ?? letter)
}
