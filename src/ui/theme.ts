import type {Tone} from './dashboard/model.ts'

/** Colors that stay distinct for every kind of color vision; none carries meaning alone. */
const palette: Record<Tone, string | undefined> = {
  plain: undefined,
  ok: '#56B4E9',
  warn: '#E69F00',
  critical: '#D55E00',
  mine: '#CC79A7',
  dim: '#999999',
}

export interface TextStyle {
  color?: string
  bold?: boolean
}

/** `NO_COLOR` takes precedence over `FORCE_COLOR` here. */
export function hasColor(env: NodeJS.ProcessEnv): boolean {
  return !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

export function styleOf(tone: Tone, color: boolean): TextStyle {
  const bold = tone === 'critical' || tone === 'mine'
  const value = palette[tone]
  return {...(bold ? {bold} : {}), ...(color && value ? {color: value} : {})}
}
