import {privateKeyToAccount} from 'viem/accounts'

import {createLogger, type LogLevel} from '../lib/log.ts'
import {openLogSink} from '../lib/log-file.ts'
import {startPos, type Pos} from '../pos/start-pos.ts'
import type {Context} from '../services/context.ts'
import {readPrivateKey, type KeyAccess} from '../services/keys/keys.ts'

export interface PosSettings {
  dataDir: string
  host: string
  hostNames: readonly string[]
  port: number
  mpcKey: string
  rewardBatchEpochs: number
  respanExtensionBlocks: number
  level: LogLevel
}

/** Opens the MPC key and starts the consensus layer in this process. */
export async function runPos(
  context: Context,
  access: KeyAccess,
  settings: PosSettings,
): Promise<Pos> {
  const {dataDir, host, hostNames, port, mpcKey, rewardBatchEpochs, respanExtensionBlocks, level} =
    settings
  return startPos({
    network: context.network,
    tls: context.tls(),
    dataDir,
    listen: {host, hostNames, port},
    mpcAccount: privateKeyToAccount(await readPrivateKey(mpcKey, access)),
    logger: createLogger({part: 'pos', level, write: openLogSink()}),
    rewardBatchEpochs,
    respanExtensionBlocks,
  })
}
