/** Runs once before all tests. Replaced by the build of the bundle when commands are tested. */
export function setup(): void {}
