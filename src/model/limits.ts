/**
 * Every limit of Tickloom, each with the reason for its size. Relations between them are checked when this file loads,
 * so a careless change fails at start and not under load.
 */

/** Largest whole number on the wire, on disk and in memory: a JavaScript number counts exactly up to here. */
export const MAX_WHOLE = Number.MAX_SAFE_INTEGER;

/** An order id holds its shard in 5 bits: more shards than any machine has cores to run them. */
export const MAX_SHARDS = 32;

/** The other 48 bits number a shard's commands: nine years at a million a second, without a pause. */
export const MAX_SEQUENCE = 2 ** 48 - 1;

/** A journal frame has room for this many input-ring cursors; one gateway feeds one ring of each shard. */
export const MAX_GATEWAYS = 16;

/** One line of an order record: one cache line, so two threads never share one by accident. */
export const LINE_BYTES = 64;

/** Most quotes of one mass quote: a strike range of options, and still a command like any other in a group. */
export const MAX_QUOTES = 64;

/** An order record has at most this many lines: a mass quote; all others have three at most. */
export const MAX_ORDER_LINES = 2 + MAX_QUOTES;

/** Most sequence numbers that one command takes: a mass quote's own, and one for each bid and ask. */
export const MAX_COMMAND_SEQUENCES = 1 + 2 * MAX_QUOTES;

/** One cell of an event record: half a line, so that an answer takes a line and a half and a fill two lines. */
export const CELL_BYTES = 32;

/** The cell count of an event is one byte. */
export const MAX_EVENT_CELLS = 255;

/** Deepest book a read returns, per side: 3 + 2 × 100 cells still fit one event record. */
export const MAX_BOOK_DEPTH = 100;

/** Longest text client id in UTF-8 bytes: a UUID with its hyphens, and what the large venues allow. */
export const MAX_CLIENT_ID_TEXT_BYTES = 36;

/** Longest symbol in bytes of ASCII. */
export const MAX_SYMBOL_BYTES = 31;

/** Longest id of an API key in bytes of ASCII: a UUID with its hyphens. */
export const MAX_KEY_ID_BYTES = 36;

/** Most API keys of one exchange: each has a budget in shared memory, 16 bytes of it, and a slot in every gateway. */
export const MAX_KEYS = 4_096;

/** Most accounts of one API key; a firm with more takes several keys. */
export const MAX_KEY_ACCOUNTS = 64;

/** Largest keys file that is read: 4,096 keys of 64 accounts take some 5 MiB. */
export const MAX_KEYS_FILE_BYTES = 16 * 1024 * 1024;

/** Highest rate of a key, a second: budgets count in whole nanoseconds, and from here up those are too coarse. */
export const MAX_KEY_RATE = 1_000_000;

/** Characters of a nonce: 8 from 64 letters are 48 bits, 64 hold a SHA-256 in hex. */
export const LEAST_NONCE_CHARACTERS = 8;
export const MOST_NONCE_CHARACTERS = 64;

/** How far the timestamp of a signed request may be from the time of the exchange: a bad clock, and a slow network. */
export const REQUEST_WINDOW_MS = 5_000;

/** Signed requests a second, over all gateways, whose nonces are remembered for the window: what eight cores verify of Ed25519. */
export const SIGNED_REQUESTS_PER_SECOND = 100_000;

/** How long a `tickloom keys` waits for another one that is changing the same file, which takes it milliseconds. */
export const KEYS_LOCK_MS = 10_000;

/** Most tokens that a gateway takes from a key's budget at once: one compare-and-exchange for 256 messages is nothing. */
export const MAX_BUDGET_CHUNK = 256;

/** Failed logins of one address: so many at once, for people who try keys out, and then so many a second. */
export const FAILED_LOGIN_BURST = 20;
export const FAILED_LOGINS_PER_SECOND = 1;

/** Addresses whose failed logins a gateway remembers: some 6 MiB; a larger crowd pushes its own oldest ones out. */
export const MAX_FAILED_ADDRESSES = 65_536;

/** Client ids from here up are made by gateways for HTTP requests that bring none; clients stay below. */
export const FIRST_GATEWAY_CLIENT_ID = 2 ** 52;

/** Commands that a client may have under way: an input ring full. What waits for a reconnect counts too, so memory has a bound. */
export const MOST_COMMANDS_UNDER_WAY = 65_536;

