/* Plain old syntax: this file must be able to say on any Node.js that it is too old. */
'use strict'
var path = require('path')

var major = parseInt(process.versions.node, 10)
if (major < 22) {
  var bundled = null
  try {
    bundled = require.resolve('node-linux-' + process.arch + '/bin/node')
  } catch (missing) {
    bundled = null
    void missing
  }
  if (!bundled || process.env.METIS_SEQ_RESTARTED) {
    process.stderr.write(
      'metis-seq needs Node.js 22.12 or newer; this is ' +
        process.version +
        ' (' +
        process.execPath +
        ').\nInstall Node.js 24, or run `npm ci`, which brings it.\n',
    )
    process.exit(1)
  }
  var env = Object.assign({}, process.env, {METIS_SEQ_RESTARTED: '1'})
  var result = require('child_process').spawnSync(
    bundled,
    [__filename].concat(process.argv.slice(2)),
    {
      stdio: 'inherit',
      env: env,
    },
  )
  process.exit(result.status === null ? 1 : result.status)
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  // Answered before anything is loaded.
  process.stdout.on('error', function (error) {
    if (error.code === 'EPIPE') return
    process.stderr.write('error: The output cannot be written: ' + error.message + '.\n')
    process.exitCode = 5
  })
  process.stdout.write('metis-seq/' + require('../package.json').version + '\n')
} else {
  start()
}

function start() {
  var root = path.join(__dirname, '..')
  fillInAccount()
  var cache = require('./compile-cache.cjs').compileCacheDirectory(process.env, process.geteuid())
  if (cache !== undefined) require('module').enableCompileCache(cache)
  import(require('url').pathToFileURL(path.join(root, 'dist', 'main.js')).href).then(
    function (main) {
      return main.main(process.argv.slice(2), root)
    },
    function (error) {
      if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /main\.js/.test(error.message)) {
        process.stderr.write('metis-seq is not built. Run `npm run build`.\n')
        process.exit(1)
      }
      throw error
    },
  )
}

/** A container's user id may have no account, and libraries ask the system for its shell and home as they load. */
function fillInAccount() {
  if (!process.env.SHELL) process.env.SHELL = '/bin/sh'
  if (process.env.HOME) return
  // An empty one would be taken for an answer.
  delete process.env.HOME
  try {
    process.env.HOME = require('os').homedir()
  } catch (nobody) {
    // As the accounts of those who have none; the program knows it as no home.
    process.env.HOME = '/nonexistent'
    void nobody
  }
}
