/** What a monitor must not forget over a restart: alerts, notices still to be delivered, silences. */
import {randomUUID} from 'node:crypto'
import type {DatabaseSync} from 'node:sqlite'

import {MetisSeqError} from '../lib/errors.ts'
import {inTransaction, mapSqliteErrors, openDurableDatabase} from '../lib/sqlite.ts'

const VERSION = 1

/** Notices that one output may still have to deliver: twenty messages of ten, and 200 kB at worst. */
export const QUEUE_MOST = 200
/** Notices of the history: a year of a few a day. */
const HISTORY_MOST = 1_000

/** One alert or notice; the document is that of the decision, as JSON. */
export interface StoredAlert {
  key: string
  document: string
}

export interface NewNotice {
  key: string
  type: string
  atMs: number
  document: string
}

export interface StoredNotice extends NewNotice {
  /** Unique over time and machines. */
  uid: string
  /** Increases. */
  number: number
}

export interface StoredSilence {
  rule: string
  /** Null: of every subject. */
  subject: string | null
  untilMs: number
}

export type DeliveryState = 'pending' | 'sent' | 'dropped' | 'refused'

export interface Delivery {
  output: string
  state: DeliveryState
  /** Of the last attempt; null before the first. */
  atMs: number | null
}

export interface OutputRecord {
  output: string
  pending: number
  /** Notices that were lost since the last delivery that worked. */
  dropped: number
  /** Since it exists. */
  droppedEver: number
  sentEver: number
  lastSentMs: number | null
  /** Why the latest attempts failed, and since when; null while they do not. */
  failure: {reason: string; sinceMs: number} | null
}

/** What one decision changes. */
export interface AlertChange {
  saved: readonly StoredAlert[]
  removed: readonly string[]
  notices: readonly NewNotice[]
  /** Which outputs get a notice. */
  outputsOf(notice: NewNotice): readonly string[]
}

export interface AlertStore {
  alerts(): StoredAlert[]
  /** In one transaction: either the decision and its deliveries are on disk, or neither. */
  record(change: AlertChange): void
  silences(nowMs: number): StoredSilence[]
  /** Replaces one of the same rule and subject; a past time ends it. @returns whether there was one */
  silence(silence: StoredSilence): boolean
  acknowledge(key: string): void
  /** Keys that were acknowledged, and not taken yet. */
  acknowledged(): string[]
  /** They have been taken. */
  forgetAcknowledged(keys: readonly string[]): void
  /** Oldest first. */
  pending(output: string, most: number): StoredNotice[]
  /** @param toldDropped loss that the delivered message named */
  sent(output: string, numbers: readonly number[], toldDropped: number, nowMs: number): void
  /** Gives notices up. */
  lost(
    output: string,
    numbers: readonly number[],
    state: 'dropped' | 'refused',
    nowMs: number,
  ): void
  failed(output: string, reason: string, nowMs: number): void
  /** Earlier failures of an output say nothing any more: it has been changed, or was seen to work. */
  forgetFailure(output: string): void
  outputs(): OutputRecord[]
  /** Removes outputs that are configured no longer, with what they still had to deliver. */
  keepOutputs(names: readonly string[]): void
  /** Newest first. */
  history(most: number): (StoredNotice & {deliveries: Delivery[]})[]
  /** When a monitor last looked; null: never. */
  lookedMs(): number | null
  looked(nowMs: number): void
  close(): void
}

/**
 * Opens the store of one profile. Several processes may have it open; one of them monitors.
 *
 * @throws {MetisSeqError} DISK_FULL, STORE_BUSY, STORE_DAMAGED, FILE_NOT_WRITABLE
 */
export function openAlertStore(path: string): AlertStore {
  const database = openDurableDatabase(path)
  try {
    inTransaction(database, path, () => create(database, path))
    return new SqliteAlertStore(database, path)
  } catch (error) {
    database.close()
    throw error
  }
}

