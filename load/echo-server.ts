import * as uWS from 'uWebSockets.js';
import { parseArgs } from 'node:util';

/*
 * A bare uWebSockets.js server, in a process of its own: what the transport alone can do. It answers each message with
 * one binary message of `--answer-bytes` bytes, looks at nothing, and prints one line of JSON once it listens.
 */

const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

const { values } = parseArgs({ options: { port: { type: 'string' }, 'answer-bytes': { type: 'string' } } });
const answer = new Uint8Array(Number(values['answer-bytes'] ?? 96));

const app = uWS.App();
app.ws('/*', {
  maxPayloadLength: MAX_MESSAGE_BYTES,
  maxBackpressure: MAX_WAITING_BYTES,
  idleTimeout: 0,
  message: (socket) => {
    socket.send(answer, true);
  },
});
app.listen('127.0.0.1', Number(values.port ?? 0), (socket) => {
  if (socket === false) throw new Error('the echo server cannot listen');
  process.stdout.write(`${JSON.stringify({ event: 'listening', port: uWS.us_socket_local_port(socket) })}\n`);
});
process.once('SIGTERM', () => app.close());
