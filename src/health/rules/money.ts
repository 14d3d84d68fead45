/** The lock, its owner and its rewards. */
import {formatWeiShort, isoTime} from '../../lib/units.ts'
import {
  CAUTIOUS_METIS_PER_ETH,
  REWARD_BATCHES_KNOWN,
  REWARD_BATCH_LATE_FACTOR,
  REWARD_EPOCHS_UNKNOWN,
} from '../thresholds.ts'
import {commandFor, isSilent, silentSince, type Rule} from '../rule.ts'

/** Only where L1 itself responds: one cause, one finding. */
const unreadable: Rule = (view) => {
  const {money, l1, setting} = view
  if (!isSilent(money) || !l1.known) return []
  return [
    {
      id: 'stake-unreadable',
      severity: 'warn',
      text: 'the stake cannot be read',
      cost: `The state of rewards and lock is unknown. ${money.reason}`,
      remedy: commandFor(setting, 'network check'),
      sources: ['money'],
      ...silentSince(money, view),
    },
  ]
}

const notWhitelisted: Rule = ({money, setting}) => {
  if (!money.known || !money.value.sequencer || money.value.ownerIsWhitelisted) return []
  if (money.value.sequencer.status === 'unlocked') return []
  return [
    {
      id: 'owner-not-whitelisted',
      severity: 'critical',
      text: 'the owner is no longer whitelisted',
      cost: 'It can neither claim, add, withdraw nor exit: the METIS stay locked until the network whitelists it again.',
      remedy: commandFor(setting, 'sequencer show'),
      sources: ['money'],
    },
  ]
}

const paused: Rule = ({money, setting}) => {
  if (!money.known || !money.value.paused) return []
  return [
    {
      id: 'pool-paused',
      severity: 'warn',
      text: 'the LockingPool is paused',
      cost: 'Nobody can lock, claim, withdraw or exit until its owner resumes it.',
      remedy: commandFor(setting, 'governance show'),
      sources: ['money'],
    },
  ]
}

const exiting: Rule = ({money, setting}) => {
  const sequencer = money.known ? money.value.sequencer : null
  if (!money.known || sequencer?.status !== 'inactive') return []
  const {freeAtSeconds} = sequencer
  const isOver = money.value.chainTimeSeconds >= freeAtSeconds
  return [
    {
      id: isOver ? 'exit-claimable' : 'exit-waiting',
      severity: isOver ? 'warn' : 'info',
      text: isOver
        ? `the METIS of sequencer ${sequencer.id} can be claimed`
        : `sequencer ${sequencer.id} is exiting until ${isoTime(freeAtSeconds)}`,
      cost: isOver
        ? 'They earn nothing, and the owner must stay whitelisted until the claim.'
        : 'It no longer earns; its METIS can be claimed then.',
      remedy: commandFor(setting, isOver ? 'exit finish' : 'exit status'),
      sources: ['money'],
      ...(isOver ? {sinceMs: Number(freeAtSeconds) * 1000} : {}),
    },
  ]
}

/** The usual length is the mean of all earlier batches: LockingPool counts both. */
const rewardLate: Rule = ({money, l2, setting}) => {
  const current = l2.known ? l2.value.epoch?.number : undefined
  if (!money.known || current === undefined || money.value.sequencer?.status !== 'active') return []
  const {rewardBatchId, rewardedUntilEpoch} = money.value
  const unpaid = current - 1n - rewardedUntilEpoch
  const batches = rewardBatchId - 1n
  const limit =
    batches < REWARD_BATCHES_KNOWN
      ? REWARD_EPOCHS_UNKNOWN
      : (rewardedUntilEpoch / batches + 1n) * REWARD_BATCH_LATE_FACTOR
  if (unpaid <= limit) return []
  return [
    {
      id: 'reward-batch-late',
      severity: 'warn',
      text: `${unpaid} finished epochs are not paid`,
      cost: `The last reward batch reached epoch ${rewardedUntilEpoch}; rewards earned since then are not credited.`,
      remedy: commandFor(setting, 'reward forecast'),
      sources: ['money', 'l2'],
    },
  ]
}

const notRegistered: Rule = ({money, setting}) => {
  if (!money.known || money.value.sequencer !== null) return []
  return [
    {
      id: 'not-registered',
      severity: 'info',
      text: 'the owner has no sequencer',
      cost: 'Without a lock it gets no epochs and earns nothing.',
      remedy: commandFor(setting, 'sequencer eligible'),
      sources: ['money'],
    },
  ]
}

const left: Rule = ({money, setting}) => {
  const sequencer = money.known ? money.value.sequencer : null
  if (sequencer?.status !== 'unlocked') return []
  return [
    {
      id: 'sequencer-inactive',
      severity: 'info',
      text: `sequencer ${sequencer.id} has left the pool`,
      cost: 'It gets no epochs and earns nothing.',
      remedy: commandFor(setting, 'sequencer eligible'),
      sources: ['money'],
    },
  ]
}

/** Advised only where the reward exceeds the cost even at an unrealistically low METIS price. */
const claimable: Rule = ({money, setting}) => {
  if (!money.known || !money.value.sequencer || !money.value.claim) return []
  const {rewardMetisWei} = money.value.sequencer
  const {costEthWei} = money.value.claim
  if (rewardMetisWei <= costEthWei * CAUTIOUS_METIS_PER_ETH) return []
  return [
    {
      id: 'reward-claimable',
      severity: 'info',
      text: `${formatWeiShort(rewardMetisWei)} METIS can be claimed`,
      cost: `A claim costs about ${formatWeiShort(costEthWei, 6)} ETH now.`,
      remedy: commandFor(setting, 'reward claim'),
      sources: ['money'],
    },
  ]
}

export const moneyRules: readonly Rule[] = [
  notWhitelisted,
  unreadable,
  paused,
  exiting,
  rewardLate,
  notRegistered,
  left,
  claimable,
]
