/** Asks the compiler about a change, in a copy of the sources. */
import {spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'

export class Compiler implements Disposable {
  readonly #root: string
  readonly #copy = mkdtempSync(join(tmpdir(), 'metis-seq-types-'))

  constructor(root: string) {
    this.#root = root
    for (const name of ['src', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(this.#copy, name), {recursive: true})
    symlinkSync(join(root, 'node_modules'), join(this.#copy, 'node_modules'))
    const settings = {extends: './tsconfig.json', include: ['src']}
    writeFileSync(join(this.#copy, 'tsconfig.sources.json'), JSON.stringify(settings))
  }

  takes(file: string, text: string): boolean {
    const path = join(this.#copy, file)
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, text)
    const tsc = join(this.#root, 'node_modules/typescript/bin/tsc')
    const args = [
      tsc,
      '-p',
      'tsconfig.sources.json',
      '--incremental',
      '--tsBuildInfoFile',
      'types.json',
    ]
    const {status} = spawnSync(process.execPath, args, {cwd: this.#copy})
    writeFileSync(path, before)
    return status === 0
  }

  [Symbol.dispose](): void {
    rmSync(this.#copy, {recursive: true, force: true})
  }
}
