import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { runTickloom, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { RawConnection } from '../support/raw-connection.js';
import { certificatePath, keyPath, otherKeyPath, testCertificate } from '../support/tls.js';
import { transportsHere } from '../support/transports.js';

const files = ['--tls-cert', certificatePath, '--tls-key', keyPath];

/** A request over TLS to a server whose certificate is the tests' own. */
async function ask(port: number, path: string): Promise<{ status: number; text: string }> {
  const asked = request({ port, host: '127.0.0.1', path, ca: testCertificate, agent: false }).end();
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}

describe.each(await transportsHere())('TLS on %s', (transport) => {
  it('serves HTTPS and WSS, nothing in the clear, and waits for nobody’s handshake', async () => {
    const options = ['--transport', transport, '--handshake-ms', '500', ...files];
    const exchange = await startExchange(options);
    const { port } = exchange;
    expect(await ask(port, '/health')).toMatchObject({ status: 200 });
    const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, 'tickloom.msgpack.v1', {
      ca: testCertificate,
    });
    await once(socket, 'open');
    socket.send(Buffer.from([0x81, 0xa4, ...Buffer.from('type'), 0xa4, ...Buffer.from('time')]));
    const [answer] = await once(socket, 'message');
    expect(String(answer)).toContain('receivedNs');
    // One says nothing, one half a handshake, one half a request; and one does not know that it is TLS.
    const half = await RawConnection.open(port, '\x16\x03\x01');
    const silent = await RawConnection.open(port);
    const head = await RawConnection.open(port, 'GET /health HTTP/1.1\r\nHost: 127', true);
    const clear = await RawConnection.open(port, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await Promise.all([half, silent, head, clear].map(({ closed }) => closed));
    expect(clear.text).not.toContain('200 OK');
    expect(await ask(port, '/health')).toMatchObject({ status: 200 });
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
    expect((await exchange.process.stop()).code).toBe(0);
  });
});

describe('a start with TLS', () => {
  const garbled = join(temporaryDirectory(), 'garbled.pem');
  writeFileSync(garbled, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');

  it.each([
    [
      ['--tls-cert', 'missing.pem', '--tls-key', keyPath],
      1,
      /the certificate missing\.pem cannot be read \(ENOENT\)/,
    ],
    [['--tls-cert', certificatePath, '--tls-key', 'missing.pem'], 1, /the key missing\.pem cannot be read/],
    [['--tls-cert', garbled, '--tls-key', keyPath], 1, /the certificate .*garbled\.pem is not one in PEM/],
    [
      ['--tls-cert', certificatePath, '--tls-key', garbled],
      1,
      /the key .*garbled\.pem is not a private one in PEM/,
    ],
    [['--tls-cert', certificatePath, '--tls-key', otherKeyPath], 1, /is not that of the certificate/],
    [['--tls-cert', certificatePath], 2, /TLS needs both: --tls-cert <file> and --tls-key <file>/],
    [['--tls-key', keyPath], 2, /TLS needs both/],
  ] as const)('is refused with a sentence: %j', async (options, code, sentence) => {
    const ended = await runTickloom(['start', '--port', '0', '--data', temporaryDirectory(), ...options]);
    expect(ended.stderr).toMatch(sentence);
    expect([ended.code, ended.stderr.trim().split('\n').length]).toEqual([code, 1]);
  });
});
