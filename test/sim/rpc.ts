/** JSON-RPC between processes of the simulation: it takes time, and the other side may be gone. */
import {RpcResponseError, RpcTransportError, type RpcClient} from '../../src/lib/json-rpc.ts'
import type {Random} from './random.ts'
import type {Faults} from './setup.ts'
import type {Owner, World} from './world.ts'

export interface RpcLink {
  world: World
  /** Who asks. */
  owner: Owner
  url: string
  timeoutMs: number
  random: Random
  faults(): Faults
  /** `silent` swallows requests, as a cut line does. */
  state(): 'up' | 'refused' | 'silent'
  answer(method: string, params: readonly unknown[]): unknown
}

export function simRpc(link: RpcLink): RpcClient {
  const {world, owner, url, timeoutMs, random, faults} = link

  async function request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    if (!owner.alive) return new Promise(() => {})
    if (random.chance(faults().slowRead)) {
      await new Promise<void>((resolve) => void world.at(300, owner, `slow ${method}`, resolve))
    }
    const state = link.state()
    if (state === 'refused') throw transportError('refused', url)
    return new Promise((resolve, reject) => {
      const stopWaiting = world.at(timeoutMs, owner, `no answer to ${method}`, () =>
        reject(transportError('timeout', url)),
      )
      if (state === 'silent') return
      Promise.resolve()
        .then(() => link.answer(method, params))
        .then(resolve, reject)
        .finally(stopWaiting)
    })
  }

  return {
    url,
    request,
    batch: async (calls) => {
      const answers = calls.map(({method, params}) => request(method, params))
      return Promise.all(
        answers.map((answer) =>
          answer.catch((error: unknown) => {
            if (error instanceof RpcResponseError) return error
            throw error
          }),
        ),
      )
    },
    close: () => {},
  }
}

function transportError(reason: 'refused' | 'timeout', url: string): RpcTransportError {
  return new RpcTransportError({reason, url, message: `The endpoint is ${reason}.`})
}
