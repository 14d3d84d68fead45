/** The end of every bench: what it found, for a person or for the test that holds benches against figures.json. */

export type Figures = Record<string, number>

/**
 * With `--figures`, the last line of a bench is one JSON object, and whoever reads it judges. Without, the bench ends with 1
 * when something was over its budget.
 */
export function conclude(isForReader: boolean, figures: Figures, isWithinBudgets: boolean): void {
  if (isForReader) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else if (!isWithinBudgets) process.exitCode = 1
}
