import {execFile, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export interface SmallDiskResult {
  stdout: string
  stderr: string
  exitCode: number
}

/** Mounts are private to a namespace of their own, so nothing of them is seen outside or left. */
const unshare = ['unshare', '--map-root-user', '--mount'] as const

/** True where this machine lets a process mount a file system of its own. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'metis-seq-mount-'))
  const [file, ...args] = unshare
  const {status} = spawnSync(file, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', folder])
  rmSync(folder, {recursive: true})
  return status === 0
}

/**
 * Runs a shell script in which `$DISK` is an empty file system of this size.
 *
 * @param env the whole environment of the script
 */
export function onSmallDisk(
  sizeKib: number,
  script: string,
  env: Record<string, string>,
): Promise<SmallDiskResult> {
  const folder = mkdtempSync(join(tmpdir(), 'metis-seq-disk-'))
  const [file, ...args] = unshare
  const mount = `mount -t tmpfs -o size=${sizeKib}k tmpfs "$DISK" && ${script}`
  return new Promise((resolve) => {
    execFile(
      file,
      [...args, 'sh', '-c', mount],
      {env: {...env, DISK: folder}},
      (error, stdout, stderr) => {
        rmSync(folder, {recursive: true})
        resolve({stdout, stderr, exitCode: typeof error?.code === 'number' ? error.code : 0})
      },
    )
  })
}
