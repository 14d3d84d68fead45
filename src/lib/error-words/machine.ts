import type {machineCodes} from '../error-codes/machine.ts'
import type {WordsOf} from './words.ts'

const WHO = "Run `ss -ltnp 'sport = :PORT'` to see which program holds it."

export const machineWords: WordsOf<ReturnType<typeof machineCodes>> = {
  ALREADY_RUNNING: [
    'The process is already running; no second one was started.',
    'Run `metis-seq status` to see its state, or stop it first.',
  ],
  BUG: [
    'A bug in this program.',
    'Report it with the command and the whole output, which contains no secrets.',
  ],
  DAEMON_NOT_READY: [
    'The process started but did not become ready. `lastLines` has the end of its log.',
    'Read the log file named in `log`.',
  ],
  DIRECTORY_LOCKED: [
    'Another process uses the directory; two would corrupt it.',
    'Run `metis-seq node stop` for a node in the background, or end the process with the pid.',
  ],
  DIRECTORY_NOT_EMPTY: [
    'The directory is not empty, and nothing in it was overwritten.',
    'Pass an empty directory, or omit `--dir`.',
  ],
  DIRECTORY_UNTRUSTED: [
    'Other users could replace files in the temporary directory.',
    'Set TMPDIR to a directory of your own: `TMPDIR=$HOME/tmp`.',
  ],
  DISK_FULL: [
    'There is no space left. Nothing was partially written.',
    'Free some space, then run the same command again.',
  ],
  ENGINE_DIRECTORY_NOT_OURS: [
    'The directory of the engine belongs to another user, who could control it.',
    'Run `sudo chown -R USER DIRECTORY`.',
  ],
  ENGINE_IN_USE: [
    'An execution engine runs in the directory for another process.',
    'Run `metis-seq node stop` for a node in the background, or end the process with the pid.',
  ],
  ENGINE_MISSING: [
    'The execution engine (anvil) is not installed, or is not the version that the network needs.',
    'Run `npm ci` without `--omit=optional`, or put that version of anvil on PATH.',
  ],
  ENGINE_NOT_ISOLATED: [
    'The engine would listen on a port that every user of this machine can reach.',
    'Follow one of the hints, or run the node in a network namespace of its own.',
  ],
  ENGINE_NOT_READY: [
    'The execution engine does not start. `lastLines` has its last output.',
    'Read those lines, then start the node again with `metis-seq node start`.',
  ],
  FILE_EXISTS: [
    'The file exists and was not changed.',
    'Choose another path, or move the file away; some commands take `--force`.',
  ],
  FILE_NOT_REPLACED: [
    'The path is a directory, device or pipe; only a regular file can be replaced.',
    'Choose another path; where `-` is accepted, it writes to standard output.',
  ],
  FILE_NOT_WRITABLE: ['The file cannot be written.', 'Check the owner and mode of its directory.'],
  FILE_TOO_LARGE: ['The file exceeds the size limit of this command.', 'Pass the right file.'],
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
    'The HTTP proxy requires a user name and a password.',
    'Put them in the variable: `http://NAME:PASSWORD@HOST:PORT`.',
  ],
  PROXY_REFUSES: [
    'The HTTP proxy does not open a tunnel to the host.',
    'Ask the operator of the proxy, or put the host in NO_PROXY.',
  ],
  PROXY_UNREACHABLE: [
    'The HTTP proxy does not respond.',
    'Correct the variable, or put the host in NO_PROXY.',
  ],
  PROXY_UNSUPPORTED: [
    'The variable points to an unsupported kind of proxy; only http:// proxies are supported.',
    'Set an HTTP proxy, or put the host in NO_PROXY.',
  ],
  SOCKET_PATH_TOO_LONG: [
    'The path is too long for a Unix socket.',
    'Set METIS_SEQ_HOME to a directory with a shorter path.',
  ],
  STORE_BUSY: [
    'Another process holds the database.',
    'Wait for the other command to finish, then run the same command again.',
  ],
  STORE_DAMAGED: [
    'The database is damaged and cannot be read.',
    'Move it away and restore it from a backup.',
  ],
  WEB_TOKEN_INVALID: [
    'The token file of the dashboard page contains no usable token.',
    'Run `openssl rand -hex 32 > FILE` and `chmod 600 FILE`.',
  ],
  WEB_TOKEN_MISSING: [
    'The dashboard page would be open to other machines without a token.',
    'Pass `--web-token-file FILE`, or listen on 127.0.0.1 and use a tunnel.',
  ],
}
