import {MetisSeqError} from '../lib/errors.ts'
import {assertMayWrite, writeOutput} from '../lib/files.ts'
import {stringifyJson} from '../lib/json.ts'
import type {Network} from '../protocol/network.ts'
import {chosenNetwork} from '../services/context.ts'
import {decodeInput, type DecodedInput} from '../services/explain/decode-transaction.ts'
import {openNamedSigner} from '../services/signers/open-signer.ts'
import {irreversibleName} from '../services/sending/transaction-cautions.ts'
import {assertHarmless, assertSignable, signFile} from '../services/sending/sign-file.ts'
import {signerOfAddress} from '../services/signers/signers.ts'
import {openConfig, type ConfigStore} from '../store/config.ts'
import {openHome, type Home} from '../store/home.ts'
import {readNetwork} from '../store/networks.ts'
import {decodedText} from '../ui/presenters/transaction.ts'
import type {Result} from './operator-command.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'
import type {CommandHost} from './operation-host.ts'

interface SignFlags extends PasswordFlags {
  output: string
  force: boolean
  timeout: number
  override?: string[] | undefined
  profile?: string | undefined
  network?: string | undefined
  key?: string | undefined
}

/** Shows the transactions of a file, asks for confirmation, and writes them signed. Opens no connection. */
export async function signTransactions(
  file: string,
  flags: SignFlags,
  host: CommandHost,
): Promise<Result> {
  const home = openHome()
  const config = openConfig(home)
  const input = await decodeInput(home, file)
  assertSignable(input)
  assertMayWrite(flags.output, {replace: flags.force})
  host.say(decodedText(input))
  host.keepForFailure(input)
  assertHarmless(input, expectedNetwork(home, flags), flags.override ?? [])
  const key = flags.key ?? keyOf(config, input)
  const count = input.transactions.length
  await consent(input, host)
  const signer = await openNamedSigner(key, {
    ...{home, config, timeoutMs: flags.timeout * 1000},
    ...passwordAccess(flags, host.mayAsk),
  })
  const signed = await signFile(input, signer)
  writeOutput(flags.output, `${stringifyJson(signed, 2)}\n`, {replace: flags.force})
  return {
    data: {
      ...signed,
      // The signed bytes are only in the file.
      transactions: signed.transactions.map(({label, hash}) => ({label, hash})),
      file: flags.output,
    },
    text: `Signed ${count} transaction(s) of ${signed.from}: ${flags.output}.\nNext: \`metis-seq tx send ${flags.output}\` on a machine that reaches the chain.`,
  }
}

/** Each irreversible call must be confirmed by name, as in the commands that send it. */
async function consent({transactions}: DecodedInput, host: CommandHost): Promise<void> {
  const count = transactions.length
  const question = `Sign ${count === 1 ? 'this transaction' : `these ${count} transactions`}?`
  const names = [...new Set(transactions.flatMap((each) => irreversibleName(each) ?? []))]
  if (names.length === 0) return host.confirm(question)
  for (const name of names) await host.confirmName(question, name)
}

/** From the flags or the profile in use. A signing-only machine may have neither. */
function expectedNetwork(home: Home, flags: SignFlags): Network | undefined {
  const name = chosenNetwork(home, flags)
  return name === undefined ? undefined : readNetwork(home, name)
}

function keyOf(config: ConfigStore, {from}: DecodedInput): string {
  const key = from === null ? undefined : signerOfAddress(config, from)
  if (key !== undefined) return key
  throw new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message: from ? `The key of ${from} is not on this machine.` : 'The file names no sender.',
    facts: {address: from ?? 'unknown'},
    hints: ['Pass `--key NAME`; `metis-seq signer list` shows the signers on this machine.'],
  })
}
