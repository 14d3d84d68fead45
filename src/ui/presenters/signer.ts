import {redactUrl} from '../../lib/redact.ts'
import type {SignerTest} from '../../services/signers/signer-test.ts'
import type {AnySigner, ListedSigner} from '../../services/signers/signers.ts'
import {fields, table} from './table.ts'

/** A signer for display: its endpoint by host only, and its files as paths. */
export function signerJson(signer: AnySigner) {
  const {name, kind, address, createdAt} = signer
  const remote = signer.kind === 'remote' ? signer : undefined
  return {
    ...{name, kind, address, createdAt},
    publicKey: 'publicKey' in signer ? signer.publicKey : null,
    backend: signer.kind === 'keystore' ? signer.backend : null,
    endpoint: remote ? redactUrl(remote.url) : null,
    api: remote?.api ?? null,
    tokenFile: remote?.tokenFile ?? null,
    caFile: remote?.caFile ?? null,
    certFile: remote?.certFile ?? null,
    keyFile: remote?.keyFile ?? null,
  }
}

export function signerListJson(listed: ListedSigner[]) {
  return {signers: listed.map(({signer, usedBy}) => ({...signerJson(signer), usedBy}))}
}

export function signerListText(listed: ListedSigner[]): string {
  if (listed.length === 0)
    return 'No signer yet. Run `metis-seq key create NAME` or `metis-seq signer add NAME --url URL`.'
  return table(
    ['signer', 'address', 'where', 'used by'],
    listed.map(({signer, usedBy}) => [
      signer.name,
      signer.address,
      whereOf(signer),
      usedBy.map(({profile, role}) => `${role} ${profile}`).join(', ') || '-',
    ]),
  )
}

export function signerText(signer: AnySigner): string {
  const {endpoint, api, tokenFile, caFile, certFile, publicKey} = signerJson(signer)
  const rows: [string, string | null][] = [
    ['signer', `${signer.name} (${kindWords[signer.kind]})`],
    ['address', signer.address],
    ['public key, 64 bytes', publicKey],
    ['endpoint', endpoint],
    ['asked by', api],
    ['token in', tokenFile],
    ['certificate authority', caFile],
    ['client certificate', certFile],
  ]
  return fields(rows.filter((row): row is [string, string] => row[1] !== null))
}

export function signerTestJson({signer, canSign, elapsedMs, safe}: SignerTest) {
  return {signer: signerJson(signer), canSign, elapsedMs, safe}
}

export function signerTestText({signer, canSign, elapsedMs, safe}: SignerTest): string {
  if (canSign)
    return `${signer.name} signed for ${signer.address} in ${elapsedMs} ms. The signed message is not valid on any chain.`
  if (safe)
    return [
      `${signer.name} is a Safe: ${safe.threshold} of ${safe.owners.length} owners sign.`,
      fields([
        ['address', signer.address],
        ['version', safe.version],
        ...safe.owners.map((owner): [string, string] => ['owner', owner]),
      ]),
      'With `--unsigned FILE`, sending commands write a batch for its transaction builder.',
    ].join('\n')
  return `${signer.name} is watch-only: nothing here signs for ${signer.address}. Use \`--unsigned FILE\` with sending commands.`
}

const kindWords: Record<AnySigner['kind'], string> = {
  keystore: 'a key of this machine',
  remote: 'signs on another machine',
  watch: 'only watched',
  safe: 'a Safe',
}

function whereOf(signer: AnySigner): string {
  if (signer.kind === 'keystore') return signer.backend
  return signer.kind === 'remote' ? redactUrl(signer.url) : signer.kind
}
