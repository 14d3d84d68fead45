import type {Hash} from 'viem'

type Request = (method: string, params: unknown[]) => Promise<unknown>

/** A transaction whose sender the chain plays, mined and successful when it resolves. */
export async function sendMined(request: Request, transaction: object): Promise<Hash> {
  const hash = (await request('eth_sendTransaction', [transaction])) as Hash
  for (;;) {
    const receipt = await request('eth_getTransactionReceipt', [hash])
    if (receipt === null) continue
    if ((receipt as {status: string}).status === '0x1') return hash
    throw new Error(`The transaction ${hash} reverted.`)
  }
}
