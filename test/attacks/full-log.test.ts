/** The disk of the log is full: the node goes on, and says afterwards what is missing. */
import {join} from 'node:path'
import process from 'node:process'

import {expect, test} from 'vitest'

import {openRemote} from '../../src/services/signers/open-signer.ts'
import {noAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {cleanEnv} from '../helpers/run-cli.ts'
import {canMount, onSmallDisk} from '../helpers/small-disk.ts'

const source = join(import.meta.dirname, '../../src/lib/log-file.ts')

test.each(canMount() ? [32] : [])(
  'a log on a full disk of %i KiB ends nothing, and goes on when there is room',
  async (sizeKib) => {
    const write = `
      import {rmSync, writeFileSync} from 'node:fs'
      import {openLogSink} from ${JSON.stringify(source)}
      const write = openLogSink()
      const fill = process.env.DISK + '/fill'
      write('first\\n')
      try { writeFileSync(fill, Buffer.alloc(100_000)) } catch {}
      for (let line = 0; line < 5000; line++) write('x'.repeat(99) + '\\n')
      rmSync(fill)
      write('last\\n')`
    const run = `"${process.execPath}" --input-type=module -e "$WRITE" > "$DISK/node.log"`

    const {stdout, stderr, exitCode} = await onSmallDisk(
      sizeKib,
      `{ ${run}; code=$?; tail -n 2 "$DISK/node.log"; exit $code; }`,
      {...cleanEnv({home: '/nonexistent'}), WRITE: write},
    )

    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    const [lost, last] = stdout.trim().split('\n')
    expect(JSON.parse(lost!)).toMatchObject({part: 'log', event: 'lines lost'})
    expect((JSON.parse(lost!) as {lost: number}).lost).toBeGreaterThan(4000)
    expect(last).toBe('last')
  },
)

test('a remote signer that hangs is left after the time of the command', async () => {
  await using stub = await startHttpStub(noAnswer)
  const {address, publicKey} = accountOf('x')
  const record = {name: 'vault', url: stub.url, address, api: 'eth_signTransaction' as const}
  const signer = openRemote(
    {
      ...record,
      ...{kind: 'remote', publicKey: `0x${publicKey.slice(4)}`, createdAt: ''},
      ...{tokenFile: null, caFile: null, certFile: null, keyFile: null},
    },
    300,
  )
  const startedMs = performance.now()
  const signing = signer.sign({
    ...{chainId: 1, to: address, nonce: 0, gasLimit: 1n, valueWei: 0n, data: '0x'},
    fees: {type: 'legacy', gasPrice: 1n},
  })
  await expect(signing).rejects.toMatchObject({code: 'SIGNER_UNREACHABLE', exit: 'signer'})
  expect(performance.now() - startedMs).toBeLessThan(5000)
})
