/** A sequencer node of the simulation: the product's own stages over simulated outer parts, life after life. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'

import type {Address, Hash, Hex} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {fromFileError} from '../../src/lib/files.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {rebuildGuard} from '../../src/node/guard/rebuild.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {connectStages, type Stages} from '../../src/node/stages.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {PoolJournal} from '../../src/store/pool-journal.ts'
import {SignGuard, type SignGuardOptions} from '../../src/store/sign-guard.ts'
import {SimEngine} from './engine.ts'
import type {Judge} from './judge.ts'
import type {SimL1} from './l1.ts'
import {simLogger} from './logger.ts'
import {SimExchange, type Host, type Network} from './network.ts'
import type {Planted} from './planted.ts'
import type {Random} from './random.ts'
import {answerRpc, isDiskFull, isGuardLost, lastMsOf, listen, recovery} from './node-parts.ts'
import {simRpc} from './rpc.ts'
import {accountOf, type Account, type Faults, type Setup} from './setup.ts'
import type {Owner, World} from './world.ts'

export interface NodeContext {
  world: World
  setup: Setup
  network: Network
  l1: SimL1
  judge: Judge
  dir: string
  faults(): Faults
  isPlanted(bug: Planted): boolean
}

/** What there is of a node while its process lives. */
export interface Life extends Owner {
  clock: Clock
  engine: SimEngine
  /** Undefined until it is restored. */
  stages: Stages | undefined
  log: ChainLog | undefined
  guard: SignGuard | undefined
  pool: PoolJournal | undefined
  isStopping: boolean
}

/** Thrown into code of a process that has just ended. Nobody sees what becomes of it. */
class EndOfLife extends Error {}

export class SimNode {
  readonly name: string
  readonly account: Account
  readonly address: Address
  readonly host: Host
  readonly #isCopy: boolean
  readonly #context: NodeContext
  readonly #random: Random
  life: Life | undefined
  lives = 0
  crashes = 0
  #skewMs: number
  /** Signed, as far as the guard knows, and not in the log. */
  #unfinished: Hash | undefined
  #last: Life | undefined
  /** When the file of the sign guard was changed last; undefined: at a moment when nobody wrote. */
  #guardChangedMs: number | undefined
  #isHeldDown = false
  #isReplaced = false
  /** Signatures since the directory was exchanged. */
  signedAfter = 0

  /** @param copy of a second host with the same key; left out for the first one */
  constructor(name: string, context: NodeContext, copy = '') {
    this.name = `${name}${copy}`
    this.account = accountOf(name)
    this.address = lowerCase(this.account.address)
    this.host = `${this.address}${copy}`
    this.#isCopy = copy !== ''
    this.#context = context
    this.#random = context.world.random.fork()
    this.#skewMs = this.#drawSkew()
  }

  get isUp(): boolean {
    return this.life?.stages !== undefined
  }

