/**
 * A key file is opened by many commands, with 1 s of CPU for its password each: the same input has the same result. Loaded
 * with `--require` by processes of the program that tests start; `TEST_DERIVED` names the directory that they share.
 * A new key has a salt of its own, so each encryption still derives.
 */
'use strict'
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const dir = process.env.TEST_DERIVED
// Neither the program nor what it starts is told of it.
delete process.env.TEST_DERIVED
if (dir) deriveOnce(dir)

function deriveOnce(known) {
  const {scrypt} = crypto
  crypto.scrypt = (password, salt, length, options, done) => {
    const parts = [password, salt].map((part) => Buffer.from(part).toString('hex'))
    const file = path.join(known, crypto.hash('sha256', JSON.stringify([parts, length, options])))
    const key = read(file)
    if (key) return void setImmediate(done, null, key)
    return scrypt(password, salt, length, options, (error, fresh) => {
      if (!error) keep(file, fresh)
      done(error, fresh)
    })
  }
  require('node:module').syncBuiltinESMExports()
}

function read(file) {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined
  }
}

/** A process that is killed leaves no half of it. The directory goes with the test run, which may be over before it. */
function keep(file, key) {
  const fresh = `${file}.${process.pid}`
  try {
    fs.writeFileSync(fresh, key, {mode: 0o600})
    fs.renameSync(fresh, file)
  } catch {
    // The next one derives again.
  }
}
