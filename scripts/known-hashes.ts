import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {toFunctionHash, toFunctionSignature, type AbiFunction} from 'viem'

const KNOWN = '\0known-hashes'

/**
 * The hashes of the functions that commands read, computed here: the first ten hashes of a process, before the engine has
 * compiled the function, take as long as an answer of a near endpoint.
 */
export function knownHashes(root: string) {
  return {
    name: 'known-hashes',
    resolveId: (source: string) => (source === KNOWN ? KNOWN : null),
    async load(id: string) {
      if (id !== KNOWN) return null
      return `export const known = new Map(${JSON.stringify(await hashesOf(join(root, 'src/chain/abis')))})`
    },
    transform(code: string, id: string) {
      if (!/viem._esm.utils.hash.hashSignature\.js$/.test(id)) return null
      if (!code.includes('return hash(sig);'))
        throw new Error('viem hashes signatures in another way.')
      return `import {known} from ${JSON.stringify(KNOWN)};\n${code.replace('hash(sig)', 'known.get(sig) ?? hash(sig)')}`
    },
  }
}

async function hashesOf(dir: string): Promise<[signature: string, hash: string][]> {
  const abis: unknown[] = []
  for (const name of readdirSync(dir).toSorted()) {
    abis.push(...Object.values((await import(pathToFileURL(join(dir, name)).href)) as object))
  }
  const views = abis.filter(Array.isArray).flat().filter(isView)
  return [...new Map(views.map((item) => [toFunctionSignature(item), toFunctionHash(item)]))]
}

function isView(item: Partial<AbiFunction>): item is AbiFunction {
  return item.type === 'function' && item.stateMutability === 'view'
}
