/** A real local network whose parts fail: each fault is named on every surface until it ends. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import type {HealthReport} from '../../src/health/issue.ts'
import {isRecord} from '../../src/lib/json.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import {connectEngine} from '../../src/process/engine-socket.ts'
import {startHttpStub} from '../helpers/http-stub.ts'
import {startCli, type RunningCli} from '../helpers/run-cli.ts'
import {openCli, pidOf, until, type Cli} from './local.ts'

const BASE_PORT = 27_145
const RESPAN_SECONDS = 6
/** Every fault has to be named by then, on a machine with other work as well. */
const NAMED_WITHIN_MS = 10_000
const rank = {ok: 0, unknown: 1, warn: 2, critical: 3} as const

let cli: Cli

beforeAll(async () => {
  cli = openCli()
  await cli.data(
    `local up --detach --base-port ${BASE_PORT} --slot-ms 500 --epoch-length 20 --respan-delay ${RESPAN_SECONDS}`,
  )
})

afterAll(async () => {
  await cli.remove()
})

/** Every frame of a live dashboard, and when it came. */
class Recorder {
  readonly #running: RunningCli

  constructor(profile: string) {
    const args = ['dashboard', '--json', '--refresh', '1', '--profile', profile]
    this.#running = startCli(args, {home: cli.home})
  }

