import {expect, test} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import {isSame} from '../../src/protocol/rotation/records.ts'
import {scoreOf, type DutyOutcome} from '../../src/protocol/rotation/duty.ts'
import {readSpan, readValidators} from '../../src/protocol/themis.ts'
import {currentEvent, eventOf} from '../../src/services/live/events.ts'
import type {Profile} from '../../src/services/network/profiles.ts'
import {composeSuccessor} from '../../src/services/rotation/successor.ts'
import {toStakeView} from '../../src/services/staking/stake.ts'
import {dutyRows} from '../../src/ui/dashboard/panels/duty.ts'
import {alertListText} from '../../src/ui/presenters/alert.ts'
import {dutyScoreText} from '../../src/ui/presenters/duty.ts'
import {
  currentEpochText,
  epochListText,
  nextEpochText,
  eventText,
} from '../../src/ui/presenters/epoch.ts'
import {processesText, relayText} from '../../src/ui/presenters/local.ts'
import {yieldBetween} from '../../src/protocol/lst/yield.ts'
import type {LstListed} from '../../src/services/lst/lst.ts'
import type {LstDescription, LstPlan, LstPosition} from '../../src/services/lst/provider.ts'
import {lstDoneText, positionsText, providersText} from '../../src/ui/presenters/lst.ts'
import {ratesText} from '../../src/ui/presenters/lst-markets.ts'
import {nodeReportText, startedText} from '../../src/ui/presenters/node.ts'
import {posStatusText} from '../../src/ui/presenters/pos.ts'
import {successorText} from '../../src/ui/presenters/rotation.ts'
import {rewardText} from '../../src/ui/presenters/reward.ts'
import {
  checksText,
  sequencerJson,
  sequencerListText,
  sequencerText,
  stakeText,
} from '../../src/ui/presenters/sequencer.ts'
import {networkJson, networkText, profileJson, profileText} from '../../src/ui/presenters/setup.ts'
import {table} from '../../src/ui/presenters/table.ts'
import {
  currentEpoch,
  duty,
  epochView,
  ME,
  nodeStatus,
  NOW,
  OTHER,
  planLook,
  pool,
  RECIPIENT,
  rotation,
  sequencer,
} from '../helpers/dashboard-data.ts'

const METIS = 10n ** 18n

test('sequencer show', () => {
  expect(sequencerText(sequencer)).toMatchInlineSnapshot(`
    "Sequencer 7 is active.
    owner             0x1111111111111111111111111111111111111111
    signer            0x1111111111111111111111111111111111111111
    reward recipient  0x3333333333333333333333333333333333333333 (L2)
    locked            20,000 METIS
    claimable         1.5 METIS
    active since      reward batch 3"
  `)
})

test('an exiting sequencer names the day of its METIS, an unset recipient is not an address', () => {
  const leaving = {
    ...sequencer,
    status: 'inactive',
    unlockClaimTimeSeconds: 1_800_000_000n,
    rewardRecipient: '0x0000000000000000000000000000000000000000',
  } as const

  expect(sequencerText(leaving)).toContain('Sequencer 7 is exiting.')
  expect(sequencerText(leaving)).toContain('claim possible    2027-01-15T08:00:00.000Z')
  expect(sequencerText(leaving)).toContain('reward recipient  unset')
  expect(sequencerJson(leaving)).toMatchObject({rewardRecipient: null, status: 'inactive'})
})

test('alert list: an issue that is gone, and not yet told to be, does not look as if it lasted', () => {
  const alert = {
    ...{
      alert: 'l2-stalled',
      rule: 'l2-stalled' as const,
      subject: null,
      severity: 'critical' as const,
    },
    ...{text: 'no block for 77 s', remedy: 'metis-seq epoch watch', told: 1, toldMs: 5000},
    ...{sinceMs: 0, goneMs: null, acknowledged: false, silenced: false},
  }
  const list = {
    ...{lookedMs: 119_000, isWatched: true, silences: [], outputs: []},
    alerts: [alert],
  }

  expect(alertListText(list, 120_000)).toMatch(/ critical +2 min +1x/)
  const gone = {...list, alerts: [{...alert, goneMs: 80_000}]}
  expect(alertListText(gone, 120_000)).toMatch(/for +1 min 20 s, gone for 40 s$/m)
})

