import type { SnapshotOutcome } from '../follower/follower-messages.js';
import type { GatewayOrder, GatewayReport } from '../gateway/gateway-messages.js';
import type { LogNote } from '../gateway/log-note.js';
import type { Disconnects } from './disconnects.js';
import type { MarketBoards } from './market-boards.js';
import { away, type StoreReads } from './store-reads.js';
import type { SupervisedFollower } from './supervised-follower.js';
import type { Thread } from './thread.js';

/** What gateways ask of the main thread is done with these. */
export interface GatewayServices {
  readonly reads: StoreReads;
  /** By shard; none where they are off. */
  readonly followers: readonly SupervisedFollower[];
  readonly marketBoards: MarketBoards;
  readonly takeSnapshots: () => Promise<readonly SnapshotOutcome[]>;
  readonly disconnects: Disconnects;
  readonly log: (note: LogNote) => void;
}

/** Does what a gateway asks for, from now on. */
export function serveGateway(
  thread: Thread<GatewayReport>,
  { reads, followers, marketBoards, takeSnapshots, disconnects, log }: GatewayServices,
): void {
  const post = (order: GatewayOrder) => thread.post(order);
  thread.on('resume', ({ request }) => followers[request.shard]?.resume(request));
  thread.on('log', ({ note }) => log(note));
  thread.on('session-opened', ({ opened }) => disconnects.opened(opened));
  thread.on('session-closed', ({ session }) => disconnects.closed(session));
  thread.on('cancelled-of', ({ session, isSent }) => disconnects.cancelled(session, isSent));
  thread.on('query', ({ id, question }) => {
    reads.answer(question).then(
      (answer) => post({ order: 'answered', id, answer }),
      // Rows that nobody understands are one client's trouble, and not the exchange's.
      (error: Error) => post({ order: 'answered', id, answer: away(error.message) }),
    );
  });
  const watcher = {
    watched: (id: number, board: SharedArrayBuffer | undefined) => post({ order: 'watched', id, board }),
  };
  thread.on('watch', ({ id, instrument, shard }) => marketBoards.watch(watcher, id, instrument, shard));
  thread.on('unwatch', ({ id }) => marketBoards.unwatch(watcher, id));
  thread.on('take-snapshots', ({ id }) => {
    void takeSnapshots().then((outcomes) => post({ order: 'snapshots-taken', id, outcomes }));
  });
}
