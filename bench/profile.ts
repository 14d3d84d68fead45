/** In: profiles that Node.js writes of a process. Out: the part of its main thread that each stage takes. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Stages of a node in the order of one transaction, and the sources that each is made of. */
const STAGES: readonly {stage: string; sources: RegExp}[] = [
  {stage: 'parse', sources: /src\/protocol\/(?:transaction|rlp)\.ts$/},
  {stage: 'recover (main thread)', sources: /src\/node\/rpc\/sender-recovery\.ts$/},
  {stage: 'pool', sources: /src\/node\/(?:mempool\/|rpc\/accept-transaction|door)/},
  {stage: 'journal', sources: /src\/node\/store\/pool-journal|src\/store\/pool-journal/},
  {stage: 'forward', sources: /src\/node\/peers\/(?:forwarder|requests)/},
  {stage: 'gossip', sources: /src\/node\/peers\/|node_modules\/.*(?:libp2p|yamux|noise|protobuf)/},
  {stage: 'history and receipts', sources: /src\/node\/(?:history\/|engine\/block-receipts)/},
  {stage: 'engine ingest and seal', sources: /src\/node\/engine\/|src\/lib\/rpc-socket/},
  {stage: 'log', sources: /src\/node\/store\/|src\/store\/|src\/lib\/sqlite/},
  {stage: 'build, check, import', sources: /src\/node\/sequencing\/|src\/protocol\/block/},
  {stage: 'RPC and HTTP', sources: /src\/node\/rpc\/|src\/lib\/(?:http|json)|node:/},
]
/** Of no source that a stage names. */
export const OTHER = 'other'
const IDLE: readonly string[] = ['(idle)', '(program)', '(root)']

interface CallFrame {
  functionName: string
  url: string
}

interface Profile {
  /** Microseconds of the monotonic clock. */
  startTime: number
  samples: number[]
  timeDeltas: number[]
  nodes: {id: number; callFrame: CallFrame; children?: number[]}[]
}

/** Of the samples between two moments, by stage, in parts of 1. Idle time does not count. */
export type StageParts = Map<string, number>

/**
 * @param dir where `--cpu-prof` wrote
 * @param from microseconds of the monotonic clock
 */
export function stagePartsOf(dir: string, pid: number, from: number, to: number): StageParts {
  const name = readdirSync(dir).find((file) => file.includes(`.${pid}.0.`))
  if (name === undefined) throw new Error(`There is no profile of process ${pid}.`)
  const profile = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Profile
  const stageOf = stages(profile)
  const spent = new Map<string, number>()
  let at = profile.startTime
  let busy = 0
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index]!
    at += delta
    const stage = stageOf.get(id)
    if (at < from || at > to || stage === undefined) return
    spent.set(stage, (spent.get(stage) ?? 0) + delta)
    busy += delta
  })
  return new Map([...spent].map(([stage, time]) => [stage, time / busy]))
}

export const stageNames: readonly string[] = [
  ...STAGES.map(({stage}) => stage),
  'garbage collection',
  OTHER,
]

/** Stage of each node of the call tree: that of its innermost frame of ours, then of the library's or of Node.js. */
function stages({nodes}: Profile): Map<number, string | undefined> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parent = new Map(
    nodes.flatMap(({id, children = []}) => children.map((child) => [child, id])),
  )
  const known = new Map<number, string | undefined>()
  for (const {id, callFrame} of nodes) {
    if (IDLE.includes(callFrame.functionName)) {
      known.set(id, undefined)
      continue
    }
    if (callFrame.functionName === '(garbage collector)') {
      known.set(id, 'garbage collection')
      continue
    }
    const urls: string[] = []
    for (let at: number | undefined = id; at !== undefined; at = parent.get(at)) {
      urls.push(byId.get(at)!.callFrame.url)
    }
    const stageOf = (wanted: (url: string) => boolean) =>
      urls.flatMap((url) => (wanted(url) ? (stageOfSource(url) ?? []) : []))[0]
    known.set(id, stageOf((url) => url.includes('/src/')) ?? stageOf(() => true) ?? OTHER)
  }
  return known
}

function stageOfSource(url: string): string | undefined {
  return STAGES.find(({sources}) => sources.test(url))?.stage
}