  get frames(): HealthReport[] {
    return this.#running
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{"atMs"'))
      .flatMap((line) => {
        const frame: unknown = JSON.parse(line)
        return isRecord(frame) ? [frame['health'] as HealthReport] : []
      })
  }

  async stop(): Promise<void> {
    this.#running.child.kill('SIGTERM')
    await this.#running.result
  }
}

const hasIssue = (health: unknown, id: string) =>
  (health as HealthReport).issues.some((issue) => issue.id === id)

/**
 * Makes a fault, and holds every surface against it: the live screen names it in time and never says a calmer
 * word until it ends; `status` and `dashboard --once` say the same.
 */
async function expectNamed(
  profile: string,
  ids: readonly string[],
  least: 'warn' | 'critical',
  fault: () => Promise<unknown>,
  mend: () => Promise<unknown>,
): Promise<void> {
  const recorder = new Recorder(profile)
  await until('a first frame', 30_000, () => (recorder.frames.length > 0 ? true : undefined))
  await fault()
  const faultAt = performance.now()
  // A fault that needs several tries may have been seen, and mended by the node itself, on the way.
  const made = recorder.frames.length
  const named = (health: HealthReport) => ids.some((id) => hasIssue(health, id))
  await until(`${ids.join(' or ')} on the screen`, NAMED_WITHIN_MS, () =>
    recorder.frames.slice(made).some(named) ? true : undefined,
  )
  const first = made + recorder.frames.slice(made).findIndex(named)
  const status = await cli.data(`status --profile ${profile}`)
  const once = await cli.run(`dashboard --once --profile ${profile}`)
  expect(performance.now() - faultAt).toBeLessThan(NAMED_WITHIN_MS * 4)
  const frame = once.document?.['data'] as {health: HealthReport}
  for (const health of [status['health'] as HealthReport, frame.health]) {
    expect(named(health), JSON.stringify(health.issues.map(({id}) => id))).toBe(true)
    expect(rank[health.state]).toBeGreaterThanOrEqual(rank[least])
  }
  expect([11, 12]).toContain(once.exitCode)
  const until_ = recorder.frames.length
  await mend()
  await until('the end of it on the screen', 60_000, () =>
    recorder.frames.slice(until_).some((health) => !named(health)) ? true : undefined,
  )
  await recorder.stop()
  // From its first word to the mending nothing calmer was said.
  const seen = recorder.frames.slice(first, until_)
  const said = seen.map(({state, issues}) => [state, ...issues.map(({id}) => id)].join(' '))
  const isNeverCalmer = seen.every(({state}) => rank[state] >= rank[seen[0]!.state])
  expect(isNeverCalmer, said.join('\n')).toBe(true)
}

const kill = (dir: string, name: string, signal: NodeJS.Signals) =>
  process.kill(pidOf(join(cli.home, dir), name), signal)

describe('what fails is named on every surface', () => {
  test('the consensus layer hangs', async () => {
    await expectNamed(
      'seq-1',
      ['pos-unreachable'],
      'warn',
      async () => kill('local/pos', 'pos', 'SIGSTOP'),
      async () => kill('local/pos', 'pos', 'SIGCONT'),
    )
  })

  test('the consensus layer is killed; the command that the screen shows brings it back', async () => {
    await expectNamed(
      'seq-1',
      ['pos-unreachable'],
      'warn',
      async () => kill('local/pos', 'pos', 'SIGKILL'),
      () => cli.data('local up --detach'),
    )
  })

  test('the own node is killed in the own turn; the command that the screen shows brings it back', async () => {
    const producer = await until('a turn with blocks to come', 60_000, async () => {
      for (const name of ['seq-1', 'seq-2', 'seq-3']) {
        const {epoch, blocksLeft} = await cli.data(`epoch current --profile ${name}`)
        if (isRecord(epoch) && epoch['mine'] === true && Number(blocksLeft) > 6) return name
      }
      return undefined
    })
    await expectNamed(
      producer,
      ['node-down'],
      'critical',
      async () => kill(`nodes/${producer}`, 'node', 'SIGKILL'),
      async () => {
        // A node that is back before the consensus layer has waited long enough goes on with its turn.
        await until('another one takes over', 60_000, async () => {
          const {epochs} = await cli.data('epoch list --network local')
          return (epochs as {takeover: boolean}[]).some(({takeover}) => takeover) || undefined
        })
        return cli.data(`node start --profile ${producer}`)
      },
    )
  })

  test('the own node is stopped by a signal', async () => {
    await expectNamed(
      'seq-2',
      ['node-hung'],
      'critical',
      async () => kill('nodes/seq-2', 'node', 'SIGSTOP'),
      async () => kill('nodes/seq-2', 'node', 'SIGCONT'),
    )
  })

  test('a second node with the same key: it ends with 14, says why, and the first one tells of it', async () => {
    await cli.data(
      `init --profile twin --network local --owner seq-3-owner --signer seq-3-signer --node-port ${BASE_PORT + 90} --no-input`,
    )
    const started = await cli.run('node start --profile twin')
    expect(started.exitCode).toBe(14)
    expect(started.document?.['error']).toMatchObject({code: 'SIGNER_IN_USE'})

    const {health} = await cli.data('status --profile twin')
    expect((health as HealthReport).issues[0]).toMatchObject({
      id: 'node-ended-halted',
      severity: 'critical',
      text: 'another node signs with your key',
    })
    const node = await cli.run('node status --profile twin')
    expect(node.exitCode).toBe(10)
    expect(node.document?.['data']).toMatchObject({issues: [{id: 'node-ended-halted'}]})
    const once = await cli.run('dashboard --once --profile twin')
    expect(once.exitCode).toBe(12)

    // What keeps it from starting is told like what ended it, with the command that mends it.
    writeFileSync(join(cli.home, 'nodes/twin/sign-guard.log'), 'no line of a guard\n')
    const refused = await cli.run('node start --profile twin')
    expect(refused.exitCode).toBe(14)
    expect(refused.document?.['error']).toMatchObject({code: 'SIGN_GUARD_DAMAGED'})
    const {health: after} = await cli.data('status --profile twin')
    const {remedy} = (after as HealthReport).issues[0]!
    expect(remedy).toBe('metis-seq node guard rebuild --profile twin')
    await cli.data(remedy.replace('metis-seq ', ''))
    const mended = await cli.data('status --profile twin')
    expect((mended['health'] as HealthReport).issues[0]).toMatchObject({id: 'node-down'})
  })

  test('a follower whose state was changed disagrees with all others until it is started again', async () => {
    const dir = join(cli.home, 'nodes/seq-2/engine')
    const seen: string[] = []
    let wei = 1
    // In its own turn the node finds the change before it seals, which is another fault.
    const ofAnother = async () => {
      const {epoch, blocksLeft} = await cli.data('epoch current --profile seq-2')
      seen.push(`epoch ${isRecord(epoch) && epoch['number']}: ${blocksLeft} blocks left`)
      const isOthers = isRecord(epoch) && epoch['mine'] === false
      return (isOthers && Number(blocksLeft) > 4) || undefined
    }
    const headAndDispute = async () => {
      // Its exit code is not 0 as soon as it refuses.
      const {document} = await cli.run('node status --profile seq-2')
      const {head, diverged} = (document!['data'] as {status: NodeStatus}).status
      seen.push(`head ${head.number}: ${JSON.stringify(diverged)}`)
      return {head: head.number, state: diverged?.state}
    }
    /** The first time it rebuilds its engine, to be sure, and goes on; the second time it refuses. */
    const refusesAfterChange = async () => {
      if (!(await ofAnother())) return undefined
      const engine = connectEngine(dir, 'engine', {timeoutMs: 2000})
      const params = [`0x${'77'.repeat(20)}`, `0x${(wei++).toString(16)}`]
      await engine.request('anvil_setBalance', params).catch((error) => seen.push(String(error)))
      engine.close()
      const {head} = await headAndDispute()
      // The block after it may have been on its way already.
      const after = await until('an answer to the change', 30_000, async () => {
        const now = await headAndDispute()
        return now.state === 'refused' || now.head > head + 1 ? now : undefined
      })
      return after.state === 'refused' || undefined
    }
    await expectNamed(
      'seq-2',
      ['node-diverged'],
      'critical',
      () =>
        until('it refuses a block', 90_000, refusesAfterChange).catch((error) => {
          throw new Error(`Seen were:\n${seen.join('\n')}`, {cause: error})
        }),
      async () => {
        await cli.data('node stop --now --profile seq-2')
        await cli.data('node start --profile seq-2')
      },
    )
  }, 300_000)

  test('Themis is far behind: no turn is told from it', async () => {
    const behind = await startHttpStub((_body, request, response) => {
      const answers: Record<string, unknown> = {
        '/metis/latest-span': {span_id: 0, start_block: 0, end_block: 1, selected_producers: []},
        '/staking/current-batch': {batch: 1},
        '/staking/validator-set': {validators: []},
      }
      const result = answers[request.url ?? '']
      response.statusCode = result ? 200 : 404
      response.end(JSON.stringify(result ? {height: '1', result} : {error: 'none'}))
    })
    await until('a third epoch', 60_000, async () => {
      const {epoch} = await cli.data('epoch current --network local')
      return isRecord(epoch) && Number(epoch['number']) >= 3 ? true : undefined
    })
    await cli.data(
      `init --profile seq-1 --replace --network local --pos-url ${behind.url} --no-input`,
    )
    const {health} = await cli.data('status --profile seq-1')
    expect(hasIssue(health, 'pos-behind')).toBe(true)
    const once = await cli.run('dashboard --once --profile seq-1')
    expect(once.exitCode).toBe(12)
    expect(JSON.stringify(once.document)).toContain('epochs behind')
    expect(JSON.stringify(once.document)).not.toContain('(probable)')
    await behind[Symbol.asyncDispose]()
  })

  test('L1 is killed; the command that the screen shows brings it back', async () => {
    await expectNamed(
      'seq-2',
      ['l1-unreachable'],
      'warn',
      async () => kill('local/l1', 'l1', 'SIGKILL'),
      () => cli.data('local up --detach'),
    )
  })
})
