import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Document } from 'bson';
import type { Database } from './database.js';
import { Reader, WRITES } from './dispatch.js';
import { deleteDocument } from './documents.js';
import { badValue, CommandError } from './errors.js';
import { searchAll } from './search.js';
import { createReader, formatReply, type Message } from './wire.js';

interface WaitingWrite {
  name: string;
  command: Document;
  done(answer: Document): void;
}

const SWEEP_MS = 60_000;

/** The wire protocol's front: reads commands from sockets, answers them, and lets writes that wait together share a commit. */
export class Front {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: WaitingWrite[] = [];
  readonly #sweeper: NodeJS.Timeout;
  readonly #reader: Reader;
  #scheduled = false;
  #nextReply = 1;

  constructor(private readonly database: Database) {
    this.#server = createServer((socket) => this.#accept(socket));
    this.#reader = new Reader(database);
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        chmodSync(path, 0o600);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#flush();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.database.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = createReader((message) => this.#handle(socket, message));
    socket.on('data', (chunk: Buffer) => {
      try {
        reader(chunk);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #handle(socket: Socket, message: Message): void {
    const reply = (answer: Document) => {
      if (!message.silent && !socket.destroyed) socket.write(formatReply(message, answer, this.#nextReply++));
    };
    const [name] = Object.keys(message.command);
    if (!name) return reply(failure(badValue('a command without a name')));
    if (message.command.txnNumber !== undefined) {
      return reply(
        failure(
          new CommandError(
            20,
            'IllegalOperation',
            'Transaction numbers are only allowed on a replica set member or mongos',
          ),
        ),
      );
    }
    if (Object.hasOwn(WRITES, name)) {
      this.#waiting.push({ name, command: message.command, done: reply });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
      return;
    }
    try {
      reply(this.#reader.read(name, message.command));
    } catch (error) {
      reply(failure(error));
    }
  }

  /** One transaction for all writes that wait; each has a savepoint of its own, and is answered after the commit. */
  #flush(): void {
    this.#scheduled = false;
    const writes = this.#waiting.splice(0);
    if (!writes.length) return;
    const answers: [WaitingWrite, Document][] = [];
    try {
      this.database.begin();
      for (const write of writes) answers.push([write, this.#write(write)]);
      this.database.exec('COMMIT');
    } catch (error) {
      try {
        this.database.rollback();
      } catch {
        // It was over already.
      }
      for (const write of writes) write.done(failure(error));
      return;
    }
    for (const [write, answer] of answers) write.done(answer);
  }

  #write({ name, command }: WaitingWrite): Document {
    this.database.exec('SAVEPOINT command');
    try {
      const answer = WRITES[name]?.(this.database, command) ?? {};
      this.database.exec('RELEASE command');
      return answer;
    } catch (error) {
      this.database.rollback('command');
      if (!(error instanceof CommandError)) throw error;
      return failure(error);
    }
  }

  /** Deletes what TTL indexes say is over. */
  sweep(now = Date.now()): void {
    try {
      for (const collection of this.database.collections()) {
        for (const index of collection.indexes) {
          const [path] = index.key[0] ?? [];
          if (index.expireAfterSeconds === undefined || !path) continue;
          const before = new Date(now - index.expireAfterSeconds * 1000);
          this.database.begin();
          for (const document of searchAll(this.database, collection, { [path]: { $lt: before } })) {
            deleteDocument(this.database, collection, document);
          }
          this.database.exec('COMMIT');
        }
      }
    } catch {
      // Busy or away: what expired is refused on read anyway, and the next sweep comes.
      try {
        this.database.rollback();
      } catch {
        // There was no transaction.
      }
    }
  }
}

function failure(error: unknown): Document {
  if (error instanceof CommandError) {
    return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra };
  }
  return { ok: 0, errmsg: `the embedded store failed: ${(error as Error).message}`, code: 8, codeName: 'UnknownError' };
}
