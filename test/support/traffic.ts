import { Agent, request } from 'node:http';

export interface Traffic {
  /** How many were answered, by status. */
  answered: Map<number, number>;
  /** Connections that were accepted and then cut off, with what the client saw. */
  cut: string[];
  /** Whether the port was closed in the end. */
  refused: boolean;
  /** How many answers said that their connection ends. */
  closing: number;
}

export interface TrafficOptions {
  /** Whether each client keeps its connection for the next request. */
  keepAlive: boolean;
  clients: number;
  send: { method?: string; path: string; headers?: Record<string, string>; body?: string };
}

/** Clients that ask one request after another until the port is closed. @returns what they see, and when they have ended. */
export function traffic(issuer: string, options: TrafficOptions): { seen: Traffic; ended: Promise<unknown> } {
  const seen: Traffic = { answered: new Map(), cut: [], refused: false, closing: 0 };
  const { keepAlive, send } = options;
  const client = async () => {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    for (;;) {
      try {
        const { status, closing } = await once(issuer, agent, send);
        seen.answered.set(status, (seen.answered.get(status) ?? 0) + 1);
        if (closing) seen.closing += 1;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'ECONNREFUSED') {
          seen.refused = true;
          break;
        }
        seen.cut.push(`${code}: ${message}`);
      }
    }
    agent.destroy();
  };
  return { seen, ended: Promise.all(Array.from({ length: options.clients }, client)) };
}

/** One request, with any Host that its headers say. */
export async function sendTo(origin: string, send: TrafficOptions['send']): Promise<{ status: number; body: string }> {
  const agent = new Agent();
  try {
    return await once(origin, agent, send);
  } finally {
    agent.destroy();
  }
}

function once(origin: string, agent: Agent, { method = 'GET', path, headers = {}, body }: TrafficOptions['send']) {
  return new Promise<{ status: number; closing: boolean; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = request({ agent, hostname, family: 4, port, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, closing: answer.headers.connection === 'close', body: text }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
