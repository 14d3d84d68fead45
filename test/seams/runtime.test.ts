import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {stringifyJson} from '../../src/lib/json.ts'
import {identifyProcess} from '../../src/lib/process-identity.ts'
import {openContext} from '../../src/services/context.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {requireRuntime} from '../../src/services/node/node-runtime.ts'
import type {NodeRuntime} from '../../src/services/node/runtime-port.ts'
import {openConfig} from '../../src/store/config.ts'
import {ME, nodeStatus} from '../helpers/dashboard-data.ts'
import {rpcAnswer, startHttpStub} from '../helpers/http-stub.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {runtimeContract, STUB_VERSION, type RuntimeScene} from './runtime-contract.ts'

type Wrap = (good: NodeRuntime, scene: Omit<RuntimeScene, 'runtime'>) => NodeRuntime

/** The program that is started answers as a node does, and makes no block. */
const program = join(import.meta.dirname, '../helpers/stub-node.ts')

/** What l2geth answers; see test/services/external-node.test.ts. */
const l2geth = rpcAnswer({
  eth_chainId: () => '0x440',
  eth_syncing: () => false,
  eth_getBlockByNumber: () => ({
    ...{number: '0x5', timestamp: '0x6b0af70c', transactions: []},
    hash: `0x${'ab'.repeat(32)}`,
  }),
})

/** @param node null: the node is the one behind the L2 endpoint */
const opening =
  (node: 'here' | 'elsewhere', wrap: Wrap = (good) => good): OpenScene<RuntimeScene> =>
  async () => {
    const stack = new AsyncDisposableStack()
    const temp = stack.use(makeTempHome())
    const stub = stack.use(await startHttpStub(l2geth))
    const ports = {host: '127.0.0.1', rpcPort: 1, peerPort: 2}
    createProfile(temp.home, openConfig(temp.home), {
      ...{name: 'me', network: 'andromeda', signer: ME, replace: false},
      endpoints: {l1: [stub.url], l2: node === 'here' ? [] : [stub.url], pos: null},
      node: node === 'here' ? {...ports, relayerKey: null, batchKey: null} : null,
    })
    const context = openContext({home: temp.home, timeoutSeconds: 20})
    stack.defer(() => context.close())
    const alive = () => {
      const file = temp.path('pids')
      const pids = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
      return pids.map(Number).filter((pid) => identifyProcess(pid) !== undefined)
    }
    stack.defer(() => {
      for (const pid of alive()) process.kill(pid, 'SIGKILL')
    })
    writeFileSync(temp.path('status.json'), stringifyJson({...nodeStatus, version: STUB_VERSION}))
    const dir = temp.home.nodeDir('me')
    const self = {file: 'env', args: [`STUB_NODE_DIR=${dir}`, process.execPath, program]}
    const rest = {options: {self}, alive}
    const runtime = wrap(requireRuntime(context), rest)
    return {...rest, runtime, [Symbol.asyncDispose]: () => stack.disposeAsync()}
  }

describeSeam<RuntimeScene>({
  name: 'NodeRuntime',
  rules: runtimeContract,
  implementations: {bundled: opening('here'), external: opening('elsewhere')},
  broken: [
    {
      fault: 'says that it stopped what it cannot stop',
      caughtBy: 'what it cannot do is refused with a reason and a way out, and nothing is touched',
      open: opening('elsewhere', (good) => ({...good, stop: async () => 'not-running'})),
    },
    {
      fault: 'says that it can do more than its kind',
      caughtBy: 'what it says that it can do is what its kind can do',
      open: opening('elsewhere', (good) => ({
        ...good,
        capabilities: {...good.capabilities, safeHead: true},
      })),
    },
    {
      fault: 'takes a port that answers for its own node',
      caughtBy: 'its account is of the kind that it says, and that it does not run is an answer',
      open: opening('here', (good) => ({
        ...good,
        status: async () => ({...(await good.status()), process: {pid: 1, isStopped: false}}),
      })),
    },
    {
      fault: 'returns before the node answers',
      caughtBy: 'a start ends with a node that answers, and a second one is refused',
      open: opening('here', (good) => ({
        ...good,
        start: async () => ({pid: process.pid, profile: good.profile}),
      })),
    },
    {
      fault: 'forgets the process that it stops',
      caughtBy: 'a stop leaves nothing of it, and one that does not run is told apart',
      open: opening('here', (good) => ({...good, stop: async () => 'stopped'})),
    },
    {
      fault: 'calls a restart an upgrade, whatever answers',
      caughtBy: 'an upgrade ends with the version that was asked for, or says which one answers',
      open: opening('here', (good) => ({
        ...good,
        upgrade: ({version: _version, ...options}) => good.restart(options),
      })),
    },
    {
      fault: 'restarts by leaving the old one alone',
      caughtBy:
        'a restart is another process in the place of the old one, and a start where there is none',
      open: opening('here', (good) => ({
        ...good,
        restart: async (options) => {
          const {running, pid} = good.process() ?? {running: false, pid: 0}
          return running ? {pid, profile: good.profile} : good.start(options)
        },
      })),
    },
    {
      fault: 'gives the first lines for the last ones',
      caughtBy: 'logs are the last lines, oldest first, and no more than were asked for',
      open: opening('here', (good) => ({
        ...good,
        logs: (lines) => good.logs(1000).slice(0, lines),
      })),
    },
  ],
})
