// The desk's HTTP interface. Whatever changes something carries a name of its own, so that it can be sent again.

/** Why a request was not answered with what it asked for: `error` and further fields as the gateway says them. */
export class Refused extends Error {
  constructor(status, told) {
    super(told.error ?? 'unavailable');
    this.status = status;
    this.told = told;
  }

  /** Whether the same request may do better later: nobody answered, or the gateway could not. */
  get mayPass() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

async function ask(method, path, body) {
  const headers = { 'X-Signalbox-Desk': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(`/v1/desk/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(0, { error: 'offline' });
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, told);
  return told;
}

/** A wish, asked again under the same name while no answer comes, a few times. Wished twice, it is as if wished once. */
async function wish(thread, what, more = {}) {
  const body = { request: newName(), ...more };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask('POST', `conversations/${thread}/${what}`, body);
    } catch (error) {
      if (!error.mayPass || attempt === 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}

/** A UUID. `randomUUID` is missing where the page does not come over an encrypted connection. */
export function newName() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const api = {
  who: () => ask('GET', 'session'),
  signIn: (name, password) => ask('POST', 'session', { name, password }),
  signOut: () => ask('DELETE', 'session'),
  list: () => ask('GET', 'list'),
  search: (q) => ask('GET', `search?q=${encodeURIComponent(q)}`),
  searchDay: (day) => ask('GET', `search?day=${encodeURIComponent(day)}`),
  file: (thread) => ask('GET', `conversations/${thread}`),
  history: (thread, query = '') => ask('GET', `conversations/${thread}/history${query}`),
  take: (thread) => wish(thread, 'take'),
  giveBack: (thread) => wish(thread, 'give-back'),
  close: (thread) => wish(thread, 'close'),
  transfer: (thread, queue) => wish(thread, 'transfer', { queue }),
  /** Says `text` to the customer (`answer`) or to colleagues (`note`), once, under a name that the caller keeps. */
  say: (thread, kind, request, text) => ask('POST', `conversations/${thread}/${kind}`, { request, text }),
};
