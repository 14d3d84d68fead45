export interface Drill {
  /** Name of each numeric option, and its usual value. */
  options: Record<string, number>
  /**
   * Runs the whole rehearsal, and leaves no process and no file behind.
   *
   * @param say prints one line: progress, and at the end the figures
   * @returns what did not hold, one line each; empty when all held
   */
  run(options: Record<string, number>, say: (line: string) => void): Promise<string[]>
}
