/**
 * Forecasts against the epochs that came, with a change of stakes in the middle; successors against the takeovers that
 * came; restarts against the turns of the node.
 */
import {until} from '../e2e/local.ts'
import type {Drill} from './drill.ts'
import {LocalNetwork, pause, signalIfThere, type LocalNode} from './local-network.ts'

interface ForecastRow {
  number: string
  label: string
  basis: string
  signer: string | null
}

interface Forecast {
  epochs: ForecastRow[]
  doubt: string | null
  confidence: string
  backTest: {tested: number; hits: number; chance: number} | null
  shares: {signer: string; power: number}[]
}

export const drill: Drill = {
  options: {epochs: 30, respans: 10, restarts: 20, slotMs: 500, port: 27_545},
  async run(options, say) {
    const {epochs = 30, respans = 10, restarts = 20, slotMs = 500, port = 27_545} = options
    const settings = {nodes: 3, basePort: port, slotMs, respanDelaySeconds: 12, epochLength: 10}
    const network = await LocalNetwork.up(settings)
    try {
      return [
        ...(await forecasts(network, epochs, say)),
        ...(await successors(network, respans, say)),
        ...(await restartsOffDuty(network, restarts, say)),
      ]
    } finally {
      await network.remove()
    }
  },
}

type Say = (line: string) => void

/**
 * Three equal stakes are proven by seven draws. The first epochs, one that a respan has set and one of
 * bad luck with the look leave a margin.
 */
const PROVEN_WITHIN_EPOCHS = 10
/** So many epochs are drawn from the new stakes, and foretold before. */
const EPOCHS_AFTER_CHANGE = 8

/** What was foretold of an epoch, with the stakes it was drawn from. */
interface Foretold extends ForecastRow {
  stakes: string
}

async function forecasts(network: LocalNetwork, count: number, say: Say): Promise<string[]> {
  const foretold: Foretold[] = []
  const labels: string[] = []
  const broken: string[] = []
  const first = await newestEpoch(network)
  let changedAt: number | undefined
  let provenAt: number | undefined
  const isOver = (newest: number) =>
    newest >= first + count && newest >= (changedAt ?? Infinity) + EPOCHS_AFTER_CHANGE
  for (let newest = first; !isOver(newest); newest = await newestEpoch(network)) {
    const forecast = await read<Forecast>(network, 'epoch forecast --count 40')
    const stakes = forecast.shares
      .map(({signer, power}) => `${signer}:${power}`)
      .toSorted()
      .join()
    foretold.push(...forecast.epochs.map((epoch) => ({...epoch, stakes})))
    if (forecast.confidence === 'proven' && provenAt === undefined) {
      provenAt = newest
      const {tested, chance} = forecast.backTest!
      say(`proven in epoch ${newest} by ${tested} draws, a guess would be right with ${chance}`)
    }
    const label = `${forecast.confidence}${forecast.doubt === null ? '' : `: ${forecast.doubt}`}`
    if (labels.at(-1) !== label) {
      labels.push(label)
      say(`epoch ${newest}: ${label}`)
    }
    if (newest > first + count + PROVEN_WITHIN_EPOCHS && provenAt === undefined) break
    if (provenAt !== undefined && changedAt === undefined && newest >= first + count / 2) {
      await network.cli.data('local fund --profile seq-2 --metis 5000')
      await network.cli.data('stake increase --amount 5000 --profile seq-2 --yes')
      const pending = await read<Forecast>(network, 'epoch forecast --count 40')
      const isDoubted = pending.epochs.every(
        ({basis, label: word}) => basis !== 'selection' || word !== 'exact',
      )
      const isKnown = pending.shares.some(({power}) => power > 20_000)
      if (!isDoubted && !isKnown)
        broken.push('a stake on its way to the consensus layer was not told')
      changedAt = await newestEpoch(network)
    }
    await pause(network.slotMs * 2)
  }
  const {epochs} = await read<{epochs: CameEpoch[]}>(
    network,
    `epoch list --count ${(await newestEpoch(network)) + 5}`,
  )
  const [right, moved] = compare(epochs, foretold, broken)
  const respanned = epochs.filter(({takeover}) => takeover).length
  say(
    `forecasts: ${right} exact ones came true, ${moved} were of stakes that changed, ${broken.length} wrong; ${respanned} epochs were set by a respan`,
  )
  if (respanned > count / 4) broken.push('hardly any epoch was as planned')
  if (moved === 0) broken.push('the change of stakes has moved no draw')
  if (right === 0) broken.push('no exact forecast was seen')
  if ((provenAt ?? Infinity) > Math.max(first, PROVEN_WITHIN_EPOCHS))
    broken.push(`draws were proven in epoch ${provenAt ?? 'none'}`)
  return broken
}

interface CameEpoch {
  number: string
  signer: string
  takeover: boolean
}

