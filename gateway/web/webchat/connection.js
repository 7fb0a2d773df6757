// One WebSocket to the gateway, opened again for as long as that makes sense.
//
// It knows the hello, the back-off and the close codes; it does not know messages.
// A browser can neither send nor see ping frames, so silence is found out by a `ping`
// message: no frame within the deadline means that the line is dead, whatever the
// socket says.

import { reactionTo } from './close_codes.js';

export const SUBPROTOCOL = 'signalbox.chat.v1';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
const STEADY_AFTER_MS = 60_000;
const CONNECT_DEADLINE_MS = 15_000;
const PONG_DEADLINE_MS = 10_000;
const DEFAULT_PING_INTERVAL_MS = 25_000;
const MIN_PING_INTERVAL_MS = 1_000;
const OPEN = 1;

/** Full jitter: anywhere between nothing and the doubled delay, so that clients spread out. */
export function backOffMs(attempt, random = Math.random) {
  return random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
}

export class Connection {
  #url;
  #admit;
  #on;
  #socket = null;
  #ticket = null;
  #welcomed = false;
  #running = false;
  // Counts openings, so that an answer to an older one is recognised and dropped.
  #opening = 0;
  #attempt = 0;
  #retryAfterMs = null;
  #waitsForVisible = false;
  #waitIsFirm = false;
  #timers = new Map();

  /**
   * * `url`: address of the WebSocket.
   * * `admit`: called before each opening; resolves to a ticket `{ hello(), release() }`.
   * * `on`: `state(name, reason)`, `welcome(frame)`, `frame(frame)`, `closed(code, reaction)`,
   *   and `unauthenticated()`, which says whether another attempt with other credentials is worthwhile.
   */
  constructor({ url, admit, on }) {
    this.#url = url;
    this.#admit = admit;
    this.#on = on;
  }

  get isReady() {
    return this.#welcomed;
  }

  start() {
    addEventListener('online', this.#hurry);
    addEventListener('offline', this.#lost);
    document.addEventListener('visibilitychange', this.#hurry);
    this.reopen();
  }

  /** Ends everything; `start` begins anew. */
  stop() {
    removeEventListener('online', this.#hurry);
    removeEventListener('offline', this.#lost);
    document.removeEventListener('visibilitychange', this.#hurry);
    this.suspend();
  }

  /** Lets go of the socket, so that the page may rest in the back-forward cache. */
  suspend() {
    this.#running = false;
    this.#letGo();
  }

  /** Opens a fresh socket now, whatever was before. */
  reopen() {
    this.#running = true;
    this.#attempt = 0;
    this.#letGo();
    this.#open();
  }

  /** Wakes a connection that rests or was stopped, because the customer wants something. */
  wake() {
    if (!this.#running) this.reopen();
  }

  /** Sends a frame if the server has welcomed us; says whether it was handed to the socket. */
  send(frame) {
    if (!this.#welcomed || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #open() {
    const opening = ++this.#opening;
    this.#waitsForVisible = false;
    this.#waitIsFirm = false;
    this.#on.state('connecting');
    this.#setTimer('connect', CONNECT_DEADLINE_MS, () => this.#closed(1006));
    let ticket;
    try {
      ticket = await this.#admit();
    } catch {
      // No credentials now (the site's own server did not answer): the same as no line.
      if (opening === this.#opening) this.#closed(1006);
      return;
    }
    if (opening !== this.#opening) {
      ticket.release();
      return;
    }
    this.#ticket = ticket;
    const socket = new WebSocket(this.#url, [SUBPROTOCOL]);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(ticket.hello()));
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #received(data) {
    this.#clearTimer('pong');
    const frame = parse(data);
    if (frame === null) return;
    if (Number.isFinite(frame.retry_after_ms)) this.#retryAfterMs = frame.retry_after_ms;
    if (frame.t === 'welcome') this.#greeted(frame);
    else this.#on.frame(frame);
  }

  #greeted(frame) {
    this.#welcomed = true;
    this.#clearTimer('connect');
    this.#ticket?.release();
    this.#retryAfterMs = null;
    this.#setTimer('steady', STEADY_AFTER_MS, () => { this.#attempt = 0; });
    this.#schedulePing(Math.max(MIN_PING_INTERVAL_MS, frame.ping_interval_ms ?? DEFAULT_PING_INTERVAL_MS));
    this.#on.state('online');
    this.#on.welcome(frame);
  }

  #schedulePing(intervalMs) {
    this.#setTimer('ping', intervalMs, () => {
      this.send({ t: 'ping' });
      if (!this.#timers.has('pong')) {
        this.#setTimer('pong', PONG_DEADLINE_MS, () => this.#closed(1006));
      }
      this.#schedulePing(intervalMs);
    });
  }

  #closed(code) {
    this.#letGo();
    const reaction = reactionTo(code);
    this.#on.closed(code, reaction);
    if (!this.#running) return;
    switch (reaction.kind) {
      case 'rest':
        return this.#halt('resting', 'ended');
      case 'stop':
        return this.#halt('stopped', reaction.reason);
      case 'authenticate':
        return this.#on.unauthenticated() ? this.#retry() : this.#halt('stopped', 'unauthenticated');
      case 'when_visible':
        if (document.visibilityState === 'visible') return this.#retry();
        this.#waitsForVisible = true;
        return this.#on.state('waiting');
      case 'wait':
        return this.#wait(reaction);
      default:
        return this.#retry(reaction.within_ms);
    }
  }

  #halt(state, reason) {
    this.#running = false;
    this.#on.state(state, reason);
  }

  #wait({ wait_ms: waitMs, uses_retry_after: usesRetryAfter }) {
    const asked = usesRetryAfter ? this.#retryAfterMs : null;
    const delay = asked ?? waitMs;
    if (delay === undefined) return this.#retry();
    this.#waitIsFirm = true;
    this.#on.state('waiting');
    this.#setTimer('retry', delay, () => this.#open());
  }

  #retry(withinMs) {
    const delay = withinMs === undefined ? backOffMs(this.#attempt) : Math.random() * withinMs;
    this.#attempt += 1;
    this.#on.state('waiting');
    this.#setTimer('retry', delay, () => this.#open());
  }

  // The network or the customer came back: an attempt that only waits for luck is made now.
  #hurry = (event) => {
    if (!this.#running || this.#waitIsFirm) return;
    // An attempt under way may have begun without a network: if it fails, the next must not wait as long as its history says.
    if (event.type === 'online') this.#attempt = 0;
    if (event.type === 'visibilitychange' && document.visibilityState !== 'visible') return;
    if (this.#waitsForVisible || this.#timers.has('retry')) {
      this.#clearTimer('retry');
      this.#open();
    }
  };

  // A socket does not notice that the cable is out; what was sent into it counts as unacknowledged.
  #lost = () => {
    if (this.#socket !== null) this.#closed(1006);
  };

  #letGo() {
    this.#opening += 1;
    this.#welcomed = false;
    for (const name of [...this.#timers.keys()]) this.#clearTimer(name);
    this.#ticket?.release();
    this.#ticket = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(1000);
  }

  #setTimer(name, delayMs, action) {
    this.#clearTimer(name);
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, delayMs));
  }

  #clearTimer(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** A frame, or null for what is none: a newer server may send what we do not understand. */
function parse(data) {
  if (typeof data !== 'string') return null;
  try {
    const frame = JSON.parse(data);
    return frame !== null && typeof frame === 'object' && typeof frame.t === 'string' ? frame : null;
  } catch {
    return null;
  }
}