/** Events that an iterator of a client keeps for a reader that is behind: minutes of a busy account, some hundred megabytes. */
export const MOST_ITERATED_EVENTS = 2 ** 18;

/** Most commands of one msgpack message: as many as the largest binary one has lines. */
export const MOST_COMMANDS_PER_MESSAGE = 1_024;

/** How long a client waits before it tries to reconnect, at first and at most: a restart takes a second, an outage may take hours. */
export const RECONNECT_MS = 50;
export const LONGEST_RECONNECT_MS = 5_000;

/** How long a client tries to connect at first, and how long one attempt may take, the events that were missed included. */
export const CONNECT_MS = 10_000;
export const CONNECT_ATTEMPT_MS = 10_000;

/** Signs of life of a client and its exchange: three that do not come end a connection, so a dead one is found in 15 s. */
export const CLIENT_HEARTBEAT_MS = 5_000;
export const MISSED_HEARTBEATS = 3;

/** Exchanges of time that an estimate chooses from, as in RFC 5905, how fast the first come, and how often the later ones. */
export const TIME_SAMPLES = 8;
export const FIRST_TIME_SAMPLE_MS = 100;
export const TIME_SAMPLE_MS = 5_000;

/** How long a client waits with a command that was refused and may have been taken before, until it asks again. */
export const ASK_AGAIN_MS = 200;

/** Input ring of one gateway to one shard, in lines: 4 MiB, a twentieth of a second at a million orders a second. */
export const INPUT_RING_LINES = 65_536;

/** Event ring of one shard to one gateway, in cells: 16 MiB, room for the answers to a full input ring and more. */
export const EVENT_RING_CELLS = 524_288;

/** Most lines that one journal frame takes: 512 KiB, about half a millisecond of disk. */
export const MAX_GROUP_LINES = 8_192;

/** Journal segment: large enough that rotation is rare, small enough to be zero-filled ahead in the background. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

/** Smallest segment: for simulations, which then rotate often. Groups are smaller there (`groupLinesFor`). */
export const MIN_SEGMENT_BYTES = 64 * 1024;

/** Written ahead for a disk that is full: some 20,000 cancels, each in a frame of its own. */
export const RESERVE_SEGMENT_BYTES = 4 * 1024 * 1024;

/** Largest segment: recovery reads one whole into memory. */
export const MAX_SEGMENT_BYTES = 1024 * 1024 * 1024;

/**
 * Commands whose client ids a shard remembers after their orders are gone: what a retry may be late by. About 128 MiB
 * when full; ids of live orders are remembered besides, as long as they live.
 */
export const CLIENT_ID_WINDOW = 2 ** 20;

/**
 * Most open orders of one account in a log that `tickloom start` begins, where the operator names no other number: more than a
 * busy market maker has, and few of them together do not fill a shard.
 */
export const MAX_OPEN_ORDERS = 100_000;

/** Largest WebSocket message or HTTP body that is read: 1,024 order lines. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** Past this the transport cuts the connection without reading the message. */
export const MAX_TRANSPORT_MESSAGE_BYTES = 1024 * 1024;

/** Bytes that may wait for one slow client before its session is closed, to be resumed by sequence number. */
export const CLIENT_BACKLOG_BYTES = 32 * 1024 * 1024;

/** How long a client may take nothing of what waits for it: a pause of its garbage collector passes, a dead one goes within 5 s. */
export const CLIENT_STALL_MS = 3_500;

/** A client that is sent less is asked after a second, where it was sent as much as this: less does no harm. */
export const PROGRESS_MS = 1_000;
export const LEAST_PROGRESS_BYTES = 4_096;

/**
 * Bytes after which a client is asked how far it has read. The kernel may hold megabytes for one that has stopped long ago, and
 * its pong alone tells: it must read so many in CLIENT_STALL_MS, 37 KB a second.
 */
export const PROGRESS_BYTES = 128 * 1024;

/** Connections in all, and WebSockets of one address: some kilobytes each, and files that the process may open. */
export const MAX_CONNECTIONS = 16_384;
export const MAX_CONNECTIONS_PER_ADDRESS = 4_096;

/** Messages and orders per second of one key, where the keys file does not say: a busy market maker's, and a tenth of a core. */
export const KEY_MESSAGES_PER_SECOND = 20_000;
export const KEY_ORDERS_PER_SECOND = 10_000;

