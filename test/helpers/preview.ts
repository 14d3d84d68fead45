/** The preview of a command, as its JSON document has it. */
export interface Change {
  figures: Record<string, [string, string]>
  effects: Record<string, [string, string]>
  functions: string[]
  data: Record<string, unknown>
}

export function previewOf(data: Record<string, unknown>): Change {
  type Row = {id: string; label: string; before: string; after: string}
  const pairs = (rows: unknown, key: 'id' | 'label') =>
    Object.fromEntries(
      (rows as Row[]).map((row): [string, [string, string]] => [row[key], [row.before, row.after]]),
    )
  return {
    figures: pairs(data['figures'], 'id'),
    effects: pairs(data['effects'], 'label'),
    functions: (data['calls'] as {function: string}[]).map((call) => call.function),
    data,
  }
}
