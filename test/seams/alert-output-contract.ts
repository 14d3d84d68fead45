import {expect} from 'vitest'

import {DeliveryError, type AlertOutput} from '../../src/services/alerts/output-port.ts'
import {messageWith} from '../helpers/alert-messages.ts'
import type {Rule} from './contract.ts'

export interface OutputScene {
  output: AlertOutput
  /** How the other side behaves from now on. */
  other: {mode: 'accepts' | 'fails' | 'hangs'}
  /** What the other side has got, readable, one text per delivery. */
  received(): string[]
  /** What must be in no payload and in no reason. */
  secrets: readonly string[]
}

const never = new AbortController().signal

async function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** What every place that alerts go to promises. */
export const outputContract: readonly Rule<OutputScene>[] = [
  {
    rule: 'one delivery says every notice, whom it is about, and what was lost',
    async holds({output, received}) {
      const message = messageWith(
        [{}, {type: 'cleared', alert: {text: 'the disk has 4.0 GiB left', severity: 'warn'}}],
        3,
      )
      await output.deliver(message, never)
      await expect.poll(() => received().length, {timeout: 5000}).toBe(1)
      const [text = ''] = received()
      for (const part of ['your node is not running', 'the disk has 4.0 GiB left', 'seq-1'])
        expect(text).toContain(part)
      expect(text).toMatch(/3 earlier notices|"dropped":3/)
    },
  },
  {
    rule: 'a delivery that is not accepted rejects with a reason',
    async holds({output, other}) {
      other.mode = 'fails'
      const error = await failureOf(output.deliver(messageWith(), never))
      expect(error).toBeInstanceOf(DeliveryError)
      expect((error as Error).message).toMatch(/^it|^the /)
    },
  },
  {
    rule: 'no secret is in a payload or in a reason',
    async holds({output, other, received, secrets}) {
      expect(secrets.length).toBeGreaterThan(0)
      await output.deliver(messageWith(), never)
      await expect.poll(() => received().length, {timeout: 5000}).toBe(1)
      other.mode = 'fails'
      const error = (await failureOf(output.deliver(messageWith(), never))) as Error
      const said = [...received(), String(error), JSON.stringify(error)].join('\n')
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([])
    },
  },
  {
    rule: 'it ends with its signal while the other side hangs',
    async holds({output, other}) {
      other.mode = 'hangs'
      const stop = new AbortController()
      const ended = failureOf(output.deliver(messageWith(), stop.signal))
      const limit = new AbortController()
      const late = new Promise<'late'>((resolve) => {
        const timer = setTimeout(() => resolve('late'), 3000)
        limit.signal.addEventListener('abort', () => clearTimeout(timer))
      })
      stop.abort()
      const first = await Promise.race([ended, late])
      limit.abort()
      expect(first).toBeInstanceOf(DeliveryError)
    },
  },
]