  boot(): void {
    const {world, setup, faults} = this.#context
    if (this.life) return
    this.#isHeldDown = false
    // Kept readable until now for the remains of the last life.
    this.#closeFiles()
    this.lives++
    const owner: Owner = {name: `${this.name}#${this.lives}`, alive: true, pausedUntilMs: 0}
    const clock = world.clockFor(owner, () => this.#skewMs)
    const engine = new SimEngine({world, owner, setup, faults, random: this.#random})
    const life: Life = Object.assign(owner, {
      ...{clock, engine, stages: undefined, log: undefined, guard: undefined, pool: undefined},
      isStopping: false,
    })
    this.life = this.#last = life
    world.trace(life.name, 'boots')
    this.#start(life).catch((error: unknown) => this.#startFailed(life, error))
  }

  get #trustsCopies(): boolean {
    const {isPlanted} = this.#context
    return isPlanted('copies-are-trusted') || isPlanted('guard-from-snapshot')
  }

  get dataDir(): string {
    return join(this.#context.dir, this.name)
  }

  /** The directory was exchanged for another one while no process ran: its files are of this moment. */
  dirReplaced(): void {
    this.#guardChangedMs = undefined
    this.#unfinished = undefined
    this.#isReplaced = true
  }

  /** No process runs, and none is started until `boot`. */
  down(why: string): void {
    this.#isHeldDown = true
    this.crash(why)
    this.#closeFiles()
    this.#last = undefined
  }

  /** kill -9. */
  crash(why: string): void {
    const {life} = this
    if (!life) return
    this.crashes++
    this.#context.world.trace(life.name, `crashes: ${why}`)
    this.#end(life)
  }

  /** As a person stops it: the slot is finished and the pool handed over. */
  async stop(): Promise<void> {
    const {life} = this
    if (!life?.stages || life.isStopping) return
    life.isStopping = true
    this.#context.world.trace(life.name, 'stops')
    const {driver, forwarder, l1Loop, chain, exchange} = life.stages
    await driver.stop()
    await forwarder.handOver()
    await l1Loop.stop()
    await chain.saveSnapshot().catch(() => {})
    await exchange.stop()
    if (life.alive) this.#end(life)
  }

  pause(ms: number): void {
    if (!this.life) return
    const {world} = this.#context
    world.trace(this.life.name, `stands still for ${ms} ms`)
    this.life.pausedUntilMs = world.nowMs + ms
  }

  stepClock(): void {
    this.#skewMs = this.#drawSkew()
  }

  /** The run is over. */
  close(): void {
    if (this.life) this.life.alive = false
    this.#closeFiles()
  }

  /** A JSON-RPC call to this node, as its server answers it. */
  async rpc(method: string, params: readonly unknown[]): Promise<unknown> {
    const stages = this.life?.stages
    if (!stages) throw new RpcResponseError({code: -32_000, message: 'The node is starting.'})
    return answerRpc(stages, method, params, (raw) => this.#accept(stages, raw))
  }

  async #accept(stages: Stages, raw: Hex): Promise<Hex> {
    const {life} = this
    const hash = await stages.accept(raw)
    if (life?.alive) this.#context.judge.accepted(this, hash, raw)
    return hash
  }

  async #start(life: Life): Promise<void> {
    const {setup, l1, judge, network, world, dir, faults, isPlanted} = this.#context
    const {dataDir} = this
    if (this.lives === 1 && !this.#isCopy) {
      SignGuard.createNew(join(dataDir, 'sign-guard.log'), this.#guardClock(life).nowMs)
    }
    const log = (life.log = this.#watchLog(
      life,
      ChainLog.open(join(dataDir, 'chain.sqlite'), setup.genesis),
    ))
    const guard = (life.guard = this.#watchGuard(
      life,
      SignGuard.open(join(dataDir, 'sign-guard.log'), this.#guardClock(life)),
    ))
    const poolJournal = (life.pool = this.#watchPool(
      life,
      PoolJournal.open(join(dataDir, 'pool.journal')),
    ))
    if (this.#unfinished && log.candidate()?.hash !== this.#unfinished) {
      judge.broken('a signed block can be finished', `${life.name} lost ${this.#unfinished}`)
    }
    const {engine, clock} = life
    const {sequencerSet} = setup.network.l2.contracts
    const rotation = new Rotation({engine, sequencerSet, me: this.account.address})
    const logger = simLogger(world, life, dir, (event, facts) => judge.logged(this, event, facts))
    const chain = new ChainState({
      ...{engine, log, rotation, logger},
      snapshotDir: join(dataDir, 'snapshots'),
      onExecuted: () => {},
      nowMs: () => clock.monotonicMs(),
    })
    const exchange = new SimExchange({
      ...{world, network, clock, host: this.host, address: this.address, owner: life, isPlanted},
      beforeAnnounce: () => this.#point(life, 'announce'),
    })
    const l1Client = simRpc({
      ...{world, faults, owner: life, url: 'sim://l1', timeoutMs: 10_000, random: this.#random},
      state: () => (l1.isDown ? 'refused' : 'up'),
      answer: (method, params) => l1.answer(method, params),
    })
    const stages = connectStages(
      {
        ...{name: this.name, network: setup.network, dataDir, signerAccount: this.account, logger},
        ...{rpc: {host: '', port: 0}, peer: {host: '', port: 0}, l1RpcUrl: 'sim://l1', clock},
        ...{relayerAccount: accountOf('relayer'), batchAccount: accountOf('batcher')},
        ...{startupGraceMs: setup.startupGraceMs, batchMaxAgeMs: setup.batchMaxAgeMs},
      },
      {
        ...{genesis: setup.genesis, l1: l1Client, closers: []},
        onHalt: (error) => this.#halted(life, error),
      },
      {chain, guard, exchange, recovery, metrics: new Metrics(), poolJournal},
    )
    if (isPlanted('no-start-gate')) stages.gate.look = () => true
    if (isPlanted('no-quarantine')) {
      stages.gate.fence = () => {}
      stages.gate.bars = () => false
    }
    if (isPlanted('twins-stay')) stages.gate.noteOwn = () => {}
    await chain.restore()
    await stages.restorePool()
    await listen(stages)
    stages.driver.start()
    stages.l1Loop.start()
    life.stages = stages
  }

  /** Simulated time of the file, as a disk of the simulated machine would keep it. */
  #guardClock({clock}: Life): SignGuardOptions {
    return {
      nowMs: () => {
        this.#guardChangedMs = clock.nowMs()
        return this.#guardChangedMs
      },
      changedAtMs: (path) => {
        if (!existsSync(path)) return undefined
        return this.#guardChangedMs ?? (this.#trustsCopies ? lastMsOf(path) : Infinity)
      },
    }
  }

  #startFailed(life: Life, error: unknown): void {
    if (!life.alive) return
    const {world, judge} = this.#context
    world.trace(life.name, `does not start: ${String(error)}`)
    if (isGuardLost(error)) {
      this.#end(life)
      this.#mendGuard()
      return
    }
    const isMended = error instanceof EngineError || isDiskFull(error)
    if (!isMended) judge.broken('a node starts', String(error))
    this.#end(life)
  }

