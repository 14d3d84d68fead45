/** Which test file runs. A process runs several, one after the other, with modules and what they keep still loaded. */
const place = globalThis as {testFiles?: number}

export function startFile(): void {
  place.testFiles = (place.testFiles ?? 0) + 1
}

/** A number of the file that runs; undefined outside of a test run. */
export function fileNumber(): number | undefined {
  return place.testFiles
}