/**
 * What a cancel-all counts for in the budget of messages: a shard may have to look through all that rests, some milliseconds
 * where that is a million orders. Of a budget that is small it is half at the most.
 */
export const CANCEL_ALL_MESSAGES = 1_000;

/**
 * Seconds after which a connection that says nothing, and answers no ping, is closed: longer than a phone changes networks.
 * uWebSockets.js takes 8 to 960.
 */
export const IDLE_SECONDS = 120;
export const LEAST_IDLE_SECONDS = 8;
export const MOST_IDLE_SECONDS = 960;

/** How long a client may take to say what it wants: the handshakes of TLS and WebSocket, the head of a request. */
export const HANDSHAKE_MS = 10_000;

/** How long the body of a request may take to arrive. */
export const REQUEST_MS = 10_000;

/** Intervals that a client may choose for heartbeats, and how many of them it may stay silent for. */
export const LEAST_HEARTBEAT_MS = 1_000;
export const MOST_HEARTBEAT_MS = 60_000;
export const SILENT_HEARTBEATS = 3;

/** How often gateways look at heartbeats and slow readers: a quarter of the shortest interval. */
export const CARE_MS = 250;

/** Notes that a gateway puts into the log in a second: a storm of connections must not fill the disk. */
export const MAX_NOTES_PER_SECOND = 200;

/** Size at which a log file is put aside, and how many of them are kept. */
export const LOG_FILE_BYTES = 64 * 1024 * 1024;
export const KEPT_LOG_FILES = 4;

/** Longest time that a session's orders may outlive it where it asks that they go with it. */
export const MOST_DISCONNECT_GRACE_MS = 3_600_000;

/**
 * Bytes of messages and requests after which a gateway hands on what is there, though its turn brings more: a few milliseconds
 * of single orders.
 */
export const MAX_TURN_BYTES = 256 * 1024;

/**
 * Young generation of a gateway's heap. Each message makes two short-lived objects; a small one is swept often and
 * briefly, where a large one makes everybody wait for milliseconds.
 */
export const GATEWAY_YOUNG_MB = 2;

/** What is written of a snapshot between two syncs: a quarter of a millisecond of disk, for which a group may have to wait. */
export const SNAPSHOT_CHUNK_BYTES = 256 * 1024;

/** A snapshot is taken after so many commands: replaying what came after it takes a second or two. */
export const SNAPSHOT_COMMANDS = 4 * 2 ** 20;

/**
 * Commands whose events a client that reconnects can be given, at least: the client-id window, in which it can ask for the
 * answers too.
 */
export const RESUME_COMMANDS = 2 ** 20;

/**
 * Events after which what a client has missed goes on in another message, some 16 KB: a message counts only when all of it is
 * there, and a client whose connections break, or are slow, must get on by each of them.
 */
export const RESUME_MESSAGE_EVENTS = 64;

/** Bytes of events that a follower keeps for clients that reconnect, at most; under these fewer commands may remain. */
export const RESUME_HISTORY_BYTES = 256 * 1024 * 1024;

/** Commands that a follower may be behind its shard before it counts as lagging. It never slows the shard. */
export const FOLLOWER_LAG_COMMANDS = 2 ** 20;

/** Rows of one write into a store: under the least the round trip is all, over the most other readers wait for its locks. */
export const LEAST_BATCH_ROWS = 256;
export const MOST_BATCH_ROWS = 65_536;

/** How long a write into a store should take at the most, and how long the newest events may wait for the next one. */
export const STORE_WRITE_MS = 10;
export const STORE_DELAY_MS = 5;

/**
 * A store that is further behind than this (a fifth of a second of heavy load) catches up first: its writes may take twenty times as
 * long, since large ones carry more. Nobody waits for them; what it has not reached yet is answered from memory.
 */
export const STORE_CATCH_UP_COMMANDS = 20_000;
export const CATCH_UP_FACTOR = 20;

/** Bounds of the delay: under a millisecond timers do not count, over a second it is no live store. */
export const LEAST_STORE_DELAY_MS = 1;
export const MOST_STORE_DELAY_MS = 1_000;

/**
 * Commands that a store may be behind its shard before new orders are rejected: eleven minutes at 100,000 a second, some
 * 6 GB of log. What waits stands on disk, not in memory.
 */
