import {formatWeiShort, shortHex} from '../../../lib/units.ts'
import type {WalletsLook} from '../../../services/live/wallets.ts'
import type {Around, Row} from '../model.ts'
import {row, textOf, toneOf} from '../rows.ts'

export function walletRows(
  {allowanceMetisWei, signerL2MetisWei, mpc}: WalletsLook,
  {snapshot, health, now}: Around,
): Row[] {
  const low = toneOf(health.issues, ['wallet-low']) ?? 'plain'
  return [
    row(
      'owner',
      textOf(
        snapshot.feeds.money,
        now,
        ({ownerEthWei, ownerMetisWei}) =>
          `${formatWeiShort(ownerEthWei)} ETH, ${formatWeiShort(ownerMetisWei)} METIS on L1`,
      ),
      low,
    ),
    row(
      'signer',
      signerL2MetisWei === null ? 'none' : `${formatWeiShort(signerL2MetisWei)} METIS on L2`,
    ),
    row(
      'MPC',
      mpc
        ? `${shortHex(mpc.address)}: ${formatWeiShort(mpc.l2MetisWei)} METIS on L2, ${formatWeiShort(mpc.l1EthWei)} ETH`
        : 'unknown',
    ),
    row(
      'allowance',
      allowanceMetisWei === null ? 'no owner' : `${formatWeiShort(allowanceMetisWei)} METIS left`,
    ),
  ]
}
