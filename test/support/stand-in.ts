import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stand-in answers itself; undefined where it asks the exchange. */
export type OwnAnswer = (
  path: string,
  headers: IncomingHttpHeaders,
) => { readonly status: number; readonly body: unknown } | undefined;

/** A server that looks like an exchange to a browser, and answers some requests in its own way. */
export interface StandIn {
  readonly url: string;
  close(): void;
}

export async function standInFor(exchange: string, own: OwnAnswer): Promise<StandIn> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const answer = own(path.split('?')[0]!, request.headers);
    if (answer !== undefined) {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
      return;
    }
    void fetch(exchange + path).then(async (real) => {
      const names = ['content-type', 'content-security-policy'];
      const kept = names.flatMap((name) => {
        const value = real.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      response.writeHead(real.status, Object.fromEntries(kept));
      response.end(await real.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
