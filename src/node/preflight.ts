import {MetisSeqError} from '../lib/errors.ts'
import {RpcResponseError, RpcTransportError, type RpcClient} from '../lib/json-rpc.ts'
import {redactUrl} from '../lib/redact.ts'
import {signerMismatch} from '../protocol/block.ts'
import {isSignedBy} from '../protocol/block-signer.ts'
import {readGenesis, type Genesis} from './engine/genesis.ts'
import type {NodeOptions} from './node-options.ts'

/**
 * Rejects parts that do not belong together, before anything is opened.
 *
 * @throws {MetisSeqError} NOT_BUNDLED, GENESIS_UNREADABLE, GENESIS_MISMATCH, WRONG_CHAIN,
 * SIGNER_MISMATCH
 */
export async function checkOptions(options: NodeOptions, l1: RpcClient): Promise<Genesis> {
  const {network, signerAccount} = options
  const {bundled, chainId} = network.l2
  if (!bundled) {
    throw new MetisSeqError({
      code: 'NOT_BUNDLED',
      message: `The network ${network.name} only runs external nodes; a bundled node cannot join.`,
      facts: {network: network.name},
    })
  }
  const genesis = readGenesis(bundled.genesisFile)
  if (genesis.chainId !== chainId) {
    throw wrongChain('genesis document', chainId, genesis.chainId, bundled.genesisFile)
  }
  if (genesis.fingerprint !== bundled.fingerprint) {
    throw new MetisSeqError({
      code: 'GENESIS_MISMATCH',
      message: `The genesis document or engine does not match network ${network.name}.`,
      facts: {
        file: bundled.genesisFile,
        expected: bundled.fingerprint,
        actual: genesis.fingerprint,
      },
      hints: ['Copy the genesis document of the network again and check the engine version.'],
    })
  }
  if (genesis.nativeToken && network.kind !== 'local') throw onlyLocal(bundled.genesisFile)
  // A text that is not a block, so its signature is useless to others.
  const probe = Buffer.from(`A node of ${network.name} starts.`, 'utf8')
  if (!isSignedBy(signerAccount, probe, await signerAccount.sign(probe))) {
    throw signerMismatch(signerAccount.address)
  }
  await assertL1Chain(options, l1)
  return genesis
}

/** Its engine lets any account move the balance of any other. */
function onlyLocal(file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'GENESIS_UNREADABLE',
    message: `The genesis document ${file} lets any account move METIS of others, which only a local network may.`,
    facts: {file},
    hints: ['Remove `nativeToken` from its `config`.'],
  })
}

/** An unreachable L1 does not stop the L2; a wrong L1 does. */
async function assertL1Chain({network, l1RpcUrl}: NodeOptions, l1: RpcClient): Promise<void> {
  let found: number
  try {
    found = Number(await l1.request('eth_chainId'))
  } catch (error) {
    if (error instanceof RpcTransportError || error instanceof RpcResponseError) return
    throw error
  }
  if (found === network.l1.chainId) return
  throw wrongChain('L1 endpoint', network.l1.chainId, found, redactUrl(l1RpcUrl))
}

function wrongChain(what: string, expected: number, actual: number, where: string): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_CHAIN',
    message: `The ${what} serves chain ${actual}, but this network needs chain ${expected}.`,
    exit: 'config',
    facts: {where, expectedChainId: `${expected}`, actualChainId: `${actual}`},
  })
}
