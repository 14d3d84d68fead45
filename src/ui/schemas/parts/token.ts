import type {amountJson, tokenJson} from '../../presenters/token.ts'
import {address, count, digits, object, shared, text} from '../build.ts'

const fields = {
  symbol: text('Symbol of the token.'),
  address: address('Address of the token on L2.'),
  decimals: count('Decimals of the token.'),
}

export const token = shared('token', object<ReturnType<typeof tokenJson>>('A token on L2.', fields))

export const tokenAmount = shared(
  'tokenAmount',
  object<ReturnType<typeof amountJson>>('An amount of a token.', {
    ...fields,
    units: digits('The amount in the smallest units of the token.'),
  }),
)
