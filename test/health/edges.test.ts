/** Each limit of the rules from both sides: what is still in order, and what just is not. */
import {expect, test} from 'vitest'

import type {Issue} from '../../src/health/issue.ts'
import {nodeFacts} from '../../src/health/rules/node-facts.ts'
import type {Setting} from '../../src/health/snapshot.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import {assessSources} from '../../src/services/health/sources.ts'
import {statusOf} from '../../src/services/health/status.ts'
import {sourcesOf, type Feeds} from '../../src/services/live/live.ts'
import {
  epochView,
  failing,
  feeds,
  fresh,
  ME,
  moneyWith,
  nodeLook,
  nodeSetting,
  nodeStatus,
  nothing,
  NOW,
  posLook,
  rotation,
  setting,
} from '../helpers/dashboard-data.ts'
import {lstLook} from '../helpers/lst-look.ts'
import {mine, nowSeconds, quiet} from './scene.ts'

const GIB = 1024 ** 3

function issues(changes: Partial<Feeds>, as: Setting = setting): readonly Issue[] {
  return statusOf(as, sourcesOf({...feeds, ...changes}), null, NOW).health.issues
}
const issue = (id: Issue['id'], changes: Partial<Feeds>, as?: Setting) =>
  issues(changes, as).find((each) => each.id === id)
const severity = (...args: Parameters<typeof issue>) => issue(...args)?.severity ?? 'none'

/** What a node's own account shows, with whether anybody should be sent to it. */
const facts = (changes: Partial<NodeStatus>, isOurTurn = false, isAlone = false) =>
  nodeFacts({...nodeStatus, ...changes}, {isOurTurn, isAlone, setting: nodeSetting})
const found = (id: string, ...args: Parameters<typeof facts>) => {
  const fact = facts(...args).find((each) => each.id === id)
  return fact ? `${fact.severity}${fact.blocks ? ', blocks' : ''}` : 'none'
}

test('L2 without a block: three slots and a second, then until the takeover is due', () => {
  expect(severity('l2-stalled', {l2: quiet(7)})).toBe('none')
  expect(severity('l2-stalled', {l2: quiet(8)})).toBe('warn')
  // The delay, and two slots to make the takeover in.
  expect(severity('l2-stalled', {l2: quiet(184)})).toBe('warn')
  expect(severity('l2-stalled', {l2: quiet(185)})).toBe('critical')
  // Where blocks come with transactions only, half the delay says nothing.
  const rare = {...setting, emptyBlocks: false}
  expect(severity('l2-stalled', {l2: quiet(90)}, rare)).toBe('none')
  expect(severity('l2-stalled', {l2: quiet(91)}, rare)).toBe('warn')
  expect(issue('l2-stalled', {l2: quiet(8)})?.sinceMs).toBe((Number(nowSeconds) - 8) * 1000)
})

test('a stall promises a takeover only where one can come', () => {
  const cost = (seconds: number, changes: Parameters<typeof issue>[1] = {}, rest = {}) =>
    issue('l2-stalled', {l2: quiet(seconds, rest), ...changes})?.cost
  expect(cost(8)).toContain('after 180 s another sequencer takes over')
  expect(cost(185)).toContain('the respan that was due after 180 s has not happened')
  const pos = failing(posLook(), 60_000, 'The consensus layer does not respond.')
  for (const seconds of [8, 185]) {
    expect(cost(seconds, {pos})).toContain('Whether another sequencer takes over is unknown')
    expect(cost(seconds, {}, {epoch: null})).toContain('until an epoch is committed')
  }
})

test('a stall is told where the node is looked at, when the node sees it too', () => {
  const seenBy = (headAgeMs: number) =>
    issue('l2-stalled', {l2: quiet(8), node: fresh(nodeLook({headAgeMs}))}, nodeSetting)?.sources
  expect([seenBy(7000), seenBy(7001)]).toEqual([['l2'], ['l2', 'node']])
  expect(issue('l2-stalled', {l2: quiet(8)})?.sources).toEqual(['l2'])
})

