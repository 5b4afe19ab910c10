import type { FeedPosition } from '../follower/log-feed.js';
import { CopyRows } from './copy-rows.js';
import type { Batch } from './sink.js';

/** A change of a row that is named by its key: the SQL of it. */
export type RowChange = string;

/**
 * The rows of one batch: those of each table in COPY format, the ids of orders whose older rows go, and the few other
 * changes as SQL.
 */
export class RowBatch implements Batch {
  from: FeedPosition = { sequence: 0, hash: undefined };
  to: FeedPosition = { sequence: 0, hash: undefined };
  /** Time of the last command. */
  timeNs = 0n;
  /** Of those tables that have rows. */
  readonly #copies = new Map<string, CopyRows>();
  readonly #spare: CopyRows[] = [];
  /** Months in which rows lie: `202611`. */
  readonly months = new Set<string>();
  /** Orders whose row among the open ones goes, and their accounts. */
  readonly replacedOrders: number[] = [];
  readonly replacedAccounts: number[] = [];
  readonly changes: RowChange[] = [];
  /** Accounts that were seen for the first time since the start, and when. */
  readonly newAccounts = new Map<number, bigint>();
  /** Events taken in: the orders' rows are settled at the end. */
  events = 0;

  get rows(): number {
    return this.events;
  }

  copyOf(table: string): CopyRows {
    const known = this.#copies.get(table);
    if (known !== undefined) return known;
    const copy = this.#spare.pop() ?? new CopyRows();
    this.#copies.set(table, copy);
    return copy;
  }

  copies(): { table: string; content: Buffer }[] {
    return [...this.#copies]
      .filter(([, copy]) => copy.rows > 0)
      .map(([table, copy]) => ({ table, content: copy.content }));
  }

  /** Rows in COPY format. */
  get copiedRows(): number {
    let rows = 0;
    for (const copy of this.#copies.values()) rows += copy.rows;
    return rows;
  }

  clear(): void {
    for (const copy of this.#copies.values()) {
      copy.clear();
      this.#spare.push(copy);
    }
    this.#copies.clear();
    this.months.clear();
    this.replacedOrders.length = 0;
    this.replacedAccounts.length = 0;
    this.changes.length = 0;
    this.newAccounts.clear();
    this.events = 0;
  }
}
