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
