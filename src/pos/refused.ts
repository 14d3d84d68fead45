import type {Command, PosEvent, PosState} from './state.ts'

export type Result = [PosState, PosEvent[]]

export function refused(state: PosState, command: Command['type'], reason: string): Result {
  return [state, [{type: 'refused', command, reason}]]
}