test('sequencer list marks mine, whatever the case of the address', () => {
  const list = {
    sequencers: [sequencer, {...sequencer, sequencerId: 8n, owner: OTHER} as const],
    pool,
  }

  expect(sequencerListText(list, ME.toUpperCase().replace('0X', '0x'))).toMatchInlineSnapshot(`
    "id  status  owner        signer       locked  share  claimable
    7   active  0x1111…1111  0x1111…1111  20,000  25 %   1.5        YOU
    8   active  0x2222…2222  0x1111…1111  20,000  25 %   1.5"
  `)
  expect(sequencerListText({sequencers: [], pool}, null)).toBe('No sequencer is registered.')
})

test('stake show', () => {
  expect(stakeText(toStakeView(sequencer, pool))).toMatchInlineSnapshot(`
    "Sequencer 7 is active.
    locked        20,000 METIS
    share of all  25.00 % of 80,000 METIS
    limits        20,000 to 100,000 METIS
    capacity      80,000 METIS
    reward batch  9; last change in batch 4
    exit delay    21 d"
  `)
})

test('reward show: what claiming costs, and whether there is anything', () => {
  const fee = {feeEthWei: 200_000_000_000_000n, l2GasLimit: 200_000}
  const text = rewardText({sequencer, pool, fee, recipientL2MetisWei: 5n * METIS})

  expect(text).toMatchInlineSnapshot(`
    "Sequencer 7 can claim 1.5 METIS.
    claimable         1.5 METIS
    per block         0.000761 METIS
    paid until epoch  40 (reward batch 9)
    cost to claim     0.0002 ETH for the bridge, and L1 gas
    recipient on L2   0x3333333333333333333333333333333333333333, holds 5 METIS
    Next: \`metis-seq reward claim\`."
  `)
  expect(
    rewardText({
      sequencer: {...sequencer, rewardMetisWei: 0n},
      pool,
      fee,
      recipientL2MetisWei: null,
    }),
  ).toContain('next reward batch')
})

test('epoch current, next, list', () => {
  const mine = epochView({signer: ME, mine: true})
  expect(currentEpochText(currentEpoch({epoch: mine}), 2000)).toMatchInlineSnapshot(`
    "Epoch 42: your turn.
    producer  0x1111111111111111111111111111111111111111 (YOU)
    blocks    1000 to 1199
    head      1149
    left      50 blocks, about 1 min 40 s with a block in every slot"
  `)
  expect(currentEpochText(currentEpoch({epoch: null}), 2000)).toContain('nobody can produce')
  const now = {headBlock: 1149n, epoch: mine, next: null}
  expect(nextEpochText(now, null)).toContain('not planned yet')
  expect(nextEpochText(now, 'the consensus layer is still syncing')).toContain(
    'its plan is unknown: the consensus layer is still syncing.',
  )
  expect(nextEpochText({...now, epoch: null}, null)).toMatch(
    /^No epoch covers block 1150.*\nRun `metis-seq status` to see why\.$/,
  )
  expect(nextEpochText({...now, next: epochView({state: 'planned'})}, null)).toContain(
    'planned and not yet committed on L2',
  )
  const plain = {takeover: false, replaced: null, cut: false, silent: null, missingBlocks: 0n}
  const respanned = {...epochView({state: 'past'}), ...plain, takeover: true}
  expect(
    epochListText([
      {...respanned, number: 38n, replaced: 'committed', silent: OTHER, cut: true},
      {...respanned, number: 39n, replaced: 'planned'},
      {...respanned, number: 40n, replaced: 'planned', silent: ME},
      {...respanned, number: 41n, replaced: 'unknown', cut: null},
      {...mine, ...plain},
    ]),
  ).toMatchInlineSnapshot(`
    "epoch  state    first  last  blocks  producer
    38     past     1000   1199  200     0x2222…2222        respan after 0x2222…2222 fell silent, cut short by a respan
    39     past     1000   1199  200     0x2222…2222        respan before it was committed
    40     past     1000   1199  200     0x2222…2222        respan after 0x1111…1111 fell silent
    41     past     1000   1199  200     0x2222…2222        respan for an unknown reason, may have been cut short
    42     current  1000   1199  200     YOU (0x1111…1111)"
  `)
})