test('silence in the own turn says when the turn is lost', () => {
  const cost = (seconds: number) =>
    issue('own-turn-silent', {l2: quiet(seconds, {epoch: mine})})?.cost
  expect(cost(10)).toContain('in 170 s your epoch')
  expect(cost(179)).toContain('in 1 s your epoch')
  expect(cost(180)).toContain('at any moment your epoch')
})

test('a head from the future: five seconds are no news; then this clock is behind', () => {
  expect(severity('clock-skew', {l2: quiet(-5)})).toBe('none')
  const ahead = issue('clock-skew', {l2: quiet(-6)})
  expect(ahead).toMatchObject({
    severity: 'warn',
    text: expect.stringContaining('6 s ahead of this'),
  })
  expect(ahead?.cost).toContain('this clock is slow')
})

test('a head that moves and bears old times: this clock is ahead, when that lasts', () => {
  const moving = (seconds: number, steadyMs: number) => {
    const moved = {atMs: NOW.monotonicMs, steadySinceMs: NOW.monotonicMs - steadyMs}
    const sources = sourcesOf({...feeds, l2: quiet(seconds)})
    return assessSources(setting, sources, null, NOW, moved).issues.find(
      ({id}) => id === 'clock-skew',
    )
  }
  // Older than a stall and the usual rounding, for as long as a stall of that age could explain.
  expect(moving(12, 60_000)).toBeUndefined()
  expect(moving(13, 20_000)).toBeUndefined()
  expect(moving(13, 20_001)).toMatchObject({text: 'the clock of this machine is 13 s ahead of L2'})
  expect(moving(13, 20_001)?.cost).toContain('builds its blocks too early')
})

test('L1: stale after what the network says, and never where it says nothing', () => {
  const aged = (seconds: number) => ({
    l1: fresh({block: 1n, timestampSeconds: nowSeconds - BigInt(seconds)}),
  })
  expect([severity('l1-stale', aged(120)), severity('l1-stale', aged(121))]).toEqual([
    ...['none', 'warn'],
  ])
  expect(severity('l1-stale', aged(9999), {...setting, l1StaleAfterSeconds: null})).toBe('none')
})

test('money: a claim that is worth it, rewards that are late, an exit that is over', () => {
  const claimCostEthWei = 10n ** 15n
  const claim = (rewardMetisWei: bigint) =>
    severity('reward-claimable', {money: fresh(moneyWith({rewardMetisWei}, {claimCostEthWei}))})
  expect([claim(2n * 10n ** 18n), claim(2n * 10n ** 18n + 1n)]).toEqual(['none', 'info'])
  const paidUntil = (rewardedUntilEpoch: bigint, rewardBatchId: bigint) => ({
    money: fresh(moneyWith({}, {rewardedUntilEpoch, rewardBatchId})),
    l2: fresh(rotation({epoch: epochView({number: 100n})})),
  })
  const late = (...args: Parameters<typeof paidUntil>) =>
    severity('reward-batch-late', paidUntil(...args))
  // 99 - 80 and 99 - 81 epochs against (80 / 16 + 1) * 3.
  expect([late(80n, 17n), late(81n, 17n)]).toEqual(['warn', 'none'])
  const early = (current: bigint) =>
    severity('reward-batch-late', {
      ...paidUntil(0n, 2n),
      l2: fresh(rotation({epoch: epochView({number: current})})),
    })
  expect([early(201n), early(202n)]).toEqual(['none', 'warn'])
  const exit = (unlockClaimTimeSeconds: bigint) =>
    issues({
      money: fresh(
        moneyWith({status: 'inactive', unlockClaimTimeSeconds}, {l1TimeSeconds: nowSeconds}),
      ),
    }).find(({id}) => id.startsWith('exit-'))
  expect(exit(nowSeconds)).toMatchObject({id: 'exit-claimable', severity: 'warn'})
  expect(exit(nowSeconds + 1n)).toMatchObject({id: 'exit-waiting', severity: 'info'})
})

