/**
 * The snapshot of an embedded engine: what stands around the engine's own.
 *
 * ```
 * byte  0  "TKEM", then the version of this layout, u32
 *       8  client ids made, f64
 *      16  time of the clock, ns since 1970, u64
 *      24  event hash, low lane and high lane, u32 each
 *      32  trades taken in since the beginning, f64
 *      40  floats of the tape, u32, then bytes of the engine, u32
 *      48  most trades kept, u32, then zero
 *      56  tape, then the engine's snapshot
 * ```
 *
 * All little-endian.
 */
const MAGIC = 0x4d454b54;
const VERSION = 1;
const HEADER_BYTES = 56;

/** What a snapshot holds. */
export interface SnapshotParts {
  readonly clientIdsMade: number;
  readonly timeNs: bigint;
  readonly hashLow: number;
  readonly hashHigh: number;
  readonly tradeCount: number;
  /** Most trades kept. */
  readonly tradeHistory: number;
  readonly tape: Float64Array;
  readonly engine: Uint8Array;
}

export function packSnapshot(parts: SnapshotParts): Uint8Array {
  const { tape, engine } = parts;
  const tapeBytes = tape.length * 8;
  const bytes = new Uint8Array(HEADER_BYTES + tapeBytes + engine.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setFloat64(8, parts.clientIdsMade, true);
  view.setBigUint64(16, parts.timeNs, true);
  view.setInt32(24, parts.hashLow, true);
  view.setInt32(28, parts.hashHigh, true);
  view.setFloat64(32, parts.tradeCount, true);
  view.setUint32(40, tape.length, true);
  view.setUint32(44, engine.length, true);
  view.setUint32(48, parts.tradeHistory, true);
  tape.forEach((value, index) => {
    view.setFloat64(HEADER_BYTES + index * 8, value, true);
  });
  bytes.set(engine, HEADER_BYTES + tapeBytes);
  return bytes;
}

/** @throws TypeError where the bytes are no snapshot, RangeError where it is of another version or cut short */
export function unpackSnapshot(bytes: Uint8Array): SnapshotParts {
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength < HEADER_BYTES)
    throw new TypeError('these bytes are no snapshot of an embedded engine');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC)
    throw new TypeError('these bytes are no snapshot of an embedded engine');
  const version = view.getUint32(4, true);
  if (version !== VERSION)
    throw new RangeError(`the snapshot is of version ${version}, and this one reads version ${VERSION}`);
  const floats = view.getUint32(40, true);
  const engineBytes = view.getUint32(44, true);
  const engineAt = HEADER_BYTES + floats * 8;
  if (engineAt + engineBytes !== bytes.byteLength)
    throw new RangeError(`the snapshot has ${bytes.byteLength} bytes and says ${engineAt + engineBytes}`);
  return {
    clientIdsMade: view.getFloat64(8, true),
    timeNs: view.getBigUint64(16, true),
    hashLow: view.getInt32(24, true),
    hashHigh: view.getInt32(28, true),
    tradeCount: view.getFloat64(32, true),
    tradeHistory: view.getUint32(48, true),
    tape: Float64Array.from({ length: floats }, (_, index) =>
      view.getFloat64(HEADER_BYTES + index * 8, true),
    ),
    engine: bytes.subarray(engineAt),
  };
}
