import type {machineCodes} from '../error-codes/machine.ts'
import type {WordsOf} from './words.ts'

const WHO = "Run `ss -ltnp 'sport = :PORT'` to see which program holds it."

export const machineWords: WordsOf<ReturnType<typeof machineCodes>> = {
  ALREADY_RUNNING: [
    'The process runs already, and a second one is not started.',
    'Run `metis-seq status` to see how it stands, or stop it first.',
  ],
  BUG: [
    'A fault of this program, not of its user.',
    'Report it with the command and the whole output, which holds no secrets.',
  ],
  DAEMON_NOT_READY: [
    'The process was started and did not become ready. `lastLines` holds the end of its log.',
    'Read the log file named in `log`.',
  ],
  DIRECTORY_LOCKED: [
    'Another process uses the directory, and two would damage it.',
    'Run `metis-seq node stop` for a node in the background, or end the process with the pid.',
  ],
  DIRECTORY_NOT_EMPTY: [
    'The directory is not empty, and nothing in it is overwritten.',
    'Name an empty directory, or leave out `--dir`.',
  ],
  DIRECTORY_UNTRUSTED: [
    'Other users could replace files in the temporary directory.',
    'Set TMPDIR to a directory of your own: `TMPDIR=$HOME/tmp`.',
  ],
  DISK_FULL: [
    'There is no space left. Nothing was half-written.',
    'Free some space, then run the same command again.',
  ],
  ENGINE_DIRECTORY_NOT_OURS: [
    'The directory of the engine belongs to another user, who could give it orders.',
    'Run `sudo chown -R USER DIRECTORY`.',
  ],
  ENGINE_IN_USE: [
    'An execution engine runs in the directory for another process.',
    'Run `metis-seq node stop` for a node in the background, or end the process with the pid.',
  ],
  ENGINE_MISSING: [
    'The execution engine (anvil) is not installed, or has another version than the network needs.',
    'Run `npm ci` without `--omit=optional`, or put that version of anvil on PATH.',
  ],
  ENGINE_NOT_ISOLATED: [
    'The engine would listen on a port that every user of this machine can reach.',
    'Follow a way that the hints name, or run the node in a network namespace of its own.',
  ],
  ENGINE_NOT_READY: [
    'The execution engine does not start. `lastLines` holds what it said last.',
    'Read those lines, then start the node again with `metis-seq node start`.',
  ],
  FILE_EXISTS: [
    'The file exists, and is left as it is.',
    'Choose another path, or move the file away; some commands take `--force`.',
  ],
  FILE_NOT_REPLACED: [
    'The path is a directory, device or pipe, and only a file is replaced by another.',
    'Choose another path; where `-` is taken, it writes to standard output.',
  ],
  FILE_NOT_WRITABLE: ['The file cannot be written.', 'Check the owner and mode of its directory.'],
  FILE_TOO_LARGE: ['The file is larger than anything this command reads.', 'Name the right file.'],
  FILE_UNREADABLE: [
    'The file cannot be read.',
    'Check the path, the owner and the mode of the file.',
  ],
  OUTPUT_FAILED: [
    'The output could not be written. Only the output is lost.',
    'Run `metis-seq tx list` to see what was sent.',
  ],
  PORT_BUSY: ['Another program uses the port.', WHO],
  PORT_NOT_ALLOWED: [
    'The system does not allow this host and port.',
    'Use a port above 1023 and an address of this machine.',
  ],
  PROXY_DENIED: [
    'The HTTP proxy wants a name and a password.',
    'Put them into the variable named: `http://NAME:PASSWORD@HOST:PORT`.',
  ],
  PROXY_REFUSES: [
    'The HTTP proxy does not open a tunnel to the host.',
    'Ask whoever runs the proxy, or put the host in NO_PROXY.',
  ],
  PROXY_UNREACHABLE: [
    'The HTTP proxy does not answer.',
    'Correct the variable named, or put the host in NO_PROXY.',
  ],
  PROXY_UNSUPPORTED: [
    'The variable names a proxy of a kind that is not supported; only http:// proxies are.',
    'Name an HTTP proxy, or put the host in NO_PROXY.',
  ],
  SOCKET_PATH_TOO_LONG: [
    'The path is too long for a Unix socket.',
    'Set METIS_SEQ_HOME to a directory with a shorter path.',
  ],
  STORE_BUSY: [
    'Another process holds the database.',
    'Wait until the other command has ended, then run the same command again.',
  ],
  STORE_DAMAGED: [
    'The database is damaged and cannot be read.',
    'Move it away and restore it from a backup.',
  ],
}
