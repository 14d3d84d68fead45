import {systemClock} from '../lib/clock.ts'
import type {Home} from '../store/home.ts'
import {listDaemons, type LocalProcess} from './processes.ts'
import type {LocalState} from './settings.ts'

const POLL_MS = 500

/**
 * Watches the network's processes and reports each that exits or returns, until the signal aborts.
 */
export async function superviseLocal(
  home: Home,
  state: LocalState,
  options: {
    onDeath(process: LocalProcess): void
    onReturn(process: LocalProcess): void
    signal: AbortSignal
  },
): Promise<void> {
  const {onDeath, onReturn, signal} = options
  const wasRunning = new Map<string, boolean>()
  while (!signal.aborted) {
    for (const process of listDaemons(home, state)) {
      const before = wasRunning.get(process.name)
      if (before === true && !process.running) onDeath(process)
      if (before === false && process.running) onReturn(process)
      wasRunning.set(process.name, process.running)
    }
    await systemClock.sleep(POLL_MS, signal).catch(() => {})
  }
}