test('duties that do not count are told below the score, and on the dashboard', () => {
  const lost = {startBlock: 0n, endBlock: 9n, made: 0n, expected: 0n, startSeconds: null}
  const said = (outcomes: DutyOutcome[]) => {
    const duties = outcomes.map((outcome, at) => ({...lost, number: BigInt(at), outcome}))
    const periods = duty.periods.map((period) => ({...period, score: scoreOf(duties, true)}))
    const history = {...duty, duties, periods}
    return {
      text: dutyScoreText(history).split('\n').slice(5),
      rows: dutyRows(history).map(({value, tone}) => [value, tone]),
    }
  }
  expect(said(['missed']).text).toEqual([])
  const {text, rows} = said(['not-committed', 'unknown', 'not-committed'])
  expect(text).toEqual([
    'Not counted: 2 epochs drawn for you and given to another signer before they were committed; nobody could produce in them.',
    'Unknown: 1 epoch; the L2 endpoint does not return the logs that tell whether you could produce in it.',
  ])
  expect(rows[0]).toEqual([
    'no score yet of 0, 0 lost, 0 missed, 1 unknown, 11 drawn, 10.0 due',
    'warn',
  ])
  expect(rows.slice(2)).toEqual([
    ['not committed, 0 of 0 blocks', 'dim'],
    ['unknown, 0 of 0 blocks', 'warn'],
    ['not committed, 0 of 0 blocks', 'dim'],
  ])
})

test('a halted L2 has a respan, and nobody who could stop', () => {
  const said = (headBlock: bigint) => {
    const candidates = planLook().candidates.filter(({signer}) => !isSame(signer, RECIPIENT))
    const plan = planLook({candidates})
    const view = composeSuccessor(
      {signer: ME, respanDelaySeconds: 180},
      {
        rotation: rotation({headBlock, newest: [epochView({number: 43n})]}),
        drawing: {plan, missing: null, pending: null, active: null},
        ...{respans: [], respanState: null, nowMs: NOW.wallMs},
      },
    )
    return successorText(view!, new Map()).split('\n').slice(0, 2)
  }
  const {endBlock} = epochView()
  expect(said(endBlock - 1n)).toEqual([
    `If the producer stops now, YOU take over with block ${endBlock}.`,
    `producer     ${OTHER}`,
  ])
  expect(said(endBlock)).toEqual([
    `No epoch covers block ${endBlock + 1n}; YOU take over with it.`,
    'producer     nobody',
  ])
})

test('epoch watch: one line per change', () => {
  const at = {headBlock: 1149n, epoch: epochView()}
  const lines = [
    currentEvent(rotation(), NOW.wallMs),
    eventOf({...at, type: 'epoch-started', level: 'info', text: 'Epoch 42 started.'}, NOW.wallMs),
    eventOf({type: 'issue-raised', level: 'critical', text: 'L2 does not respond.'}, NOW.wallMs),
  ].map(eventText)

  expect(lines).toMatchInlineSnapshot(`
    [
      "12:00:00  block 1149  Epoch 42 is running, producer 0x2222222222222222222222222222222222222222, until block 1199.",
      "12:00:00  block 1149  Epoch 42 started.",
      "12:00:00  CRIT L2 does not respond.",
    ]
  `)
})