test('the consensus layer: two epochs behind L2 are no delay any more', () => {
  const at = (latestSpan: bigint) => severity('pos-behind', {pos: fresh(posLook({latestSpan}))})
  expect([at(42n), at(41n)]).toEqual(['none', 'critical'])
})

test('the engine: busy from four seconds on, and never while it is restarted', () => {
  const engine = (changes: Partial<NodeStatus['engine']>) => ({
    engine: {...nodeStatus.engine, ...changes},
  })
  expect(found('engine-busy', engine({busyMs: 3999}))).toBe('none')
  expect(found('engine-busy', engine({busyMs: 4000}))).toBe('warn, blocks')
  expect(found('engine-busy', engine({busyMs: 4000}), true)).toBe('critical, blocks')
  const restarting = engine({busyMs: 9000, restartingSinceMs: 5})
  expect(found('engine-busy', restarting)).toBe('none')
  expect(found('engine-restarting', restarting)).toBe('warn, blocks')
  const holding = (leaves: number) => engine({state: {leaves, limit: 1000, rootMs: null}})
  expect(found('engine-state-large', holding(599))).toBe('none')
  expect(found('engine-state-large', holding(600))).toBe('warn')
  expect(found('engine-state-large', holding(1000))).toBe('critical')
  expect(found('engine-changed-outside', engine({outsideChanges: 1}))).toBe('warn')
  expect(found('engine-exposed', engine({isolation: 'open-port'}))).toBe('warn')
})

test('the pool: nearly full from nine tenths on, both kinds counted', () => {
  const pool = (pending: number, queued: number, rest = {}) => ({
    pool: {...nodeStatus.pool, pending, queued, limit: 1000, ...rest},
  })
  expect(found('pool-full', pool(899, 0))).toBe('none')
  expect(found('pool-full', pool(500, 400))).toBe('warn')
  expect(found('pool-full', pool(1, 0, {full: true}))).toBe('warn')
  expect(found('pool-full', pool(0, 0, {limit: 0}))).toBe('none')
  expect([found('pool-late', pool(1, 0)), found('pool-late', pool(1, 0, {late: 1}))]).toEqual([
    ...['none', 'warn'],
  ])
})

test('wallets, clients, clock, disk and batches of a node', () => {
  const wallet = (balanceWei: string) => ({
    wallets: [
      {alias: 'mpc', chain: 'l2' as const, address: ME as `0x${string}`, balanceWei, lowWei: '100'},
    ],
  })
  // A fifth of what is low lasts hours.
  expect(['100', '99', '20', '19'].map((balance) => found('wallet-low', wallet(balance)))).toEqual([
    ...['none', 'warn', 'warn', 'critical'],
  ])
  const refused = (count: number) => ({refused: [{kind: 'calls' as const, count, sinceMs: 1}]})
  expect([found('clients-refused', refused(9)), found('clients-refused', refused(10))]).toEqual([
    ...['none', 'warn'],
  ])
  const skew = [5000, 5001, -5000, -5001].map((clockSkewMs) => found('clock-skew', {clockSkewMs}))
  expect(skew).toEqual(['none', 'warn', 'none', 'warn'])
  const text = (clockSkewMs: number) => facts({clockSkewMs})[0]?.text
  expect([text(6000), text(-6000)]).toEqual([
    'the clock of your node is 6 s ahead of other producers',
    'the clock of your node is 6 s behind other producers',
  ])
  const disk = (freeBytes: number) => found('disk-low', {disk: {freeBytes, totalBytes: 9}})
  expect([disk(5 * GIB + 1), disk(5 * GIB), disk(GIB + 1), disk(GIB)]).toEqual([
    ...['none', 'warn', 'warn', 'critical'],
  ])
  const batch = (oldestAgeMs: number | null, stuck: NodeStatus['halted'] = null) =>
    found('batches-not-landing', {batches: {landedBlock: 5, oldestAgeMs, sends: true, stuck}})
  expect([900_000, 900_001, 3_600_000, 3_600_001, null].map((age) => batch(age))).toEqual([
    ...['none', 'warn', 'warn', 'critical', 'none'],
  ])
  expect(batch(null, {code: 'BATCH_STUCK', message: 'x', sinceMs: 1})).toBe('warn')
})

