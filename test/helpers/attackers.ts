/**
 * Attackers in a process of their own, as other people's machines are: their work costs the attacked nodes
 * nothing but what it makes them do.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'

import {attacks, type Target} from './attacks.ts'

interface Order {
  attack: keyof typeof attacks
  target: Omit<Target, 'head'>
  name: string
}

type Message = {id: number; order: Order} | {heads: Record<string, ReturnType<Target['head']>>}

/** @param targets their heads are told to the attackers ten times a second */
export async function startAttackers(targets: readonly Target[]) {
  const child = spawn(process.execPath, [import.meta.filename, 'attack'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  const waiting = new Map<number, () => void>()
  child.on('message', (id: number) => waiting.get(id)?.())
  const tell = () =>
    child.send({heads: Object.fromEntries(targets.map((each) => [each.peerAddress, each.head()]))})
  tell()
  const timer = setInterval(tell, 100)
  let next = 0
  return {
    pid: child.pid!,
    /** Resolves when the attack is over. */
    async attack(order: Order): Promise<void> {
      const id = next++
      const over = new Promise<void>((resolve) => waiting.set(id, resolve))
      child.send({id, order})
      await over
      waiting.delete(id)
    },
    async stop(): Promise<void> {
      clearInterval(timer)
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

if (process.argv[2] === 'attack' && process.send) {
  let heads: Record<string, ReturnType<Target['head']>> = {}
  process.on('message', (message: Message) => {
    if ('heads' in message) heads = message.heads
    else void carryOut(message.order).then(() => process.send!(message.id))
  })
  const carryOut = async ({attack, target, name}: Order) => {
    await attacks[attack]({...target, head: () => heads[target.peerAddress]!}, name)
  }
  process.send(-1)
}
