/** A sequencer node of the simulation: the product's own stages over simulated outer parts, life after life. */
import {join} from 'node:path'

import type {Address, Hash, Hex} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {fromFileError} from '../../src/lib/files.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {connectStages, type Stages} from '../../src/node/stages.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {PoolJournal} from '../../src/store/pool-journal.ts'
import type {SignGuard} from '../../src/store/sign-guard.ts'
import {SimEngine} from './engine.ts'
import {GuardFile} from './guard-file.ts'
import type {Judge} from './judge.ts'
import type {SimL1} from './l1.ts'
import {simLogger} from './logger.ts'
import {SimExchange, type Host, type Network} from './network.ts'
import {plantInGate, plantInGuard, type IsPlanted} from './planted.ts'
import type {Random} from './random.ts'
import {answerRpc, isDiskFull, isGuardLost, listen, recovery} from './node-parts.ts'
import {SigningWatch} from './signing-watch.ts'
import {simRpc} from './rpc.ts'
import {accountOf, GENESIS_NUMBER, type Account, type Faults, type Setup} from './setup.ts'
import type {Owner, World} from './world.ts'
import {senderOf, signerOf} from '../helpers/sign-block.ts'

export interface NodeContext {
  world: World
  setup: Setup
  network: Network
  l1: SimL1
  judge: Judge
  dir: string
  faults(): Faults
  isPlanted: IsPlanted
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
  watch: SigningWatch | undefined
  isStopping: boolean
}

/** Thrown into code of a process that has just ended. Nobody sees what becomes of it. */
class EndOfLife extends Error {}

export class SimNode {
  readonly name: string
  readonly account: Account
  readonly address: Address
  readonly host: Host
  readonly dataDir: string
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
  readonly #guardFile: GuardFile
  #isHeldDown = false
  #replacements = 0
  /** The newest of them after which something was signed. */
  #signedIn = 0
  /** Signatures since the directory was exchanged. */
  signedAfter = 0
  /** Exchanged directories whose node came to sign again. */
  signedAgain = 0

  /** @param copy of a second host with the same key; left out for the first one */
  constructor(name: string, context: NodeContext, copy = '') {
    this.name = `${name}${copy}`
    this.account = accountOf(name)
    this.address = lowerCase(this.account.address)
    this.host = `${this.address}${copy}`
    this.#isCopy = copy !== ''
    this.#context = context
    this.dataDir = join(context.dir, this.name)
    this.#random = context.world.random.fork()
    this.#skewMs = this.#drawSkew()
    this.#guardFile = new GuardFile(this.dataDir, context.isPlanted)
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
      watch: undefined,
      isStopping: false,
    })
    this.life = this.#last = life
    world.trace(life.name, 'boots')
    this.#start(life).catch((error: unknown) => this.#startFailed(life, error))
  }

  /** Of its machine. */
  get wallMs(): number {
    return this.#context.world.wallMs + this.#skewMs
  }

  /** The directory was exchanged for another one, with a guard of that time, while no process ran. */
  dirReplaced(madeMs: number, guardIsCarried = false): void {
    this.#guardFile.wasReplaced(madeMs, guardIsCarried)
    this.#unfinished = undefined
    this.#replacements++
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
    if (life.alive) this.#guardFile.end(life.guard)
    this.#end(life)
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
    if (this.lives === 1 && !this.#isCopy && setup.keysAreNew) this.#guardFile.create(life.clock)
    // The key is older than its home, and the operator knows that it has never signed.
    const isFirst = this.address === setup.fakeGenesis.firstEpoch.signer && !this.#isCopy
    const isAlone = isFirst && !setup.keysAreNew && judge.highest === GENESIS_NUMBER
    const log = (life.log = this.#watchLog(
      life,
      ChainLog.open(join(dataDir, 'chain.sqlite'), setup.genesis),
    ))
    const guard = (life.guard = this.#watchGuard(life, this.#guardFile.open(life.clock)))
    plantInGuard(guard, isPlanted)
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
      helloMs: setup.helloMs,
      beforeAnnounce: () => this.#point(life, 'announce'),
    })
    const watch = (life.watch = new SigningWatch({
      ...{judge, life, log, guard, isAlone, me: this.address},
      ...{isRebuilt: this.#guardFile.isRebuilt, wasClosed: this.#guardFile.isClosed},
    }))
    exchange.onHeard = () => watch.heardPeer()
    const l1Client = simRpc({
      ...{world, faults, owner: life, url: 'sim://l1', timeoutMs: 10_000, random: this.#random},
      state: () => (l1.isDown ? 'refused' : 'up'),
      answer: (method, params) => {
        watch.heardL1()
        return l1.answer(method, params)
      },
    })
    const stages = connectStages(
      {
        ...{
          name: this.name,
          version: '0.0.0',
          network: setup.network,
          dataDir,
          signerAccount: signerOf(this.account),
          logger,
        },
        alone: isAlone,
        ...{rpc: {host: '', port: 0}, peer: {host: '', port: 0}, l1RpcUrl: 'sim://l1', clock},
        ...{
          relayerAccount: senderOf(accountOf('relayer')),
          batchAccount: senderOf(accountOf('batcher')),
        },
        ...{startupGraceMs: setup.startupGraceMs, batchMaxAgeMs: setup.batchMaxAgeMs},
      },
      {
        ...{genesis: setup.genesis, l1: l1Client, closers: []},
        onHalt: (error) => this.#halted(life, error),
      },
      {chain, guard, exchange, recovery, metrics: new Metrics(), poolJournal},
    )
    plantInGate(stages, isPlanted)
    watch.connected(stages)
    await chain.restore()
    await stages.restorePool()
    await listen(stages)
    stages.driver.start()
    stages.l1Loop.start()
    life.stages = stages
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
    this.#closeFiles()
    this.#last = undefined
    this.#guardFile.rebuild(setup.genesis, this.address, world.wallMs)
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

  #signsAfter(life: Life): void {
    this.signedAfter++
    if (this.#signedIn === this.#replacements) return
    this.#signedIn = this.#replacements
    this.signedAgain++
    this.#context.world.trace(life.name, 'signs again')
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
        life.watch?.sawOwn(block)
      })
    log.replaceAfter = (number, blocks) =>
      this.#write(life, `replace after ${number}`, () => {
        const removed = replaceAfter.call(log, number, blocks)
        this.#unfinished = undefined
        judge.replaced(life, number, blocks)
        for (const block of blocks) life.watch?.sawOwn(block)
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
        const isNews = guard.signedAt(height) === undefined
        checkAndRecord.call(guard, height, hash)
        // From here on a signature may exist, also when nobody ever sees it.
        judge.sealed({signer: this.address, number: height, hash})
        if (isNews) life.watch?.signs(height)
        this.#guardFile.wasWritten()
        if (this.#replacements > 0) this.#signsAfter(life)
        this.#unfinished = hash
      })
    return guard
  }
}
