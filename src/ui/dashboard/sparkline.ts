/** Eight heights of a cell. */
const BARS = [...'▁▂▃▄▅▆▇█']

/**
 * Values as one line of bars, the newest at the right; more values than cells are averaged. Heights
 * begin at zero, so that a small change of a large value does not look like a large one.
 *
 * @returns empty without values
 */
export function sparkline(values: readonly number[], cells: number): string {
  if (values.length === 0 || cells < 1) return ''
  const shown = averaged(values, cells)
  const highest = Math.max(...shown)
  if (highest <= 0) return BARS[0]!.repeat(shown.length)
  return shown
    .map((value) => {
      const height = Math.round((Math.max(0, value) / highest) * (BARS.length - 1))
      return BARS[height]!
    })
    .join('')
}

function averaged(values: readonly number[], cells: number): number[] {
  if (values.length <= cells) return [...values]
  return Array.from({length: cells}, (_, cell) => {
    const from = Math.floor((cell * values.length) / cells)
    const until = Math.max(from + 1, Math.floor(((cell + 1) * values.length) / cells))
    const part = values.slice(from, until)
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
