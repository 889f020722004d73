// Who is signed in, kept in memory by a random cookie. A real application keeps it in its database.
import { randomBytes } from 'node:crypto';

const sessions = new Map();
const NAME = 'example_session';

/** The session of a request; a new one sets its cookie. */
export function sessionOf(request, response) {
  const given = new RegExp(`(?:^|; )${NAME}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (given && sessions.has(given)) return sessions.get(given);
  return renew(response);
}

/** A fresh session under a new id: at sign-in, so that nobody can plant one beforehand, and at sign-out. */
export function renew(response, values = {}) {
  const id = randomBytes(32).toString('base64url');
  const session = { ...values };
  sessions.set(id, session);
  response.setHeader('Set-Cookie', `${NAME}=${id}; HttpOnly; SameSite=Lax; Path=/`);
  return session;
}
