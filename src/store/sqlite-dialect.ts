import { type DialectAdapter, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type Libsql from 'libsql';
import { explainError } from './store-error.ts';

// Prepared statements that are kept. The store has about fifty different ones; portions of odd sizes come on top.
const KEPT_STATEMENTS = 200;

class TransactionalSqliteAdapter extends SqliteAdapter {
  // SQLite can roll back its DDL, which Kysely does not rely on: a killed migration must leave nothing half.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely's SQLite dialect over a libsql connection, with that driver's edges taken off. */
export class LibsqlDialect extends SqliteDialect {
  constructor(connection: Libsql.Database, file: string) {
    super({ database: new GuardedConnection(connection, file) });
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }
}

class GuardedConnection implements SqliteDatabase {
  readonly #connection: Libsql.Database;
  readonly #file: string;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(connection: Libsql.Database, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  prepare(sql: string): SqliteStatement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    // A deferred transaction that reads first cannot wait for another process's write (SQLITE_BUSY_SNAPSHOT); an immediate one can.
    const text = sql === 'begin' ? 'begin immediate' : sql;
    const prepared = explained(() => this.#connection.prepare(text), this.#file);
    const statement =
      sql === 'rollback'
        ? new Rollback(prepared, this.#file, this.#connection)
        : new GuardedStatement(prepared, this.#file);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= KEPT_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}

class GuardedStatement implements SqliteStatement {
  readonly #statement: Libsql.Statement;
  readonly #file: string;
  readonly reader: boolean;

  constructor(statement: Libsql.Statement, file: string) {
    this.#statement = statement;
    this.#file = file;
    this.reader = statement.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return explained(() => this.#statement.all(parameters.map(toBindable)), this.#file);
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return explained(() => this.#statement.run(parameters.map(toBindable)), this.#file);
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(parameters.map(toBindable));
  }
}

/**
 * SQLite rolls back by itself where the disk is full or fails (sqlite.org/lang_transaction.html, "Response To Errors Within A
 * Transaction"); a rollback behind that would fail, and hide why.
 */
class Rollback extends GuardedStatement {
  readonly #connection: Libsql.Database;

  constructor(statement: Libsql.Statement, file: string, connection: Libsql.Database) {
    super(statement, file);
    this.#connection = connection;
  }

  override run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#connection.inTransaction ? super.run(parameters) : { changes: 0, lastInsertRowid: 0 };
  }
}

function explained<T>(work: () => T, file: string): T {
  try {
    return work();
  } catch (error) {
    throw explainError(error, file);
  }
}

/**
 * libsql 0.5 aborts the whole process on a boolean and ends a text at its first NUL when it reads it back.
 * PostgreSQL takes no NUL either, and phones say what they like: it becomes U+FFFD.
 */
function toBindable(value: unknown): string | number | bigint | Uint8Array | null {
  switch (typeof value) {
    case 'string':
      return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'bigint':
      return value;
    default:
      if (value === null || value instanceof Uint8Array) return value;
  }
  throw new TypeError(`a column cannot hold a value of type ${typeof value}`);
}