test('lst: providers, rates, position', () => {
  const provider: LstDescription = {
    id: 'artemis',
    name: 'Artemis',
    token: 'artMETIS',
    kind: 'reward-bearing',
    entry: OTHER,
    state: 'live',
    warnings: [],
  }
  const rates = {
    provider,
    totalDepositsMetisWei: 1100n * METIS,
    supplyWei: 1000n * METIS,
    pendingRewardMetisWei: 5n * METIS,
    feeRate: METIS / 20n,
    rate: (11n * METIS) / 10n,
    rateAfterHarvest: (111n * METIS) / 100n,
    shareRate: (11n * METIS) / 10n,
    yield: yieldBetween(
      {blockNumber: 1n, timeSeconds: 0, rate: METIS},
      {blockNumber: 9n, timeSeconds: 365 * 86_400, rate: (11n * METIS) / 10n},
    ),
    unbonding: {fromSeconds: 86_400n, toSeconds: 5n * 86_400n, isShort: true},
  }
  const position = {
    provider: 'artemis',
    account: ME,
    heldWei: METIS,
    valueMetisWei: (111n * METIS) / 100n,
    holdings: [
      {token: 'artMETIS', state: 'held', wei: METIS, valueMetisWei: (111n * METIS) / 100n},
    ],
    openRequests: 2n,
    owedMetisWei: 3n * METIS,
    claimableMetisWei: METIS,
    liquidMetisWei: 7n,
  } satisfies LstPosition

  const listed: LstListed = {...provider, capabilities: ['deposit', 'claim'], registration: null}
  expect(providersText([listed])).toMatch(
    /^artemis\n {2}token +artMETIS\n {2}kind +reward-bearing\n/,
  )
  expect(ratesText([rates])).toBe(
    [
      'artemis',
      '  METIS per token  1.1',
      '  after harvest    1.11',
      '  APR              10.00 % over 365 d',
      '  fee              5 %',
      '  deposits         1,100 METIS',
      '  pending rewards  5 METIS',
      '  unbonding        1 d to 5 d; METIS is missing on L2',
    ].join('\n'),
  )
  expect(positionsText([position])).toMatchInlineSnapshot(`
    "0x1111…1111 holds 0.000000000000000007 METIS on L2 outside the providers.
    Artemis
      artMETIS          1
      worth             1.11 METIS after the next harvest
      open withdrawals  2, 3 METIS owed, 1 METIS claimable"
  `)
  expect([providersText([]), ratesText([])].join()).not.toContain('provider  ')

  // A withdrawal of 4 METIS of which everything, a part or nothing is paid at once.
  const said = (owedBefore: bigint) => {
    const figures = [{id: 'owedMetisWei', before: `${owedBefore}`, after: ''}]
    const plan = {request: {kind: 'withdraw'}, figures} as unknown as LstPlan
    return lstDoneText({receivedWei: 4n * METIS, position, differences: []}, plan).split('\n')[0]
  }
  expect(said(3n * METIS)).toBe('Received 4 METIS.')
  expect(said(2n * METIS)).toMatch(/^Received 3 METIS\. Requested\. 1 METIS are owed;/)
  expect(said(-METIS)).toMatch(/^Requested\. 4 METIS are owed;/)
})

test('node status: alive, silent, gone, and what is wrong with it', () => {
  const daemon = {pid: 7, startedAt: '2026-01-01T00:00:00.000Z', running: true}
  const none = {external: null, endpoint: null, silence: null}
  const ours = {profile: 'main', runtime: 'bundled', ...none} as const
  const report = (status: NodeStatus | null, running = true) =>
    nodeReportText({...ours, status, daemon: running ? daemon : null, issues: []})
  const issue = {
    id: 'node-down' as const,
    subject: null,
    severity: 'critical' as const,
    text: 'your node is not running',
    sinceMs: null,
    cost: 'It does not follow the chain.',
    remedy: 'metis-seq node start --profile main',
    sources: ['node' as const],
  }

  expect(report(null)).toContain('does not respond')
  expect(report(null, false)).toContain('is not running')
  const {number} = nodeStatus.head
  const steps = [number, number + 1, number + 2, null].map((bestPeerHead) =>
    /head +(.+)/.exec(report({...nodeStatus, turn: 'mine', bestPeerHead}))?.at(1),
  )
  expect(steps).toEqual([
    '1149, in step with its peers',
    '1149, in step with its peers',
    '1149, syncing',
    '1149, no peer to compare with',
  ])
  expect(nodeReportText({...ours, status: null, daemon: null, issues: [issue]})).toContain(
    'CRIT  your node is not running',
  )
})

test('node start: in step, catching up by how much, or not known', () => {
  const said = (status: Partial<NodeStatus>) =>
    startedText({pid: 7, profile: 'main'}, {...nodeStatus, ...status}).split('. ')[0]
  const start = 'The node of main is running as process 7 and '
  expect(said({})).toBe(`${start}is following, in step with its peers`)
  expect(said({waitingFor: {needs: ['l1-batches'], sinceMs: 1}})).toBe(
    `${start}is following, in step with its peers; it may not sign yet`,
  )
  expect(said({bestPeerHead: null})).toBe(`${start}is following, no peer to compare with`)
  expect(said({phase: 'catching-up', syncing: true, bestPeerHead: null})).toBe(
    `${start}does not know yet whether it has every block: no peer has reported its head`,
  )
  const sync = {target: 1249, remaining: 100, blocksPerSecond: 5, etaSeconds: 20}
  const behind = {phase: 'catching-up', syncing: true, bestPeerHead: 1249} as const
  expect([said({...behind, sync}), said({...behind, sync: null})]).toEqual([
    `${start}is catching up: 100 blocks to go`,
    `${start}is catching up, with an unknown number of blocks left`,
  ])
})

