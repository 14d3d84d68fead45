import {sep} from 'node:path'

/** What oclif loads at its start and most commands never call: each is read at its first use. */
const SELDOM = new RegExp(
  `^(const|var) (\\w+) = ((?:__importDefault\\()?require\\(["'](?:${[
    ...['node:child_process', 'node:fs/promises', 'node:perf_hooks', 'node:readline'],
    ...['ansi-escapes', 'ansis', 'clean-stack', 'cli-spinners', 'debug', 'ejs', 'get-package-type'],
    ...['indent-string', 'lilconfig', 'minimatch', 'string-width', 'tinyglobby', 'widest-line'],
    ...['wordwrap', 'wrap-ansi', './execute', './help'],
  ].join('|')})["']\\)\\)?);$`,
  'gm',
)

/** Libraries for plugins, for TypeScript and for other versions of Node.js: never used here, and not put into the program. */
export const UNUSED_OF_OCLIF: readonly string[] = ['lilconfig', 'minimatch', 'semver', 'tinyglobby']

/**
 * What oclif does at every start that a program with one manifest, one supported system and a launcher of its own has no
 * use for. A text that an update of oclif no longer has stops the build.
 */
const CHANGES: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  // The collator of the language takes 8 ms to load; identifiers are plain ASCII.
  'config/plugin.js': [
    ['.sort((a, b) => a.id.localeCompare(b.id))', '.sort((a, b) => (a.id < b.id ? -1 : 1))'],
  ],
  // The configuration with which a command is called was loaded by the same code a moment ago.
  'config/config.js': [
    [
      'if (isConfig(opts)) {',
      'if (opts instanceof Config) return opts;\n        if (isConfig(opts)) {',
    ],
    // No theme is offered, and each start looked for the file of one.
    [`if (this.scopedEnvVarTrue('DISABLE_THEME'))`, 'if (true)'],
  ],
  // Linux on Windows is Linux for this program.
  'util/os.js': [
    [
      `(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()`,
      '(0, node_os_1.platform)()',
    ],
  ],
  // Two of the helpers for arguments live beside the pages of help.
  'main.js': [
    [
      'const help_1 = require("./help");',
      'const help_1 = { ...require("./help/util"), loadHelpClass: (config) => require("./help").loadHelpClass(config) };',
    ],
  ],
  // The launcher has looked at the version of Node.js.
  'index.js': [['checkNodeVersion();\nexports', 'exports']],
}

/** Keeps from the start what oclif loads and does in vain. */
export const leanOclif = {
  name: 'lean-oclif',
  transform(code: string, id: string) {
    const [, path] = id.split(`${sep}@oclif${sep}core${sep}lib${sep}`)
    if (path === undefined) return null
    let lean = code
    for (const [from, to] of CHANGES[path.replaceAll(sep, '/')] ?? []) {
      if (!lean.includes(from)) throw new Error(`@oclif/core has changed: ${path} lacks ${from}`)
      lean = lean.replace(from, () => to)
    }
    lean = lean.replaceAll(SELDOM, '$1 $2 = __seldom(() => $3);')
    return lean === code ? null : lean.replace('"use strict";', `"use strict";\n${SELDOM_HELPER}`)
  },
}

/** Stands for the module until something of it is asked for, or it is called. */
const SELDOM_HELPER = [
  'const __seldom = (load) => {',
  '  let module;',
  '  const loaded = () => (module ??= load());',
  '  return new Proxy(function () {}, {',
  '    get: (_, name) => loaded()[name],',
  '    apply: (_, self, args) => Reflect.apply(loaded(), self, args),',
  '  });',
  '};',
].join('\n')
