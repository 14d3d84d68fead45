/**
 * Node.js' HTTP modules for programs that start often.
 *
 * An `import` of `node:http` reads every property of the module, and one of them loads the whole of
 * undici: 15 ms of each command. Taken like this, nothing more than HTTP is loaded.
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
