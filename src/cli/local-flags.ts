import {Flags} from '@oclif/core'

import {MetisSeqError} from '../lib/errors.ts'
import {optionalDurationFlag} from './flags.ts'
import {localParts, type LocalPart} from '../protocol/local-parts.ts'
import {defaultSettings, type LocalSettings} from '../local/settings.ts'

/** Options for creating a local network. */
export const localSettingFlags = {
  nodes: Flags.integer({
    description: 'Number of sequencers at the start.',
    default: defaultSettings.nodes,
    min: 1,
    max: 8,
  }),
  'slot-ms': Flags.integer({
    description: 'Length of an L2 block slot in milliseconds.',
    default: defaultSettings.slotMs,
    min: 100,
    max: 60_000,
  }),
  'l1-block-seconds': Flags.integer({
    description: 'Seconds between L1 blocks (12 on Ethereum).',
    default: defaultSettings.l1BlockSeconds,
    min: 1,
    max: 60,
  }),
  'epoch-length': Flags.integer({
    description: 'Blocks per epoch.',
    default: defaultSettings.epochLength,
    min: 4,
    max: 100_000,
  }),
  'respan-delay': Flags.integer({
    description: 'Seconds without a block before the producer is replaced.',
    default: defaultSettings.respanDelaySeconds,
    min: 2,
    max: 3600,
  }),
  'reward-batch-epochs': Flags.integer({
    description: 'Finished epochs per reward batch.',
    default: defaultSettings.rewardBatchEpochs,
    min: 2,
    max: 1000,
  }),
  'blocks-before-fork': Flags.integer({
    description: 'Blocks between the L2 genesis and block 16,500,000.',
    default: defaultSettings.blocksBeforeFork,
    min: 0,
    max: 100_000,
  }),
  'base-port': Flags.integer({
    description: 'First port, used by L1; the others follow.',
    default: defaultSettings.basePort,
    min: 1024,
    max: 65_000,
  }),
  'mainnet-rules': Flags.boolean({
    description: 'Use the LockingPool with the two rules that only mainnet enforces.',
    default: defaultSettings.mainnetRules,
    allowNo: true,
  }),
  with: Flags.custom<LocalPart[]>({
    description: `Optional parts, separated by commas: ${localParts.join(', ')} (liquid staking, the markets around it).`,
    helpValue: localParts.join(','),
    parse: async (text) => parseParts(text),
  })(),
  'lst-delay': optionalDurationFlag({
    description:
      'With --with lst: delay of every provider, such as 60s, so that claims can be rehearsed. Default: those that they promise, from 1 to 20 days.',
  }),
}

/** @throws {MetisSeqError} USAGE for an unknown part */
function parseParts(text: string): LocalPart[] {
  const given = text.split(',').map((word) => word.trim())
  const unknown = given.filter((word) => !localParts.some((part) => part === word))
  if (unknown.length === 0) return localParts.filter((part) => given.includes(part))
  throw new MetisSeqError({
    code: 'USAGE',
    message: `--with takes ${localParts.join(' and ')}, not ${JSON.stringify(unknown[0])}.`,
  })
}

export interface LocalSettingFlags {
  nodes: number
  'slot-ms': number
  'l1-block-seconds': number
  'epoch-length': number
  'respan-delay': number
  'reward-batch-epochs': number
  'blocks-before-fork': number
  'base-port': number
  'mainnet-rules': boolean
  with?: LocalPart[] | undefined
  'lst-delay'?: number | undefined
}

/** @throws {MetisSeqError} USAGE for a delay without providers */
export function toLocalSettings(flags: LocalSettingFlags): LocalSettings {
  const delay = flags['lst-delay']
  if (delay !== undefined && !flags.with?.includes('lst')) {
    throw new MetisSeqError({code: 'USAGE', message: '--lst-delay needs --with lst.'})
  }
  return {
    nodes: flags.nodes,
    slotMs: flags['slot-ms'],
    l1BlockSeconds: flags['l1-block-seconds'],
    epochLength: flags['epoch-length'],
    respanDelaySeconds: flags['respan-delay'],
    rewardBatchEpochs: flags['reward-batch-epochs'],
    blocksBeforeFork: flags['blocks-before-fork'],
    basePort: flags['base-port'],
    mainnetRules: flags['mainnet-rules'],
    with: flags.with ?? [],
    ...(delay === undefined ? {} : {lstDelaySeconds: delay}),
  }
}
