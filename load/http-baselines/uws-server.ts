import * as uWS from 'uWebSockets.js';
import { parseArgs } from 'node:util';

/*
 * A bare uWebSockets.js route, in a process of its own: POST /orders parses its JSON body and is answered with status 201
 * and a JSON body of `--answer-bytes` bytes, the size of an exchange's. It does nothing else, and prints one line of JSON
 * once it listens.
 */

/** The bytes of `{"text":""}`. */
const AROUND_BYTES = 11;

const { values } = parseArgs({ options: { 'answer-bytes': { type: 'string' } } });
const answerBytes = Number(values['answer-bytes'] ?? 400);
const answer = JSON.stringify({ text: 'x'.repeat(Math.max(0, answerBytes - AROUND_BYTES)) });

const app = uWS.App();
app.post('/orders', (response) => {
  let gone = false;
  let held: Buffer | undefined;
  response.onAborted(() => {
    gone = true;
  });
  response.onData((chunk, isLast) => {
    const bytes = Buffer.from(chunk);
    if (!isLast) {
      // The chunk is only lent.
      held = held === undefined ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
      return;
    }
    const body: unknown = parsed(held === undefined ? bytes : Buffer.concat([held, bytes]));
    if (gone) return;
    response.cork(() => {
      response.writeStatus(body === undefined ? '400 Bad Request' : '201 Created');
      response.writeHeader('content-type', 'application/json; charset=utf-8');
      response.end(answer);
    });
  });
});
app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) throw new Error('the bare server cannot listen');
  process.stdout.write(`${JSON.stringify({ event: 'listening', port: uWS.us_socket_local_port(socket) })}\n`);
});
process.once('SIGTERM', () => app.close());

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
