import {isRecord} from '../../lib/json.ts'
import {formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import {lstProviders} from '../../protocol/lst/providers.ts'
import {QUARANTINE_SECONDS} from '../../node/limits.ts'
import {checkBlocks, sendTransfers} from './chain-checks.ts'
import type {Stage} from './stage.ts'

/** The operator who joins. */
const NAME = 'dora'
const LOCK = '60000'
const MORE = '40000'
const DEPOSIT = '5'

export interface DemoOptions {
  upFlags: string[]
  /** Registered at the start. */
  sequencers: number
  nodePort: number
  passwordFile: string
}

/**
 * A sequencer's whole life, each step the command an operator types, each checked against the
 * chain.
 */
export async function tellStory(stage: Stage, options: DemoOptions): Promise<void> {
  await bringUpNetwork(stage, options)
  await makeOperator(stage, options)
  await register(stage)
  const claimable = await produceAndEarn(stage)
  await claim(stage, claimable)
  await delegate(stage)
  await compareNodes(stage)
}

async function bringUpNetwork(
  stage: Stage,
  {upFlags, sequencers: expected}: DemoOptions,
): Promise<void> {
  stage.chapter(
    `1. A network: L1 with the staking contracts, ${expected} sequencers that rotate, all but one of liquid-staking providers`,
  )
  const up = await stage.run(['local', 'up', '--detach', ...upFlags])
  for (const process of list(up['processes'])) {
    stage.note(
      `${text(process['name'])}: process ${text(process['pid'])} at ${text(process['url'])}`,
    )
  }
  const {sequencers} = await stage.run(['sequencer', 'list', '--network', 'local'])
  for (const sequencer of list(sequencers)) {
    stage.note(
      `sequencer ${text(sequencer['sequencerId'])}: ${metis(sequencer['amountMetisWei'])} locked, signer ${shortHex(text(sequencer['signer']))}`,
    )
  }
  stage.expect(
    `${expected} sequencers are active`,
    list(sequencers).length === expected,
    `${expected}`,
    `${list(sequencers).length}`,
  )
}

async function makeOperator(stage: Stage, {nodePort, passwordFile}: DemoOptions): Promise<void> {
  stage.chapter('2. An operator: keys, profile, node')
  const keyFlags = [
    '--backend',
    'file',
    '--password-file',
    passwordFile,
    '--remember-password-file',
  ]
  for (const role of ['owner', 'signer']) {
    const key = await stage.run(['key', 'create', `${NAME}-${role}`, ...keyFlags])
    stage.note(`${role} ${text(key['address'])}`)
  }
  const port = String(nodePort)
  await stage.run([
    'init',
    '--profile',
    NAME,
    '--network',
    'local',
    '--owner',
    `${NAME}-owner`,
    '--signer',
    `${NAME}-signer`,
    '--node-port',
    port,
    '--relayer-key',
    'local-relayer',
    '--no-input',
  ])
  await stage.run(['node', 'start', '--profile', NAME])
  const startedAtSeconds = Math.ceil(Date.now() / 1000)
  const head = await stage.until('the node in step', 120_000, async () => {
    // A new key may have signed elsewhere: for a while its node skips its epochs.
    if (Date.now() / 1000 <= startedAtSeconds + QUARANTINE_SECONDS) return undefined
    const {headBlock} = await stage.run(['epoch', 'current', '--network', 'local'], {quiet: true})
    const {status} = await stage.run(['node', 'status', '--profile', NAME], {quiet: true})
    if (!isRecord(status) || !isRecord(status['head'])) return undefined
    const isFree = Number(status['head']['timestamp']) > startedAtSeconds + QUARANTINE_SECONDS
    return isFree && wei(status['head']['number']) >= wei(headBlock) ? status['head'] : undefined
  })
  stage.note(`the node is in step at block ${text(head['number'])}, ${text(head['hash'])}`)
}

async function register(stage: Stage): Promise<void> {
  stage.chapter('3. Registration: eligible, then locked')
  const refused = await stage.run(['sequencer', 'eligible', '--profile', NAME], {exitCode: 10})
  for (const check of list(refused['checks'])) {
    if (check['ok'] !== true)
      stage.note(`missing: ${text(check['label'])} (${text(check['seen'])})`)
  }
  const funded = await stage.run(['local', 'fund', '--profile', NAME])
  for (const payment of list(list(funded['funded'])[0]?.['hashes'])) {
    stage.note(`${text(payment['what'])} on ${text(payment['chain'])}: ${text(payment['hash'])}`)
  }
  await stage.run(['sequencer', 'eligible', '--profile', NAME, '--amount', LOCK])
  const registered = await stage.run([
    'sequencer',
    'register',
    '--profile',
    NAME,
    '--amount',
    LOCK,
    '--yes',
  ])
  noteTransactions(stage, registered)
  const increased = await stage.run([
    'stake',
    'increase',
    '--profile',
    NAME,
    '--amount',
    MORE,
    '--yes',
  ])
  noteTransactions(stage, increased)
  const sequencer = await stage.run(['sequencer', 'show', '--profile', NAME])
  const locked = wei(sequencer['amountMetisWei'])
  stage.expect(
    `sequencer ${text(sequencer['sequencerId'])} is active with ${formatWeiShort(locked)} METIS`,
    sequencer['status'] === 'active' && locked === 100_000n * 10n ** 18n,
    'active, 100000 METIS',
    `${text(sequencer['status'])}, ${formatWei(locked)} METIS`,
  )
}

async function produceAndEarn(stage: Stage): Promise<bigint> {
  stage.chapter('4. The epoch comes: blocks, then a reward batch')
  await stage.run(['epoch', 'list', '--profile', NAME, '--count', '5'])
  let shown = ''
  const mine = await stage.until('an epoch of the new operator', 150_000, async () => {
    const {epoch} = await stage.run(['epoch', 'current', '--profile', NAME], {quiet: true})
    if (!isRecord(epoch)) return undefined
    const line = `epoch ${text(epoch['number'])}: ${epoch['mine'] === true ? 'OUR TURN' : shortHex(text(epoch['signer']))}, blocks ${text(epoch['startBlock'])} to ${text(epoch['endBlock'])}`
    if (line !== shown) stage.note(line)
    shown = line
    return epoch['mine'] === true ? epoch : undefined
  })
  await sendTransfers(stage, NAME)
  stage.note('waiting for the reward batch that pays this epoch')
  const reward = await stage.until('the reward batch', 120_000, async () => {
    const view = await stage.run(['reward', 'show', '--profile', NAME], {quiet: true})
    return wei(view['rewardedUntilEpoch']) >= wei(mine['number']) ? view : undefined
  })
  await stage.run(['reward', 'show', '--profile', NAME])
  return checkReward(stage, reward)
}

/** The credit must equal the blocks of our paid epochs times the reward per block, to the wei. */
async function checkReward(stage: Stage, reward: Record<string, unknown>): Promise<bigint> {
  const until = wei(reward['rewardedUntilEpoch'])
  const perBlock = wei(reward['rewardPerBlockMetisWei'])
  const credited = wei(reward['claimableMetisWei'])
  const {epochs} = await stage.run(['epoch', 'list', '--profile', NAME, '--count', '1000'], {
    quiet: true,
  })
  const blocks = list(epochs)
    .filter((epoch) => epoch['mine'] === true && wei(epoch['number']) <= until)
    .reduce((sum, epoch) => sum + wei(epoch['endBlock']) - wei(epoch['startBlock']) + 1n, 0n)
  stage.expect(
    `${blocks} blocks x ${formatWei(perBlock)} METIS = ${formatWei(credited)} METIS`,
    blocks > 0n && credited === blocks * perBlock,
    `${blocks * perBlock} wei`,
    `${credited} wei`,
  )
  return credited
}

async function claim(stage: Stage, credited: bigint): Promise<void> {
  stage.chapter('5. The reward is claimed and arrives on L2')
  const before = await liquidOnL2(stage)
  const claimed = await stage.run(['reward', 'claim', '--profile', NAME, '--yes'])
  noteTransactions(stage, claimed)
  const amount = wei(claimed['claimedMetisWei'])
  // A second batch may have landed between the check and the claim; the claim is never less than
  // shown.
  stage.expect(
    'the claim pays at least what was shown',
    amount >= credited,
    `>= ${credited}`,
    `${amount}`,
  )
  const after = await stage.until('the METIS on L2', 60_000, async () => {
    const balance = await liquidOnL2(stage)
    return balance > before ? balance : undefined
  })
  stage.expect(
    `the recipient received ${formatWei(amount)} METIS on L2`,
    after - before === amount,
    `${amount} wei`,
    `${after - before} wei`,
  )
}

async function liquidOnL2(stage: Stage): Promise<bigint> {
  const position = await stage.run(['lst', 'position', '--profile', NAME], {quiet: true})
  return wei(position['liquidMetisWei'])
}

async function delegate(stage: Stage): Promise<void> {
  stage.chapter('6. METIS goes into a liquid-staking provider')
  const [provider] = lstProviders
  await stage.run(['lst', 'rates', '--profile', NAME])
  const deposited = await stage.run([
    'lst',
    'deposit',
    provider.id,
    DEPOSIT,
    '--profile',
    NAME,
    '--yes',
  ])
  noteTransactions(stage, deposited)
  const position = await stage.run(['lst', 'position', '--profile', NAME])
  const mine = list(position['positions']).find((each) => each['provider'] === provider.id)
  const held = wei(mine?.['heldWei'])
  stage.expect(
    `the operator holds ${formatWei(held)} ${provider.token}`,
    held > 0n,
    '> 0',
    `${held}`,
  )
  const {backing} = await stage.run(['lst', 'backing', '--profile', NAME])
  for (const each of list(backing)) {
    stage.expect(
      `${text(each['provider'])}: ${metis(each['assetsMetisWei'])} for ${metis(each['liabilitiesMetisWei'])} owed`,
      each['verdict'] === 'backed',
      'backed',
      text(each['verdict']),
    )
  }
  const withdraw = ['lst', 'withdraw', provider.id, '50%', '--profile', NAME, '--yes']
  noteTransactions(stage, await stage.run(withdraw))
  const {requests} = await stage.run(['lst', 'requests', provider.id, '--profile', NAME])
  const [{requests: open}] = list(requests) as [Record<string, unknown>]
  const [request] = list(open)
  stage.expect(
    'the request waits for time and for the provider',
    JSON.stringify(request?.['blockedBy']) === '["time","admin"]',
    'time, admin',
    JSON.stringify(request?.['blockedBy']),
  )
}

async function compareNodes(stage: Stage): Promise<void> {
  const report = await checkBlocks(stage)
  stage.chapter(`7. ${report.nodes} nodes, one chain`)
  stage.expect(
    `${report.nodes} nodes have equal hashes for ${report.compared} blocks, ${report.firstBlock} to ${report.lastBlock}`,
    report.different.length === 0,
    'equal hashes',
    report.different.slice(0, 3).join('; '),
  )
  stage.expect(
    `before block ${report.forkBlock} no block holds more than one transaction; after it one holds ${report.mostAfter}`,
    report.mostBefore <= 1 && report.mostAfter > 1,
    '<= 1 before, > 1 after',
    `${report.mostBefore} before, ${report.mostAfter} after`,
  )
  const status = await stage.run(['status', '--profile', NAME])
  stage.note(`next: ${text(status['nextAction'])}`)
}

function noteTransactions(stage: Stage, data: Record<string, unknown>): void {
  for (const transaction of list(data['transactions'])) {
    stage.note(
      `${text(transaction['label'])}: ${text(transaction['hash'])} in block ${text(transaction['blockNumber'])}`,
    )
  }
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown'
}

function wei(value: unknown): bigint {
  return typeof value === 'string' && /^\d+$/.test(value)
    ? BigInt(value)
    : BigInt(Number(value) || 0)
}

function metis(value: unknown): string {
  return `${formatWeiShort(wei(value))} METIS`
}
