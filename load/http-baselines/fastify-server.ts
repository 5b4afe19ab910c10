import { fastify } from 'fastify';

/*
 * Fastify with an empty handler, in a process of its own: POST /orders has its JSON body parsed, as Fastify does by itself,
 * and is answered with status 201 and no body. It prints one line of JSON once it listens.
 */

const app = fastify({ logger: false });
app.post('/orders', (_request, reply) => {
  reply.code(201).send();
});
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
if (address === null || typeof address === 'string') throw new Error('Fastify listens on no port');
process.stdout.write(`${JSON.stringify({ event: 'listening', port: address.port })}\n`);
process.once('SIGTERM', () => {
  // Connections that are kept alive would hold it up.
  app.server.closeAllConnections();
  void app.close();
});
