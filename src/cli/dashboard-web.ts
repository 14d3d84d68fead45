/** `dashboard --web`: from flags to a running page. */
import {join} from 'node:path'

import {Errors, Flags} from '@oclif/core'

import {readToken} from '../lib/bearer-token.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {isLoopbackHost} from '../lib/host-names.ts'
import type {HttpServer} from '../lib/http-server.ts'
import type {SnapshotStore} from '../lib/snapshot-store.ts'
import {lstName} from '../protocol/lst/providers.ts'
import type {RateHistories} from '../services/live/rate-histories.ts'
import type {LstHistory} from '../services/lst/history.ts'
import {ratePlot} from '../ui/presenters/rate-plot.ts'
import {toWebFrame, type WebPicture} from '../ui/web/frame.ts'
import {readWebAssets, serveWeb} from '../ui/web/server.ts'
import type {SnapshotSource} from './dashboard-source.ts'
import {hostFlag, quote} from './flags.ts'

interface Listen {
  host: string
  port: number
}

const listenFlag = Flags.custom<Listen>({
  helpValue: 'HOST:PORT',
  parse: async (text) => {
    const [, name, port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i.exec(text) ?? []
    if (name === undefined || Number(port) > 65_535) {
      throw new Errors.CLIError(`${quote(text)} is not HOST:PORT, such as 127.0.0.1:8090.`)
    }
    return {host: name.replace(/^\[(.*)\]$/, '$1'), port: Number(port)}
  },
})

export const webFlags = {
  web: listenFlag({
    description: 'Serve the dashboard as a read-only page; port 0 takes a free one.',
    exclusive: ['once'],
  }),
  'web-token-file': Flags.string({
    description: 'File with the token that readers of the page need.',
    helpValue: 'FILE',
    dependsOn: ['web'],
  }),
  'web-host': hostFlag({
    description: 'Additional name under which the page is reached.',
    multiple: true,
    dependsOn: ['web'],
  }),
}

export interface WebFlags {
  web?: Listen | undefined
  'web-token-file'?: string | undefined
  'web-host'?: string[] | undefined
}

/**
 * Starts the page.
 *
 * @param root of the package
 * @throws {MetisSeqError} WEB_TOKEN_MISSING, WEB_TOKEN_INVALID, PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function startWeb(
  source: SnapshotSource,
  {host, port}: Listen,
  {
    root,
    hostNames,
    tokenFile,
    rates,
    onError,
  }: {
    root: string
    hostNames: readonly string[] | undefined
    tokenFile: string | undefined
    /** Null where nothing is read, as in a replay. */
    rates: SnapshotStore<RateHistories> | null
    onError(error: unknown): void
  },
): Promise<HttpServer> {
  const token = tokenFile === undefined ? null : readToken(tokenFile, 'WEB_TOKEN_INVALID')
  if (token === null && !isLoopbackHost(host)) throw tokenMissing(host)
  const assets = readWebAssets(join(root, 'dist', 'page'))
  const {build} = assets
  const frame = () => {
    const {snapshot, now} = source.frame()
    const pictures = ratePictures(rates?.get()).map(({picture}) => picture)
    return toWebFrame(snapshot, now, {mode: source.mode, build, pictures})
  }
  const picture = (path: string) => {
    const found = ratePictures(rates?.get()).find((each) =>
      each.picture.path.startsWith(`${path}?`),
    )
    return found && ratePlot(found.history)
  }
  return serveWeb({host, port, hostNames, token, assets, frame, picture, onError})
}

/** The rate and the pool price of each provider, as `lst history --plot` draws them. */
function ratePictures(
  histories: RateHistories | undefined,
): {picture: WebPicture; history: LstHistory}[] {
  return [...(histories ?? [])].map(([id, {history, atMs}]) => ({
    history,
    picture: {
      path: `/rate-${id}.svg?${atMs}`,
      title: `${lstName(id)}, 30 days`,
      text: `Rate and pool price of ${lstName(id)} over 30 days; \`metis-seq lst history ${id}\` has the figures.`,
    },
  }))
}

/** A name may resolve to any address, so only names and addresses of the loopback interface count. */
function tokenMissing(host: string): MetisSeqError {
  return new MetisSeqError({
    code: 'WEB_TOKEN_MISSING',
    message: `${host} can be reached from other machines, and the page has no token.`,
    facts: {host},
    hints: [
      'Run `openssl rand -hex 32 > page.token && chmod 600 page.token`, and pass `--web-token-file page.token`.',
      'Or listen on 127.0.0.1, and reach it with `ssh -L 8090:127.0.0.1:8090 HOST`.',
    ],
  })
}
