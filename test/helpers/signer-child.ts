/**
 * A signer of blocks and transactions in a process of its own: Web3Signer's REST for one test account.
 * Arguments: the name of the account, its bearer token, a port or 0.
 */
import {accountOf} from './l2-chain.ts'
import {startWeb3SignerStub} from './web3signer-stub.ts'

const [name = '', token = '', port = '0'] = process.argv.slice(2)
const {url} = await startWeb3SignerStub(accountOf(name), token, Number(port))
process.stdout.write(`${url}\n`)
