import { measureLog } from '../src/follower/measured-log.js';
import { migrate } from '../src/store/migrations.js';
import { partitionsSql } from '../src/store/months.js';
import { PostgresSession } from '../src/store/postgres-session.js';
import { SqlSink } from '../src/store/sql-sink.js';
import type { FinalRows } from './final-rows.js';
import { PostgresServer, postgresMissing } from './servers/postgres-server.js';
import { carryLog, type StorePair } from './store-pair.js';

/** Into a Postgres of its own, with its default settings. Returns what to install where there is none. */
export async function postgresPair(
  log: string,
  final: FinalRows,
  writeMs: number,
): Promise<StorePair | string> {
  const missing = postgresMissing();
  if (missing !== undefined) return missing;
  const server = await PostgresServer.start({ auth: 'trust' });
  const [version] = await server.psql('show server_version');
  let databases = 0;
  let session: PostgresSession | undefined;
  let batchRows = 0;
  /** A fresh database, and the one before gone. */
  const begin = async () => {
    await session?.close();
    session = undefined;
    if (databases > 0) await server.psql(`drop database bench${databases} with (force)`);
    await server.psql(`create database bench${++databases}`);
    await server.psql('checkpoint');
  };
  const url = () => server.url(`bench${databases}`);
  return {
    server: `Postgres ${String(version?.['server_version']).split(' ')[0]}`,
    rows: final.rows,
    commands: measureLog({ directory: log, shard: 0 }).lastSequence,
    batchRows: () => batchRows,
    prepareOurs: begin,
    async ours() {
      const sink = new SqlSink(0, () => PostgresSession.connect(url(), 'bench'));
      batchRows = await carryLog(log, sink, writeMs);
      await sink.disconnect();
    },
    async prepareBare() {
      await begin();
      session = await PostgresSession.connect(url(), 'bench');
      await migrate(session);
      for (const month of final.months) await session.run(partitionsSql(month));
    },
    async bare() {
      for (const copy of final.copies) await session!.write('', [copy]);
    },
    async end() {
      await session?.close();
      await server.dispose();
    },
  };
}
