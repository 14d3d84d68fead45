/* Loaded before the program: makes a machine on which the optional add-on was never built. */
import {registerHooks} from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'keytar') return next(specifier, context)
    throw Object.assign(new Error("Cannot find package 'keytar'"), {code: 'ERR_MODULE_NOT_FOUND'})
  },
})