test('standing: silence, lag and peers of a node', () => {
  expect(found('node-silent', {headAgeMs: 7999})).toBe('none')
  expect(found('node-silent', {headAgeMs: 8000})).toBe('warn')
  expect(found('node-silent', {headAgeMs: 8000}, true)).toBe('critical, blocks')
  expect(found('node-silent', {headAgeMs: 184_999})).toBe('warn')
  expect(found('node-silent', {headAgeMs: 185_000})).toBe('critical, blocks')
  expect(found('node-silent', {headAgeMs: 8000, turn: 'unknown'})).toBe('critical, blocks')
  expect(found('node-silent', {headAgeMs: 8000, phase: 'catching-up'})).toBe('none')
  const catchingUp = (bestPeerHead: number | null, isOurTurn = false) =>
    facts({phase: 'catching-up', bestPeerHead}, isOurTurn).find(({id}) => id === 'node-catching-up')
      ?.text
  expect([catchingUp(1), catchingUp(null), catchingUp(null, true)]).toEqual([
    'your node is catching up',
    'your node does not know whether it has every block',
    'your turn, and your node does not know whether it has every block',
  ])
  const {number} = nodeStatus.head
  expect(
    [number + 1, number + 2, null].map((bestPeerHead) => found('node-behind', {bestPeerHead})),
  ).toEqual([...['none', 'warn, blocks', 'none']])
  expect([
    found('node-no-peers', {peers: []}),
    found('node-no-peers', {peers: []}, false, true),
  ]).toEqual([...['warn', 'none']])
  const waits = {waitingFor: {needs: ['peers' as const], sinceMs: 1}}
  expect([found('node-waiting', waits), found('node-waiting', waits, true)]).toEqual([
    ...['warn', 'critical, blocks'],
  ])
  const unknown = (engine: Partial<NodeStatus['engine']>) =>
    facts({headAgeMs: 8000, turn: 'unknown', engine: {...nodeStatus.engine, ...engine}}).find(
      ({id}) => id === 'node-silent',
    )?.cost
  expect(unknown({busyMs: 3999})).toContain('No epoch covers')
  for (const engine of [{busyMs: 4000}, {restartingSinceMs: 1}])
    expect(unknown(engine)).toContain('does not report whose epoch')
  // Three blocks are the difference of two looks.
  const behind = (headBlock: bigint) =>
    severity(
      'node-behind',
      {l2: fresh(rotation({headBlock})), node: fresh(nodeLook())},
      nodeSetting,
    )
  expect([behind(BigInt(number) + 3n), behind(BigInt(number) + 4n)]).toEqual(['none', 'warn'])
})

test('without a node nothing of one is shown', () => {
  expect(statusOf(setting, sourcesOf(feeds), null, NOW)).toMatchObject({
    ...{node: null, nodeProcess: null, externalNode: null, externalSilence: null},
    ...{nodeExpected: false, nodeRuntime: null},
  })
})

test('a part of liquid staking that cannot be read is told by its chain while that is down', () => {
  const unread = [
    {...({part: 'the backing of Artemis', chain: 'l1'} as const), reason: 'No answer.'},
    {...({part: 'the queue of Artemis', chain: 'l2'} as const), reason: 'No answer.'},
  ]
  const lst = fresh(lstLook({}, {unread}), 120_000)
  const told = (changes: Partial<Feeds>) =>
    issues({lst, ...changes})
      .filter(({id}) => id === 'lst-unreadable')
      .map(({subject}) => subject)

  expect(told({})).toEqual(['the backing of Artemis', 'the queue of Artemis'])
  expect(told({l1: nothing('Down.')})).toEqual(['the queue of Artemis'])
  expect(told({l2: nothing('Down.')})).toEqual(['the backing of Artemis'])
})
