import type {ErrorEntry} from './entry.ts'

const file = {path: 'text'} as const
const proxy = {variable: 'text', proxy: 'text'} as const
const port = {host: 'text', port: 'number', purpose: 'text'} as const

/** Files, directories, processes, ports and network access of this machine. */
export const machineCodes = () =>
  ({
    ALREADY_RUNNING: {exit: 'busy', facts: {name: 'text', pid: 'number'}},
    BUG: {exit: 'internal', facts: {stack: 'text'}},
    DAEMON_NOT_READY: {exit: 'precondition', facts: {name: 'text', log: 'text', lastLines: 'text'}},
    DIRECTORY_LOCKED: {exit: 'busy', facts: {directory: 'text', pid: 'text'}},
    DIRECTORY_NOT_EMPTY: {exit: 'precondition', facts: {dir: 'text'}},
    DIRECTORY_UNTRUSTED: {exit: 'config', facts: file},
    DISK_FULL: {exit: 'precondition', retry: 'yes', facts: {'path?': 'text'}},
    ENGINE_DIRECTORY_NOT_OURS: {exit: 'precondition', facts: {dir: 'text', owner: 'text'}},
    ENGINE_IN_USE: {exit: 'busy', facts: {dir: 'text', pid: 'number'}},
    ENGINE_MISSING: {
      exit: 'precondition',
      facts: {platform: 'text', needed: 'text', found: 'text'},
    },
    ENGINE_NOT_ISOLATED: {exit: 'precondition', facts: {platform: 'text'}},
    ENGINE_NOT_READY: {exit: 'precondition', facts: {name: 'text', dir: 'text', lastLines: 'text'}},
    FILE_EXISTS: {exit: 'precondition', facts: file},
    FILE_NOT_REPLACED: {exit: 'precondition', facts: file},
    FILE_NOT_WRITABLE: {exit: 'config', facts: file},
    FILE_TOO_LARGE: {exit: 'usage', facts: {path: 'text', maxBytes: 'number'}},
    FILE_UNREADABLE: {exit: ['config', 'usage'], facts: file},
    OUTPUT_FAILED: {exit: 'precondition', retry: 'yes', facts: {'path?': 'text'}},
    PORT_BUSY: {exit: 'busy', retry: 'depends', facts: [port, {name: 'text', port: 'number'}]},
    PORT_NOT_ALLOWED: {exit: 'config', facts: port},
    PROXY_DENIED: {
      exit: 'unreachable',
      retry: 'depends',
      facts: [
        {...proxy, httpStatus: 'number'},
        {chain: 'text', endpoints: 'text', '*': 'text'},
      ],
    },
    PROXY_REFUSES: {
      exit: 'unreachable',
      retry: 'depends',
      facts: {...proxy, httpStatus: 'number'},
    },
    PROXY_UNREACHABLE: {exit: 'unreachable', retry: 'yes', facts: proxy},
    PROXY_UNSUPPORTED: {exit: 'config', facts: proxy},
    SOCKET_PATH_TOO_LONG: {exit: 'config', facts: {path: 'text', maxBytes: 'number'}},
    STORE_BUSY: {exit: 'busy', retry: 'yes', facts: file},
    STORE_DAMAGED: {exit: 'config', facts: file},
    WEB_TOKEN_INVALID: {exit: 'config', facts: {file: 'text'}},
    WEB_TOKEN_MISSING: {exit: 'config', facts: {host: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
