/** Columns padded to their widest cell; the last column is not padded. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows]
  const widths = headings.map((_heading, column) =>
    all.reduce((widest, row) => Math.max(widest, [...(row[column] ?? '')].length), 0),
  )
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `label  value` lines with aligned values. */
export function fields(entries: readonly (readonly [string, string])[], indent = 0): string {
  const width = entries.reduce((widest, [label]) => Math.max(widest, label.length), 0)
  const margin = ' '.repeat(indent)
  return entries.map(([label, value]) => `${margin}${label.padEnd(width)}  ${value}`).join('\n')
}

/** Columns of the narrowest terminal that operators have. */
const NARROW = 80

/**
 * A table, or, where it would be cut or wrapped in a narrow terminal, a block for each row: the first
 * cell, and below it the others with their headings.
 */
export function narrowTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const wide = table(headings, rows)
  if (wide.split('\n').every((line) => [...line].length <= NARROW)) return wide
  return rows
    .map(([first = '', ...others]) =>
      [
        first,
        fields(
          others.map((cell, at) => [headings[at + 1] ?? '', cell] as const),
          2,
        ),
      ].join('\n'),
    )
    .join('\n')
}
