import type {Tone} from './dashboard/model.ts'

export const themeNames = ['auto', 'dark', 'light', 'high-contrast', 'mono'] as const
export type ThemeName = (typeof themeNames)[number]

type Palette = Record<Tone, string | undefined>

/** Colors that stay distinct for every kind of color vision; none carries meaning alone. */
export const dark: Palette = {
  plain: undefined,
  ok: '#56B4E9',
  warn: '#E69F00',
  critical: '#D55E00',
  mine: '#CC79A7',
  dim: '#999999',
}

/** The same hues, dark enough for a contrast of 4.5 on white. */
export const light: Palette = {
  plain: undefined,
  ok: '#0072B2',
  warn: '#8F5B00',
  critical: '#A84300',
  mine: '#9B3F75',
  dim: '#666666',
}

/** For screens in the sun: a contrast of 7 on black. */
const contrast: Palette = {
  plain: '#FFFFFF',
  ok: '#7FCBFF',
  warn: '#FFC247',
  critical: '#FF8A3D',
  mine: '#FF9CCB',
  dim: '#CCCCCC',
}

const mono: Palette = {
  ...{plain: undefined, ok: undefined, warn: undefined},
  ...{critical: undefined, mine: undefined, dim: undefined},
}

/** How lines of a tone are drawn. */
export type Style = (tone: Tone) => TextStyle

export interface TextStyle {
  color?: string
  bold?: boolean
  inverse?: boolean
}

/** `NO_COLOR` takes precedence over `FORCE_COLOR` here. */
export function hasColor(env: NodeJS.ProcessEnv): boolean {
  return !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/**
 * The style of a theme. Without color every theme is `mono`. `auto` follows the background that some
 * terminals tell of, and takes a dark one otherwise.
 */
export function styleOfTheme(theme: ThemeName, color: boolean, env: NodeJS.ProcessEnv = {}): Style {
  const palette = color ? paletteOf(theme, env) : mono
  return (tone) => {
    const value = palette[tone]
    const isBold = tone === 'critical' || tone === 'mine'
    // Without color, what is critical must still be seen from afar.
    const isInverse = palette === mono && tone === 'critical'
    return {
      ...(isBold ? {bold: true} : {}),
      ...(isInverse ? {inverse: true} : {}),
      ...(value ? {color: value} : {}),
    }
  }
}

function paletteOf(theme: ThemeName, env: NodeJS.ProcessEnv): Palette {
  switch (theme) {
    case 'dark':
      return dark
    case 'light':
      return light
    case 'high-contrast':
      return contrast
    case 'mono':
      return mono
    case 'auto':
      return isLight(env) ? light : dark
  }
}

/** `COLORFGBG` is `foreground;background`; 7 and 15 are light backgrounds. */
function isLight({COLORFGBG: colors}: NodeJS.ProcessEnv): boolean {
  const background = colors?.split(';').at(-1)
  return background === '7' || background === '15'
}