export const STORE_BACKLOG_COMMANDS = 64 * 2 ** 20;

/** How long a store that is away is left alone before it is tried again, at first and at most. */
export const STORE_RETRY_MS = 100;
export const LONGEST_STORE_RETRY_MS = 2_000;

/** How long a stop waits for the stores to write what is left: the log has it all, and the next start goes on. */
export const STORE_FINISH_MS = 2_000;

/** How long a start waits for a store to be reached before it goes on without it, and how long one attempt takes. */
export const STORE_CONNECT_MS = 5_000;

/** How often a shard on a full disk looks whether there is room again, and one on a failing disk tries again. */
export const DISK_RETRY_MS = 1_000;
export const SYNC_RETRY_MS = 50;

/** Restarts of one shard's or follower's thread within a minute, after which it is given up. */
export const MAX_THREAD_RESTARTS = 5;
export const THREAD_RESTART_WINDOW_MS = 60_000;

/**
 * How far threads that nobody waits for step back (followers, stores, what V8 runs beside): while both cores are wanted
 * such a thread gets a thirtieth of what a shard gets. What it has not read waits in the log. At most what Linux knows.
 */
export const BACKGROUND_NICENESS = 15;
export const MOST_NICENESS = 19;

/** Most restarts of the whole process within that time, where nobody says otherwise: a cause that stays will not be mended. */
export const PROCESS_RESTARTS = 10;

/** How long a parent waits before the second restart in a row, and at most: each wait is twice the one before it. */
export const RESTART_WAIT_MS = 100;
export const LONGEST_RESTART_WAIT_MS = 5_000;

/** How long a start waits for a data directory whose exchange is just going. */
export const LOCK_WAIT_MS = 1_000;

/**
 * Heap of a shard's or follower's thread. Books, ids and events live outside it; what orders have beyond plain terms lives
 * in it, some 300 bytes each. A thread that needs more dies alone, and not the process.
 */
export const SHARD_HEAP_MB = 2048;

/** How long an event ring may stay full before the shard detaches its gateway and goes on without it. */
export const DETACH_AFTER_MS = 5_000;

/** How long a shard waits without input before it logs a frame that carries the event hash alone. */
export const IDLE_FRAME_MS = 50;

/** Most events that one HTTP answer lists besides the answer: about 2 MiB of JSON. What is more is counted. */
export const MAX_ANSWER_EVENTS = 4_096;

/** How long an HTTP request waits for its answer before the gateway says 504. */
export const HTTP_ANSWER_MS = 10_000;

/** Highest latency that is told apart, 137 seconds: longer than any request waits. What took longer counts as this. */
export const HIGHEST_LATENCY_NS = 2 ** 37 - 1;

/** Traces of runs of commands from a shard to a gateway: a full group may be as many runs as it has lines. */
export const TRACE_RING_ENTRIES = 8_192;

/** Turns that a gateway remembers for each shard until they are answered: one for each line of a full ring and group. */
export const OPEN_TURNS = 131_072;

/** Trades of one instrument that its follower keeps for gateways: 30 ms of one that catches up at a million commands a second. */
export const MARKET_TRADES = 32_768;

/** How often a gateway fetches trades from there: a third of that time. */
export const MARKET_FETCH_MS = 10;

/** Most trades of one message: its cells are counted by a byte. */
export const MAX_MESSAGE_TRADES = MAX_EVENT_CELLS - 3;

/** Market data that may wait for one client before it is passed over, and how far that must go down before it is told again. */
export const MARKET_BACKLOG_BYTES = 256 * 1024;
export const MARKET_DRAINED_BYTES = 64 * 1024;

/**
 * Market data in one turn of a gateway's event loop, in sends and in time: what orders may have to wait for. After a turn it rests
 * three times as long as it took, so that a quarter of the thread at most goes to it, however many subscribe.
 */
export const MARKET_SENDS_PER_TURN = 50;
export const MARKET_TURN_US = 250;
export const MARKET_REST_FACTOR = 3;

/** Most subscriptions of one session: every channel of a portfolio, and still a bound on what one client costs. */
export const MAX_SUBSCRIPTIONS = 256;