/** Counts the exact forecasts that came true, and those of stakes that changed before the draw. */
function compare(
  epochs: readonly CameEpoch[],
  foretold: readonly Foretold[],
  broken: string[],
): [right: number, moved: number] {
  let [right, moved] = [0, 0]
  // Exact only while no producer falls silent: on a busy machine one may, at the start.
  for (const {number, signer} of epochs.filter(({takeover}) => !takeover)) {
    const about = foretold.filter((each) => each.number === number)
    // It was drawn between these two looks. If the stakes changed there, nobody knows which were drawn from.
    const before = about.findLast(({basis}) => basis === 'selection')?.stakes
    const after = about.find(({basis}) => basis === 'planned' || basis === 'committed')?.stakes
    for (const each of about.filter(({label}) => label === 'exact')) {
      const isOfOthers = each.stakes !== before || before !== after
      if (each.signer?.toLowerCase() === signer.toLowerCase()) right++
      // Exact only while the stakes stand, as it says.
      else if (each.basis === 'selection' && isOfOthers) moved++
      else
        broken.push(
          `epoch ${number} was foretold as ${each.basis} for ${each.signer}, and came from ${signer}`,
        )
    }
  }
  return [right, moved]
}

async function successors(network: LocalNetwork, count: number, say: Say): Promise<string[]> {
  const broken: string[] = []
  for (let round = 1; round <= count; round++) {
    await network.settled(60_000)
    const victim = await network.producer()
    if (!victim) throw new Error('nobody knows whose turn it is')
    const others = network.nodes.filter((node) => node !== victim)
    const {name: watcher} = others[0]!
    signalIfThere(network.nodePid(victim)!, 'SIGSTOP')
    const head = await standing(network, others)
    const foretold = await read<{startBlock: string; attempts: {signer: string | null}[]}>(
      network,
      `epoch successor --timeout 1 --profile ${watcher}`,
    )
    const next = Number(foretold.startBlock)
    await until('a takeover', 60_000, async () =>
      (await network.highestHead(others)) > head + 1 ? true : undefined,
    )
    // L2 has it at once; the silent producer is named once the consensus layer lists the respan.
    const taken = await until('the respan is listed', 30_000, async () => {
      const {epochs} = await read<{epochs: ListedEpoch[]}>(
        network,
        `epoch list --count 6 --timeout 1 --profile ${watcher}`,
      )
      const found = epochs.find(({startBlock}) => Number(startBlock) === next)
      return found?.silent ? found : undefined
    }).catch(() => undefined)
    signalIfThere(network.nodePid(victim)!, 'SIGCONT')
    const expected = foretold.attempts[0]?.signer?.toLowerCase()
    say(
      `respan ${round}: foretold ${expected} from ${next}, came ${taken?.signer} from ${taken?.startBlock}`,
    )
    if (taken?.signer.toLowerCase() !== expected || Number(taken?.startBlock) !== next)
      broken.push(`respan ${round}: another signer or block than foretold`)
    if (!taken?.takeover || taken.silent?.toLowerCase() !== victim.signer)
      broken.push(`respan ${round}: the silent producer is not named`)
    await network.settled(120_000)
  }
  return broken
}

/** The head, once it has not moved for two slots. */
async function standing(network: LocalNetwork, others: readonly LocalNode[]): Promise<number> {
  let head = await network.highestHead(others)
  for (;;) {
    await pause(network.slotMs * 2)
    const now = await network.highestHead(others)
    if (now === head) return head
    head = now
  }
}

async function restartsOffDuty(network: LocalNetwork, count: number, say: Say): Promise<string[]> {
  const {name} = network.nodes[0]!
  const before = await read<Score>(network, `duty score --profile ${name}`)
  let [done, refused] = [0, 0]
  const broken: string[] = []
  // After a respan an epoch has a hundred blocks more: an own turn may be long in coming.
  while (done < count || (refused === 0 && done < count * 4)) {
    await pause(Math.random() * 10 * network.slotMs)
    const {document, exitCode, stderr} = await network.cli.run(
      `node restart --idle 5s --profile ${name}`,
    )
    const error = document?.['error'] as {code: string} | null | undefined
    if (exitCode === 10 && error?.code === 'ON_DUTY') refused++
    else if (exitCode === 0) done++
    else broken.push(`a restart ended with ${exitCode}: ${error?.code ?? stderr}`)
    if (broken.length > 3) break
  }
  const after = await read<Score>(network, `duty score --profile ${name}`)
  const lost = ({periods: [period]}: Score) => {
    const {takenOver, missed} = period!.score
    if (missed === null) throw new Error('Missed turns are unknown, so the drill proves nothing.')
    return takenOver + missed
  }
  say(`restarts: ${done} done, ${refused} refused; ${lost(after) - lost(before)} turns lost`)
  if (lost(after) > lost(before)) broken.push('a restart has cost a turn')
  if (refused === 0) broken.push('no restart was refused: the own turn was never met')
  return broken
}

interface ListedEpoch {
  signer: string
  startBlock: string
  takeover: boolean
  silent: string | null
}

interface Score {
  periods: {score: {takenOver: number; missed: number | null}}[]
}

async function newestEpoch(network: LocalNetwork): Promise<number> {
  const {epoch} = await read<{epoch: {number: string} | null}>(network, 'epoch current')
  return Number(epoch?.number ?? 0)
}

async function read<T>(network: LocalNetwork, line: string): Promise<T> {
  return (await network.cli.data(line)) as T
}
