import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {rolldown} from 'rolldown'

import {dark, light} from '../src/ui/theme.ts'

/** The page of the dashboard with its chart library: four files that need nothing else. */
export async function buildPage(root: string, directory: string): Promise<void> {
  const source = join(root, 'src/ui/web/page')
  const libraryCss = join(root, 'node_modules/uplot/dist/uPlot.min.css')
  mkdirSync(directory, {recursive: true})
  const bundle = await rolldown({
    input: join(source, 'main.ts'),
    platform: 'browser',
    cwd: root,
    logLevel: 'warn',
    tsconfig: join(source, 'tsconfig.json'),
  })
  await bundle.write({file: join(directory, 'page.js'), format: 'iife', minify: true})
  await bundle.close()
  const styles = [
    themeCss(),
    readFileSync(libraryCss, 'utf8'),
    readFileSync(join(source, 'page.css'), 'utf8'),
  ]
  writeFileSync(join(directory, 'page.css'), styles.join('\n'))
  for (const name of ['index.html', 'icon.svg']) {
    copyFileSync(join(source, name), join(directory, name))
  }
}

/** The colors of the terminal as variables, so that there is one palette. */
function themeCss(): string {
  return `:root {${variables(light)}}\n@media (prefers-color-scheme: dark) {:root {${variables(dark)}}}`
}

function variables(palette: typeof dark): string {
  return Object.entries(palette)
    .flatMap(([tone, color]) => (color === undefined ? [] : [`--${tone}:${color}`]))
    .join(';')
}
