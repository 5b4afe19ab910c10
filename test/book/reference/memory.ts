import type { ClientId } from '../commands.js';
import type { SeenEvent } from '../events.js';
import type { Order } from './order.js';

export interface Remembered {
  readonly key: string;
  readonly content: string;
  readonly answer: SeenEvent;
  readonly time: number;
  /** The order that the command itself made. */
  readonly order: Order | undefined;
  inWindow: boolean;
}

/** Client ids that are not forgotten: those of the last commands (the window) and those of live orders. */
export class Memory {
  #window: number;
  readonly #remembered = new Map<string, Remembered>();
  #queue: Remembered[] = [];
  #from = 0;
  /** Time of the newest command that has left the window. */
  #droppedTime = 0;

  constructor(window: number) {
    this.#window = window;
  }

  get count(): number {
    return this.#remembered.size;
  }

  find(account: number, clientId: ClientId): Remembered | undefined {
    return this.#remembered.get(keyOf(account, clientId));
  }

  isLate(sendTime: number): boolean {
    return sendTime !== 0 && sendTime <= this.#droppedTime;
  }

  add(
    account: number,
    clientId: ClientId,
    content: string,
    answer: SeenEvent,
    order: Order | undefined,
  ): void {
    const key = keyOf(account, clientId);
    const entry = { key, content, answer, time: answer.time, order, inWindow: true };
    if (order !== undefined) order.remembered = entry;
    this.#remembered.set(key, entry);
    this.#queue.push(entry);
    this.#slide();
  }

  resize(window: number): void {
    this.#window = window;
    this.#slide();
  }

  /** Says that an order is gone: its id goes with it, where only the order held it. */
  release(order: Order): void {
    const entry = order.remembered;
    if (entry !== undefined && !entry.inWindow) this.#remembered.delete(entry.key);
  }

  #slide(): void {
    while (this.#queue.length - this.#from > this.#window) {
      const entry = this.#queue[this.#from++]!;
      entry.inWindow = false;
      this.#droppedTime = entry.time;
      if (entry.order === undefined || !entry.order.isLive) this.#remembered.delete(entry.key);
    }
    if (this.#from > 1000) {
      this.#queue = this.#queue.slice(this.#from);
      this.#from = 0;
    }
  }
}

function keyOf(account: number, clientId: ClientId): string {
  return typeof clientId === 'string' ? `${account} text ${clientId}` : `${account} ${clientId}`;
}
