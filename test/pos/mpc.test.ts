import {privateKeyToAccount} from 'viem/accounts'
import {expect, test} from 'vitest'

import {MPC_TYPES, soloMpc} from '../../src/pos/mpc.ts'

// Key pair and peer id of the libp2p specification, peer-ids, test vectors.
const account = privateKeyToAccount(
  '0x53dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb',
)
const compressed = '037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99'

test('the one participant has the compressed key and its libp2p id', () => {
  const {mpc_pubkey, participants, threshold, mpc_address} = soloMpc(account, 0)
  expect(Buffer.from(mpc_pubkey, 'base64').toString('hex')).toBe(compressed)
  expect(participants).toEqual([
    {
      id: '16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY',
      moniker: account.address.toLowerCase(),
      key: mpc_pubkey,
    },
  ])
  expect({threshold, mpc_address}).toEqual({
    threshold: 0,
    mpc_address: account.address.toLowerCase(),
  })
})

test('each type has an id of its own that stays', () => {
  const ids = MPC_TYPES.map((type) => soloMpc(account, type).mpc_id)
  expect(new Set(ids).size).toBe(4)
  expect(ids).toEqual(MPC_TYPES.map((type) => soloMpc(account, type).mpc_id))
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
})
