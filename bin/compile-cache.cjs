/* Plain old syntax, as run.cjs, and nothing but what is needed at every start. */
'use strict'
var fs = require('fs')
var os = require('os')
var path = require('path')

/**
 * Where compiled code may be kept between two starts, or undefined when there is no such place.
 *
 * Whoever can write there decides which code runs in every command of ours: the engine that reads it back compares
 * little more than the length of the source. So it lies below the user's own cache directory, in one of our own that
 * nobody else may even read, and every directory above it must belong to the user or to root and be closed to others.
 * The system's temporary directory is none of this, and a start without a cache is slower and otherwise the same.
 */
exports.compileCacheDirectory = function (env, uid) {
  try {
    var base = cacheHome(env)
    if (base === undefined) return undefined
    makeDirectory(base)
    // The name without links: what was looked at is what is used.
    var real = fs.realpathSync(base)
    for (var dir = real; ; dir = path.dirname(dir)) {
      if (!isClosedToOthers(fs.lstatSync(dir), uid)) return undefined
      if (path.dirname(dir) === dir) break
    }
    return ownDirectory(ownDirectory(real, 'metis-seq', uid), 'compiled', uid)
  } catch (unusable) {
    void unusable
    return undefined
  }
}

/** As the XDG base directories say: a relative name is as none. */
function cacheHome(env) {
  var named = env.XDG_CACHE_HOME
  if (named && path.isAbsolute(named)) return named
  var home = env.HOME || os.homedir()
  return path.isAbsolute(home) ? path.join(home, '.cache') : undefined
}

function makeDirectory(dir) {
  try {
    fs.mkdirSync(dir, 448)
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
}

/** Of root or ours; where others may write, the sticky bit keeps them from replacing what is not theirs. */
function isClosedToOthers(stat, uid) {
  return (stat.uid === uid || stat.uid === 0) && ((stat.mode & 18) === 0 || (stat.mode & 512) !== 0)
}

function ownDirectory(parent, name, uid) {
  var dir = path.join(parent, name)
  makeDirectory(dir)
  var stat = fs.lstatSync(dir)
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 63) !== 0) throw new Error(dir)
  return dir
}