test('pos status of a real Themis and of nonsense', () => {
  const view = {
    latestSpan: readSpan({
      ...{span_id: 3, start_block: 1, end_block: 10, selected_producers: [{signer: ME}]},
    }),
    validators: readValidators({validators: [{ID: 1, signer: ME, power: 20}]}),
    rewardBatchId: 4,
    mpc: null,
    issues: [],
  }

  expect(posStatusText(view)).toMatchInlineSnapshot(`
    "latest span   3, blocks 1 to 10
    its producer  0x1111111111111111111111111111111111111111
    reward batch  4
    MPC address   unknown
    validator  signer       power
    1          0x1111…1111  20"
  `)
  const nonsense = {
    ...{latestSpan: readSpan({}), validators: readValidators({validators: [{}, 7]})},
    ...{rewardBatchId: null, mpc: {}, issues: []},
  }
  expect(posStatusText(nonsense)).not.toMatch(/undefined|null/)
})

test('a profile and a network show endpoints by host only', () => {
  const profile: Profile = {
    network: 'andromeda',
    owner: ME,
    signer: null,
    rewardRecipient: RECIPIENT,
    keys: {owner: null, signer: null},
    endpoints: {
      ...{l1: ['https://user:SECRET@rpc.example/SECRET'], l2: [], pos: null},
      l2Ws: 'wss://user:SECRET@ws.example/SECRET',
    },
    node: null,
  }
  const [known] = builtInNetworks
  const network = {
    ...{...known!, posRestUrl: 'http://pos.example/SECRET'},
    l1: {...known!.l1, wsUrl: 'wss://heads.example/SECRET'},
  }

  expect(profileText('main', profile, true)).toContain('https://rpc.example')
  expect(profileText('main', profile, true)).toContain('(key elsewhere)')
  const all = [
    profileText('main', profile, true),
    profileJson('main', profile, true),
    networkText(network),
    networkJson(network),
  ]
  expect(networkJson(network)).toMatchObject({
    l1: {wsUrl: 'wss://heads.example'},
    l2: {rpcUrls: ['https://andromeda.metis.io', 'https://metis-rpc.publicnode.com']},
  })
  expect(networkJson(network).l2).not.toHaveProperty('wsUrl')
  expect(JSON.stringify(all)).not.toContain('SECRET')
})

test('checks: what holds, what does not, and the remedy under it', () => {
  const check = {
    id: 'a',
    label: 'the owner is whitelisted',
    seen: 'no',
    ok: false,
    remedy: 'Apply.',
  }

  expect(checksText([check, {...check, ok: true, seen: 'yes', remedy: ''}])).toBe(
    'FAIL  the owner is whitelisted: no\n      Apply.\nok    the owner is whitelisted: yes',
  )
})

test('a table pads by characters and leaves no trailing space', () => {
  expect(
    table(
      ['a', 'b'],
      [
        ['◆◆◆', ''],
        ['x', 'y'],
      ],
    ),
  ).toBe('a    b\n◆◆◆\nx    y')
})

test('a stopped process and a message under way name the next command', () => {
  const row = {
    ...{name: 'node seq-1', running: true, pid: 7, url: 'http://127.0.0.1:1'},
    ...{suspended: [], orphanedEngine: null, log: 'log'},
  }
  expect(processesText([row])).not.toContain('Next')
  expect(processesText([{...row, running: false, pid: null}])).toMatch(
    /\nNext: `metis-seq local up --detach` starts the processes that have stopped\.$/,
  )
  const message = {
    ...{to: 'L2' as const, nonce: 0n, target: '0x01', state: 'relayed' as const},
    ...{paidMetisWei: 0n, hash: null},
  }
  expect(relayText([message])).not.toContain('Next')
  expect(relayText([message, {...message, state: 'under-way'}])).toContain(
    '\nNext: run `metis-seq local relay` again',
  )
})
