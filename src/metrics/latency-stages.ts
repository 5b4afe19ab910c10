/**
 * The stages of a command's way through the exchange, in order. Each begins where the one before it ends:
 *
 * - decode: from the first message of the gateway's turn to when the turn's commands are shown to the shard;
 * - ringWait: until the shard has gathered the command into a group;
 * - sync: until the group is as safe on disk as the durability says;
 * - match: until the group's events are shown to the gateways;
 * - return: until the gateway has handed them to its sockets;
 * - whole: from the first to the last.
 */
export const latencyStages = ['decode', 'ringWait', 'sync', 'match', 'return', 'whole'] as const;
export type LatencyStage = (typeof latencyStages)[number];

/** The stages that end in a shard's thread, which records them. Reads of a book have no sync. */
export const shardStages: readonly LatencyStage[] = ['sync', 'match'];

/** The stages that a gateway records: those of which it knows beginning or end. */
export const gatewayStages: readonly LatencyStage[] = ['decode', 'ringWait', 'return', 'whole'];

/** The stage of that name; undefined where there is none. */
export function latencyStage(name: string): LatencyStage | undefined {
  return latencyStages.find((stage) => stage === name);
}
