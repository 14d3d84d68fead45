import {readSafe, type Safe} from '../../chain/actions/safe/read-safe.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Context} from '../context.ts'
import {openSigner, type KeyAccess} from '../keys/keys.ts'
import {openRemote} from './open-signer.ts'
import {proveSigner} from './signer-proof.ts'
import {findSigner, type AnySigner} from './signers.ts'

/** Result of a signer test. */
export interface SignerTest {
  signer: AnySigner
  /** True when it just signed with the right key. */
  canSign: boolean
  /** Of the signature; null when nothing was signed. */
  elapsedMs: number | null
  /** Owners and threshold, for a Safe. */
  safe: Safe | null
}

/**
 * Tests a signer: one that can sign signs something harmless, and a Safe is read from L1.
 *
 * @throws {MetisSeqError} SIGNER_NOT_FOUND, NOT_A_SAFE and those of the signer
 */
export async function testSigner(
  name: string,
  {access, context, timeoutMs}: {access: KeyAccess; context(): Context; timeoutMs: number},
): Promise<SignerTest> {
  const signer = findSigner(access.config, name)
  if (signer.kind === 'keystore' || signer.kind === 'remote') {
    const opened =
      signer.kind === 'remote' ? openRemote(signer, timeoutMs) : await openSigner(name, access)
    const {elapsedMs} = await proveSigner(opened, context().network.l1.chainId)
    return {signer, canSign: true, elapsedMs, safe: null}
  }
  const safe = signer.kind === 'safe' ? await requireSafe(signer, context()) : null
  return {signer, canSign: false, elapsedMs: null, safe}
}

/**
 * The Safe at an address of L1.
 *
 * @throws {MetisSeqError} NOT_A_SAFE
 */
export async function requireSafe(
  {name, address}: Pick<AnySigner, 'name' | 'address'>,
  context: Context,
): Promise<Safe> {
  const safe = await readSafe(context.l1().client, address)
  if (safe) return safe
  throw new MetisSeqError({
    code: 'NOT_A_SAFE',
    message: `${address} is not a Safe on L1 of ${context.networkName}.`,
    facts: {signer: name, address, network: context.networkName},
    hints: [`Add it with the right address: \`metis-seq signer add ${name} --safe ADDRESS\`.`],
  })
}
