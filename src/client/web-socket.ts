import type { ClientSocket, SocketEvents } from './platform.js';

/** The part of the web's WebSocket that is used. */
export interface WebSocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: never): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** A connection over the web's WebSocket. It says nothing of why an upgrade was refused. */
export function openWebSocket(
  WebSocketClass: WebSocketConstructor,
  url: string,
  subprotocol: string,
  told: SocketEvents,
): ClientSocket {
  const socket = new WebSocketClass(url, [subprotocol]);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => told.opened();
  socket.onmessage = ({ data }: { readonly data: ArrayBuffer }) => told.message(data);
  socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
    told.closed(code, reason);
  // What it says is said again by the close that follows.
  socket.onerror = () => {};
  return {
    send: (bytes) => socket.send(bytes as never),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.close(),
  };
}