function create(database: DatabaseSync, path: string): void {
  const {user_version: version} = database.prepare('PRAGMA user_version').get() as {
    user_version: number
  }
  if (version === VERSION) return
  if (version !== 0) {
    throw new MetisSeqError({
      code: 'STORE_DAMAGED',
      message: `${path} was written by another version (${version}).`,
      facts: {path},
      hints: [`Move ${path} away: alerts that last are then told again.`],
    })
  }
  database.exec(`
    CREATE TABLE alerts (key TEXT PRIMARY KEY, document TEXT NOT NULL);
    CREATE TABLE notices (number INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL, key TEXT NOT NULL,
      type TEXT NOT NULL, at_ms INTEGER NOT NULL, document TEXT NOT NULL);
    CREATE TABLE deliveries (output TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, at_ms INTEGER,
      PRIMARY KEY (output, number)) WITHOUT ROWID;
    CREATE INDEX pending ON deliveries (output, number) WHERE state = 'pending';
    CREATE TABLE outputs (output TEXT PRIMARY KEY, dropped INTEGER NOT NULL DEFAULT 0,
      dropped_ever INTEGER NOT NULL DEFAULT 0, sent_ever INTEGER NOT NULL DEFAULT 0, last_sent_ms INTEGER,
      reason TEXT, failing_ms INTEGER);
    CREATE TABLE silences (rule TEXT NOT NULL, subject TEXT NOT NULL, until_ms INTEGER NOT NULL,
      PRIMARY KEY (rule, subject));
    CREATE TABLE acknowledged (key TEXT PRIMARY KEY);
    CREATE TABLE looked (one INTEGER PRIMARY KEY CHECK (one = 1), at_ms INTEGER NOT NULL);
    PRAGMA user_version = ${VERSION};
  `)
}

interface NoticeRow {
  number: number
  uid: string
  key: string
  type: string
  at_ms: number
  document: string
}

/** An empty text stands for every subject: no issue has it as its subject. */
const EVERY = ''

class SqliteAlertStore implements AlertStore {
  readonly #database: DatabaseSync
  readonly #path: string

  constructor(database: DatabaseSync, path: string) {
    this.#database = database
    this.#path = path
  }

  alerts(): StoredAlert[] {
    return this.#all<StoredAlert>('SELECT key, document FROM alerts ORDER BY key')
  }

  record({saved, removed, notices, outputsOf}: AlertChange): void {
    if (saved.length + removed.length + notices.length === 0) return
    inTransaction(this.#database, this.#path, () => {
      const save = this.#database.prepare('INSERT OR REPLACE INTO alerts VALUES (?, ?)')
      for (const {key, document} of saved) save.run(key, document)
      const remove = this.#database.prepare('DELETE FROM alerts WHERE key = ?')
      for (const key of removed) remove.run(key)
      if (notices.length === 0) return
      for (const name of this.#insert(notices, outputsOf)) this.#shorten(name)
      this.#forget()
    })
  }

