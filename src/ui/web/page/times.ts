import type {Freshness} from '../frame.ts'

/** `2:05:09`, `4:07`, `0:09`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (value: number) => `${value}`.padStart(2, '0')
  const rest = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** Time of the day, UTC. */
export function clockOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}

/**
 * Why a value is not current, with its age; empty while it is. A source falls silent between two
 * frames too.
 */
export function staleNote({isLive, note, ageMs, staleMs}: Freshness, silentMs: number): string {
  if (isLive && (ageMs ?? 0) + silentMs <= staleMs) return ''
  if (!isLive && note === '') return ''
  const why = isLive ? 'no answer' : note
  return ageMs === null ? why : `${why}, ${Math.floor((ageMs + silentMs) / 1000)} s old`
}
