import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LogoutTarget {
  url: string;
  /** The logout tokens that came, in their order. */
  tokens: string[];
  /** Content types that came with them. */
  types: (string | undefined)[];
  /** Waits until as many tokens have come. */
  received(count: number): Promise<string[]>;
  /** How it answers from now on. It is given how many came so far. */
  answer: (response: ServerResponse, count: number) => void;
  close(): Promise<void>;
}

/** An application's back-channel logout endpoint. */
export async function logoutTarget(port = 0): Promise<LogoutTarget> {
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await textOf(request));
    target.tokens.push(form.get('logout_token') ?? '');
    target.types.push(request.headers['content-type']);
    target.answer(response, target.tokens.length);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const target: LogoutTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel-logout`,
    tokens: [],
    types: [],
    answer: (response) => response.writeHead(200).end(),
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (target.tokens.length < count) return;
          waiting.delete(look);
          resolve(target.tokens);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return target;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