  #halted(life: Life, error: unknown): void {
    if (!life.alive) return
    this.#context.judge.halted(life, error)
    // The operator restarts it.
    this.#context.world.at(1_000, life, 'operator restarts', () => this.#end(life))
  }

  #end(life: Life): void {
    if (!life.alive) return
    life.alive = false
    this.life = undefined
    const {world, network, faults} = this.#context
    const exchange = life.stages?.exchange
    if (exchange instanceof SimExchange) network.leave(exchange)
    if (this.#isHeldDown) return
    const isCalm = faults().crash + faults().crashAtWrite === 0
    const waitMs = isCalm ? 300 : this.#random.pick([100, 1_000, 4_000, 12_000])
    world.at(waitMs, undefined, `${this.name} restarts`, () => {
      if (!this.#isHeldDown) this.boot()
    })
  }

  /** As the operator is told to. */
  #mendGuard(): void {
    const {world, setup} = this.#context
    const path = join(this.dataDir, 'sign-guard.log')
    const nowMs = world.wallMs
    this.#closeFiles()
    this.#last = undefined
    const log = ChainLog.open(join(this.dataDir, 'chain.sqlite'), setup.genesis)
    const guard = {nowMs: () => nowMs, changedAtMs: () => this.#guardChangedMs ?? Infinity}
    rebuildGuard({path, log, signer: this.address, nowMs, guard})
    log.close()
    world.trace(this.name, 'its guard is rebuilt')
  }

  #closeFiles(): void {
    this.#last?.log?.close()
    this.#last?.guard?.close()
    this.#last?.pool?.close()
  }

  #drawSkew(): number {
    const {skewMs} = this.#context.setup
    return Math.round((this.#random.next() * 2 - 1) * skewMs)
  }

  /** Here a life may end, and where it has ended nothing is written any more. */
  #point(life: Life, where: string): void {
    if (!life.alive) throw new EndOfLife()
    if (!this.#random.chance(this.#context.faults().crashAtWrite)) return
    this.crash(where)
    throw new EndOfLife()
  }

  #write<T>(life: Life, name: string, act: () => T): T {
    this.#point(life, `before ${name}`)
    if (this.#random.chance(this.#context.faults().diskFull)) {
      this.#context.world.trace(life.name, `has no space for ${name}`)
      throw fromFileError(Object.assign(new Error('full'), {code: 'ENOSPC'}), name)
    }
    const result = act()
    this.#point(life, `after ${name}`)
    return result
  }

  #watchLog(life: Life, log: ChainLog): ChainLog {
    const {judge} = this.#context
    const {append, replaceAfter, saveCandidate} = log
    log.append = (block) =>
      this.#write(life, `append ${block.number}`, () => {
        append.call(log, block)
        this.#unfinished = undefined
        judge.appended(life, block)
      })
    log.replaceAfter = (number, blocks) =>
      this.#write(life, `replace after ${number}`, () => {
        const removed = replaceAfter.call(log, number, blocks)
        this.#unfinished = undefined
        judge.replaced(life, number, blocks)
        return removed
      })
    log.saveCandidate = (candidate) =>
      this.#write(life, `candidate ${candidate.number}`, () => saveCandidate.call(log, candidate))
    return log
  }

  #watchPool(life: Life, journal: PoolJournal): PoolJournal {
    const {append, rewrite} = journal
    journal.append = (raw) => this.#write(life, 'pool', () => append.call(journal, raw))
    journal.rewrite = (held) => this.#write(life, 'tidy pool', () => rewrite.call(journal, held))
    return journal
  }

  #watchGuard(life: Life, guard: SignGuard): SignGuard {
    const {judge} = this.#context
    const {checkAndRecord} = guard
    guard.checkAndRecord = (height, hash) =>
      this.#write(life, `guard ${height}`, () => {
        checkAndRecord.call(guard, height, hash)
        // From here on a signature may exist, also when nobody ever sees it.
        judge.sealed({signer: this.address, number: height, hash})
        if (this.#isReplaced) this.signedAfter++
        this.#unfinished = hash
      })
    return guard
  }
}
