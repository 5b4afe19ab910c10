/** How the exchange is, as `GET /health` and other reads of figures tell it, as schemas. */

import { z } from 'zod';
import { diskStateNames, shardPhaseNames } from '../../metrics/shard-board.js';
import { storeNames, storeStateNames } from '../../metrics/store-board.js';
import { sequence, shard, whole } from '../../wire/event-shape.js';
import { timeEventSchema } from '../../wire/session-schema.js';

const epochNs = z
  .string()
  .regex(/^[0-9]+$/)
  .describe('Nanoseconds since the epoch.');
const behind = whole.describe('Commands that are in the log and not here yet.');

const followerHealthSchema = z
  .strictObject({
    sequence: sequence.describe('Last command that it has replayed.'),
    behind,
    snapshot: sequence.describe('Command of the newest snapshot; 0: there is none.'),
  })
  .meta({ title: 'Health of a follower' });

export const shardHealthSchema = z
  .strictObject({
    shard,
    phase: z.enum(shardPhaseNames),
    disk: z.enum(diskStateNames),
    restarts: whole.describe('Starts of its thread after it died.'),
    sequence: sequence.describe('Last command of its log.'),
    commands: whole.describe('Commands that it has taken.'),
    groups: whole.describe('Groups that it has journaled.'),
    liveOrders: whole.describe('Open orders.'),
    gatewaysDetached: whole.describe('Gateways that it went on without, since they fell too far behind.'),
    waitingLines: whole.describe('Lines of commands that wait in its ring.'),
    follower: followerHealthSchema.optional().describe('Not there where the exchange has no followers.'),
  })
  .meta({ title: 'Health of a shard' });

export const storeHealthSchema = z
  .strictObject({
    name: z.enum(storeNames),
    shard,
    state: z.enum(storeStateNames),
    sequence: sequence.describe('Last command of the shard that it has.'),
    behind,
  })
  .meta({ title: 'Health of a store' });

export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'failing']).describe('ok: every shard runs and its disk is well.'),
    timeNs: epochNs,
    transport: z.enum(['uws', 'node']),
    gateway: z.int().min(0).describe('The gateway that answers.'),
    durability: z.enum(['fsync', 'os', 'none']),
    clock: z.enum(['live', 'test']),
    sessions: whole.describe('WebSocket sessions of the gateway that answers.'),
    shards: z.array(shardHealthSchema),
    stores: z.array(storeHealthSchema),
  })
  .meta({ title: 'Health' });
export type Health = z.output<typeof healthSchema>;

export const snapshotsSchema = z
  .array(
    z.strictObject({
      shard,
      sequence,
      file: z.string().describe('Where it is, on the machine of the exchange.'),
      bytes: whole,
    }),
  )
  .meta({ title: 'Snapshots' });

export const advanceSchema = z
  .strictObject({
    advanceNs: z
      .union([z.string().regex(/^\d{1,16}$/), z.int().min(0)])
      .describe('By how many nanoseconds time moves on, under 2^53.'),
  })
  .meta({ title: 'Advance of a test clock' });

export const movedClockSchema = z.strictObject({ timeNs: epochNs }).meta({ title: 'Time of a test clock' });

export const timeSchema = timeEventSchema.omit({ event: true }).meta({ title: 'Time of the exchange' });

export const keySessionSchema = z
  .strictObject({
    key: z.string().nullable().describe('Id of the key; null where the exchange has no keys.'),
    scopes: z.array(z.enum(['read', 'trade', 'admin'])).describe('What it may do.'),
    accounts: z
      .array(z.int().min(0))
      .nullable()
      .describe('Accounts that it acts for; null: for all of them.'),
  })
  .meta({ title: 'Session of a key' });