  /** @returns the outputs that got one */
  #insert(notices: readonly NewNotice[], outputsOf: AlertChange['outputsOf']): Iterable<string> {
    const insert = this.#database.prepare(
      'INSERT INTO notices (uid, key, type, at_ms, document) VALUES (?, ?, ?, ?, ?)',
    )
    const deliver = this.#database.prepare(`INSERT INTO deliveries VALUES (?, ?, 'pending', NULL)`)
    const waiting = new Map<string, ReadonlySet<string>>()
    for (const notice of notices) {
      const {key, type, atMs, document} = notice
      const {lastInsertRowid: number} = insert.run(randomUUID(), key, type, atMs, document)
      for (const name of outputsOf(notice)) {
        if (!waiting.has(name)) waiting.set(name, this.#open(name))
        // A reminder of something that an output has not been able to say yet says nothing more.
        if (type === 'repeated' && waiting.get(name)!.has(key)) continue
        deliver.run(name, number)
      }
    }
    return waiting.keys()
  }

  /** Makes sure that an output is known. @returns the alerts that it still has to tell of */
  #open(output: string): ReadonlySet<string> {
    this.#database.prepare('INSERT OR IGNORE INTO outputs (output) VALUES (?)').run(output)
    const rows = this.#all<{key: string}>(
      `SELECT key FROM deliveries JOIN notices USING (number) WHERE output = ? AND state = 'pending'`,
      output,
    )
    return new Set(rows.map(({key}) => key))
  }

  /** The oldest go first: what is wrong now matters more than what was. */
  #shorten(output: string): void {
    const {changes} = this.#database
      .prepare(
        `UPDATE deliveries SET state = 'dropped' WHERE output = ? AND state = 'pending' AND number <=
           (SELECT number FROM deliveries WHERE output = ? AND state = 'pending' ORDER BY number DESC LIMIT 1 OFFSET ?)`,
      )
      .run(output, output, QUEUE_MOST)
    if (Number(changes) > 0) this.#countDropped(output, Number(changes))
  }

  #countDropped(output: string, count: number): void {
    this.#database
      .prepare(
        'UPDATE outputs SET dropped = dropped + ?, dropped_ever = dropped_ever + ? WHERE output = ?',
      )
      .run(count, count, output)
  }

  #forget(): void {
    this.#database
      .prepare(
        `DELETE FROM notices WHERE number <= (SELECT max(number) FROM notices) - ?
           AND number NOT IN (SELECT number FROM deliveries WHERE state = 'pending')`,
      )
      .run(HISTORY_MOST)
    this.#database.exec('DELETE FROM deliveries WHERE number NOT IN (SELECT number FROM notices)')
  }

  silences(nowMs: number): StoredSilence[] {
    return this.#all<{rule: string; subject: string; until_ms: number}>(
      'SELECT rule, subject, until_ms FROM silences WHERE until_ms > ? ORDER BY rule, subject',
      nowMs,
    ).map(({rule, subject, until_ms: untilMs}) => ({
      ...{rule, untilMs},
      subject: subject === EVERY ? null : subject,
    }))
  }

  silence({rule, subject, untilMs}: StoredSilence): boolean {
    let was = false
    inTransaction(this.#database, this.#path, () => {
      const {changes} = this.#database
        .prepare('DELETE FROM silences WHERE rule = ? AND subject = ?')
        .run(rule, subject ?? EVERY)
      was = Number(changes) > 0
      this.#database
        .prepare('INSERT INTO silences VALUES (?, ?, ?)')
        .run(rule, subject ?? EVERY, untilMs)
    })
    return was
  }

  acknowledge(key: string): void {
    this.#run('INSERT OR IGNORE INTO acknowledged VALUES (?)', key)
  }

  acknowledged(): string[] {
    return this.#all<{key: string}>('SELECT key FROM acknowledged').map(({key}) => key)
  }

  forgetAcknowledged(keys: readonly string[]): void {
    for (const key of keys) this.#run('DELETE FROM acknowledged WHERE key = ?', key)
  }

  pending(output: string, most: number): StoredNotice[] {
    return this.#all<NoticeRow>(
      `SELECT notices.* FROM deliveries JOIN notices USING (number)
         WHERE output = ? AND state = 'pending' ORDER BY number LIMIT ?`,
      output,
      most,
    ).map(toNotice)
  }

  sent(output: string, numbers: readonly number[], toldDropped: number, nowMs: number): void {
    inTransaction(this.#database, this.#path, () => {
      this.#mark(output, numbers, 'sent', nowMs)
      this.#database
        .prepare(
          `UPDATE outputs SET dropped = dropped - ?, sent_ever = sent_ever + ?, last_sent_ms = ?, reason = NULL, failing_ms = NULL
             WHERE output = ?`,
        )
        .run(toldDropped, numbers.length, nowMs, output)
    })
  }

  lost(
    output: string,
    numbers: readonly number[],
    state: 'dropped' | 'refused',
    nowMs: number,
  ): void {
    inTransaction(this.#database, this.#path, () => {
      this.#mark(output, numbers, state, nowMs)
      this.#countDropped(output, numbers.length)
    })
  }

  #mark(output: string, numbers: readonly number[], state: DeliveryState, nowMs: number): void {
    // A full queue may have dropped one meanwhile; what was delivered all the same counts.
    const mark = this.#database.prepare(
      'UPDATE deliveries SET state = ?, at_ms = ? WHERE output = ? AND number = ?',
    )
    for (const number of numbers) mark.run(state, nowMs, output, number)
  }

  failed(output: string, reason: string, nowMs: number): void {
    this.#run(
      'UPDATE outputs SET reason = ?, failing_ms = coalesce(failing_ms, ?) WHERE output = ?',
      reason,
      nowMs,
      output,
    )
  }

  forgetFailure(output: string): void {
    this.#run('UPDATE outputs SET reason = NULL, failing_ms = NULL WHERE output = ?', output)
  }

  outputs(): OutputRecord[] {
    interface Row {
      output: string
      pending: number
      dropped: number
      dropped_ever: number
      sent_ever: number
      last_sent_ms: number | null
      reason: string | null
      failing_ms: number | null
    }
    return this.#all<Row>(
      `SELECT outputs.*, (SELECT count(*) FROM deliveries WHERE output = outputs.output AND state = 'pending') AS pending
         FROM outputs ORDER BY output`,
    ).map((row) => ({
      ...{output: row.output, pending: row.pending, dropped: row.dropped},
      ...{droppedEver: row.dropped_ever, sentEver: row.sent_ever, lastSentMs: row.last_sent_ms},
      failure:
        row.reason === null || row.failing_ms === null
          ? null
          : {reason: row.reason, sinceMs: row.failing_ms},
    }))
  }

  keepOutputs(names: readonly string[]): void {
    inTransaction(this.#database, this.#path, () => {
      const gone = this.outputs().filter(({output}) => !names.includes(output))
      for (const {output} of gone) {
        this.#database.prepare('DELETE FROM outputs WHERE output = ?').run(output)
        this.#database
          .prepare(`UPDATE deliveries SET state = 'dropped' WHERE output = ? AND state = 'pending'`)
          .run(output)
      }
      const add = this.#database.prepare('INSERT OR IGNORE INTO outputs (output) VALUES (?)')
      for (const name of names) add.run(name)
    })
  }

  history(most: number): (StoredNotice & {deliveries: Delivery[]})[] {
    const notices = this.#all<NoticeRow>('SELECT * FROM notices ORDER BY number DESC LIMIT ?', most)
    return notices.map((row) => ({
      ...toNotice(row),
      deliveries: this.#all<{output: string; state: DeliveryState; at_ms: number | null}>(
        'SELECT output, state, at_ms FROM deliveries WHERE number = ? ORDER BY output',
        row.number,
      ).map(({output, state, at_ms: atMs}) => ({output, state, atMs})),
    }))
  }

  lookedMs(): number | null {
    return this.#all<{at_ms: number}>('SELECT at_ms FROM looked')[0]?.at_ms ?? null
  }

  looked(nowMs: number): void {
    this.#run('INSERT OR REPLACE INTO looked VALUES (1, ?)', nowMs)
  }

  close(): void {
    this.#database.close()
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return mapSqliteErrors(
      this.#path,
      () => this.#database.prepare(sql).all(...values) as unknown as T[],
    )
  }

  #run(sql: string, ...values: (string | number)[]): void {
    mapSqliteErrors(this.#path, () => this.#database.prepare(sql).run(...values))
  }
}

function toNotice({number, uid, key, type, at_ms: atMs, document}: NoticeRow): StoredNotice {
  return {number, uid, key, type, atMs, document}
}