/** Most lines that one frame takes in segments of a size: several of them fit one segment. */
export function groupLinesFor(segmentBytes: number): number {
  return Math.min(MAX_GROUP_LINES, Math.floor((segmentBytes / 2 - 8192) / LINE_BYTES));
}

/** Throws with both values when two limits contradict each other. */
function relation(holds: boolean, text: string): void {
  if (!holds) throw new Error(`src/model/limits.ts contradicts itself: ${text}`);
}

relation(MAX_SHARDS * (MAX_SEQUENCE + 1) <= MAX_WHOLE + 1, 'shard and sequence must fit one whole number');
relation(3 + 2 * MAX_BOOK_DEPTH <= MAX_EVENT_CELLS, 'a book of full depth must fit one event record');
relation(groupLinesFor(SEGMENT_BYTES) === MAX_GROUP_LINES, 'the usual segment must hold several full frames');
relation(
  groupLinesFor(MIN_SEGMENT_BYTES) >= MAX_ORDER_LINES,
  'the largest record must fit the smallest group',
);
relation(
  MIN_SEGMENT_BYTES <= SEGMENT_BYTES && SEGMENT_BYTES <= MAX_SEGMENT_BYTES && SEGMENT_BYTES % 4096 === 0,
  'the usual segment must be one of those allowed',
);
relation(
  MARKET_DRAINED_BYTES < MARKET_BACKLOG_BYTES && MARKET_BACKLOG_BYTES < CLIENT_BACKLOG_BYTES,
  'a client is passed over before it is cut',
);
relation(
  (MARKET_TRADES & (MARKET_TRADES - 1)) === 0,
  'the trades of a board are found by the low bits of their number',
);
relation(MAX_ORDER_LINES <= 255, 'the line count of a record is one byte');
relation(MAX_ORDER_LINES * LINE_BYTES <= MAX_MESSAGE_BYTES, 'the largest record must fit one message');
relation(MAX_GROUP_LINES <= INPUT_RING_LINES, 'a group is taken from the input rings');
relation(MAX_MESSAGE_BYTES / LINE_BYTES <= MAX_GROUP_LINES, 'one message must fit one group');
relation(
  (MAX_MESSAGE_BYTES / LINE_BYTES) * 5 < EVENT_RING_CELLS,
  'the rejects of one message must fit an event ring',
);
relation(CARE_MS * 4 <= LEAST_HEARTBEAT_MS, 'heartbeats are looked at several times an interval');
relation(
  LEAST_IDLE_SECONDS <= IDLE_SECONDS && IDLE_SECONDS <= MOST_IDLE_SECONDS,
  'the usual idle time must be one of those allowed',
);
relation(CLIENT_STALL_MS + PROGRESS_MS + CARE_MS <= 5_000, 'who stops reading is gone within five seconds');
relation(PROGRESS_BYTES < CLIENT_BACKLOG_BYTES, 'a client is asked how far it is before it is cut');
relation(MAX_CONNECTIONS_PER_ADDRESS <= MAX_CONNECTIONS, 'one address must not be allowed more than all');
relation(
  MAX_MESSAGE_BYTES < MAX_TRANSPORT_MESSAGE_BYTES,
  'a message over the bound is still read, to be rejected',
);
relation(
  STORE_CATCH_UP_COMMANDS < STORE_BACKLOG_COMMANDS,
  'a store catches up long before orders are rejected for it',
);
relation(BACKGROUND_NICENESS <= MOST_NICENESS, 'Linux knows no more niceness');
relation(LEAST_BATCH_ROWS < MOST_BATCH_ROWS, 'a batch needs room to grow');
relation(
  LEAST_STORE_DELAY_MS <= STORE_DELAY_MS && STORE_DELAY_MS <= MOST_STORE_DELAY_MS,
  'the usual delay must be one of those allowed',
);
relation(
  CLIENT_ID_WINDOW >= 2 * INPUT_RING_LINES,
  'a retry of what waits in a ring must find its first answer',
);
relation(MAX_GROUP_LINES <= TRACE_RING_ENTRIES, 'the runs of one group must fit a trace ring');
relation(
  INPUT_RING_LINES + MAX_GROUP_LINES <= OPEN_TURNS,
  'a turn is remembered as long as one of its lines may wait',
);
relation(FAILED_LOGINS_PER_SECOND <= FAILED_LOGIN_BURST, 'a second of failed logins must fit the burst');
