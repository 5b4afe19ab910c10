import { HTTP_DEFAULTS } from './http-options.js';
import { mixNames } from './mixes.js';
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_ORDERS,
  DEFAULT_SECONDS,
  DEFAULT_UNDER_WAY,
  DEFAULT_WARM_UP,
  MANY_ORDERS,
} from './options.js';
import { OVERLOAD_DEFAULTS } from './overload-options.js';

/** What `--help` prints. */
export const loadHelp = `Usage: npm run --silent load -- [options]

Starts an exchange in a process of its own, sends it orders, and checks that its journal holds exactly what it
acknowledged.

  --transport ws        orders over WebSocket, then the same frames to a bare uWebSockets.js echo server (default)
  --transport http      orders over HTTP by autocannon, in turns with a bare uWebSockets.js route and Fastify

  --overload            the proof: many times what the exchange can take, a tenth of the clients never read

All:
  --orders N            timed orders (ws: default ${DEFAULT_ORDERS}, with --rate rate x seconds; http: of each server and round)
  --seconds S           ws: length of a run with --rate (default ${DEFAULT_SECONDS}); http: of each server and round (default ${HTTP_DEFAULTS.seconds})
  --warm-up N           orders before the timed ones (default: ws ${DEFAULT_WARM_UP}, http ${HTTP_DEFAULTS.warmUpOrders} of each server and round)
  --connections N       each an account of its own (default: ws ${DEFAULT_CONNECTIONS}, http ${HTTP_DEFAULTS.connections})
  --shards N            shards of the exchange (default 1)
  --gateways N          gateways of the exchange (default 1)
  --durability MODE     of the exchange: fsync, os or none (default fsync)
  --follower on|off     whether the exchange has followers, which write snapshots (default on)
  --data DIR            data directory, absent or empty, kept afterwards (default: a temporary one, removed)
  --config FILE         configuration of the exchange (default: one instrument a shard)
  --client-backlog-bytes N, --client-stall-ms N
                        limits of the exchange on who reads too slowly (default: its own)
  --seed N              seed of the order flow (default 42)
  --out DIR             write report.json, latency.hgrm and latency.svg there
  --json                text to stderr, one line of JSON to stdout
  --help                this text

With --transport ws:
  --frames single|many  one order a frame, or ${MANY_ORDERS} (default single)
  --mix NAME            ${mixNames.join(', ')} (default steady)
  --rate R              open-loop at R orders/s, each measured from the time at which it was due
  --burst N             N orders at once, each measured from then, with
  --every-ms M          so often
  --idle-connections N  connections that are opened before, say nothing and stay: what memory they take
  --slow-readers N      connections that send orders and never read: when each is closed
  --subscribers N       clients that read the depth of the first instrument (10 levels, 100 ms), in a process of their own
  --under-way N         most orders under way over all connections (default ${DEFAULT_UNDER_WAY}; not with --rate)
  --snapshot-commands N commands after which followers write a snapshot (default: that of the exchange)
  --postgres WHERE      off, embedded, postgres://..., or server for one that the run starts (default off)
  --redis WHERE         redis://..., or server for one that the run starts (default none)
  --store-write-ms N    how long one write into a store should take (default: that of the exchange)
  --keys                each connection shows a key of its own, whose messages and orders are counted
  --no-echo             leave out the run against the echo server

With --transport http:
  --rounds N            how often each server has its turn; medians count (default ${HTTP_DEFAULTS.rounds})

With --overload:
  --connections N       connections in all (default ${OVERLOAD_DEFAULTS.connections})
  --capacity R          orders/s that the exchange takes: the budgets of all keys together (default ${OVERLOAD_DEFAULTS.capacity})
  --no-limits           no keys, and the capacity is what the machine can (default: found first, in a closed loop)
  --times N             how many times that much is sent (default ${OVERLOAD_DEFAULTS.times})
  --seconds S           for so long (default ${OVERLOAD_DEFAULTS.seconds})
  --order-age-ms N      age at which the exchange refuses an order (default ${OVERLOAD_DEFAULTS.orderAgeMs}; 0: never)
  --memory-bound MIB    what the exchange may have resident (default ${OVERLOAD_DEFAULTS.memoryBoundMib})`;
