// What an agent has written and what does not stand in the history yet: drafts, and words on their way.
//
// It is kept in the browser under the agent's name until it stands, so neither a lost answer nor a reload, nor a sign-in that has
// run out, loses a word. Words keep the name under which they were sent first: sent again, they are the same ones, and the customer
// reads them once. Tabs share all of it; two that send the same words send them under the same name.

import { api, newName } from './api.js';

/** Words that nobody has answered for so long are not sent by themselves any more: they may not fit what was said since. */
const FRESH_MS = 5 * 60_000;
/** So long at least the gateway knows a name again (the least that `router.dedupe_for` may be). */
const KNOWN_MS = 60 * 60_000;
/** Drafts that are older are gone. */
const DRAFT_MS = 7 * 24 * 60 * 60_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
const FOLLOW_MS = 2_000;

/**
 * Words on their way: `{ request, thread, kind: 'answer' | 'note', text, at, state, error?, message? }`.
 *
 * * `waiting`: not accepted yet; `isLate` once a try has failed.
 * * `kept`: the gateway has them, and will say them.
 * * `said`: they will stand in the history as `message`.
 * * `refused`: they were not said, `error` tells why.
 * * `unsure`: nobody knows whether they were said.
 */
export class Outgoing {
  #prefix;
  #changed;
  #sending = new Set();
  #isLeft = false;

  /** `changed()` is called whenever words have got another state. */
  constructor(agent, changed) {
    this.#prefix = `signalbox-desk/${agent}/`;
    this.#changed = changed;
    addEventListener('storage', this.#heard);
  }

  /** Goes on with what an earlier page has left. */
  start() {
    for (const saying of this.#sayings()) {
      if (saying.state === 'said') this.#remove(saying.request);
      else if (saying.state === 'kept') this.#follow(saying);
      else this.#send(saying.thread);
    }
  }

  /** What stands in the box of a conversation. */
  draft(thread) {
    const draft = read(`${this.#prefix}draft/${thread}`);
    return draft && Date.now() - draft.at < DRAFT_MS ? draft.text : '';
  }

  keepDraft(thread, text) {
    write(`${this.#prefix}draft/${thread}`, text === '' ? null : { text, at: Date.now() });
  }

  /** The words of a conversation that do not stand in its history yet, the oldest first. */
  of(thread) {
    return this.#sayings().filter((saying) => saying.thread === thread);
  }

  say(thread, kind, text) {
    const saying = { request: newName(), thread, kind, text, at: Date.now(), state: 'waiting' };
    write(this.#key(saying.request), saying);
    this.#changed();
    this.#send(thread);
  }

  /** Whether words that nobody has answered can be sent again without being said twice. */
  isKnown(saying) {
    return Date.now() - saying.at < KNOWN_MS;
  }

  /** Sends words again of which nobody knows whether they were said: under their name, so that they are said once. */
  again(request) {
    const saying = read(this.#key(request));
    if (saying === null) return;
    // The clock that says when they are too old to go by themselves starts anew; the name's own does not.
    this.#become(saying, 'waiting', { freshFrom: Date.now() });
    this.#send(saying.thread);
  }

  /** Forgets words. Answers what they were. */
  discard(request) {
    const saying = read(this.#key(request));
    this.#remove(request);
    this.#changed();
    return saying?.text ?? '';
  }

  /** Forgets what stands in the history now. */
  stands(thread, stands) {
    for (const saying of this.of(thread)) if (saying.state === 'said' && stands(saying)) this.#remove(saying.request);
  }

  /** Whether leaving would lose something. */
  get hasWords() {
    return keys().some((key) => key.startsWith(this.#prefix));
  }

  /** Stops sending; what is kept goes on with the agent's next sign-in. */
  leave() {
    this.#isLeft = true;
    removeEventListener('storage', this.#heard);
  }

  /** Forgets all words: nothing of them stays in a browser that others use. */
  forget() {
    for (const key of keys()) if (key.startsWith(this.#prefix)) write(key, null);
  }

  #heard = (event) => {
    if (event.key?.startsWith(`${this.#prefix}saying/`)) this.#changed();
  };

  #key(request) {
    return `${this.#prefix}saying/${request}`;
  }

  #sayings() {
    const prefix = this.#key('');
    return keys().filter((key) => key.startsWith(prefix)).map(read).filter((saying) => saying !== null).sort((one, other) => one.at - other.at);
  }

  #remove(request) {
    write(this.#key(request), null);
  }

  #become(saying, state, more = {}) {
    Object.assign(saying, { state, isLate: false }, more);
    // Another tab, or the agent, may have forgotten it since.
    if (read(this.#key(saying.request)) !== null) write(this.#key(saying.request), saying);
    this.#changed();
  }

  /** Sends what waits in a conversation, in the order in which it was written. */
  async #send(thread) {
    if (this.#sending.has(thread)) return;
    this.#sending.add(thread);
    for (;;) {
      const saying = this.of(thread).find(({ state }) => state === 'waiting');
      if (saying === undefined || this.#isLeft) break;
      await this.#sendOne(saying);
    }
    this.#sending.delete(thread);
  }

  async #sendOne(saying) {
    for (let attempt = 0; !this.#isLeft; attempt += 1) {
      if (Date.now() - (saying.freshFrom ?? saying.at) > FRESH_MS) return this.#become(saying, 'unsure');
      if (await this.#try(saying)) return;
      this.#become(saying, 'waiting', { isLate: true });
      await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
      if (read(this.#key(saying.request)) === null) return;
    }
  }

  /** Asks until what was kept was said or refused. Meanwhile others go: the gateway has them in their order. */
  async #follow(saying) {
    while (!this.#isLeft && read(this.#key(saying.request))?.state === 'kept') {
      await pause(FOLLOW_MS);
      if (!this.#isLeft && Date.now() - saying.at < KNOWN_MS) await this.#try(saying);
    }
  }

  /** Sends words once. Answers whether it is known what becomes of them. */
  async #try(saying) {
    const wasKept = saying.state === 'kept';
    try {
      const told = await api.say(saying.thread, saying.kind, saying.request, saying.text);
      if (!told.pending) this.#become(saying, 'said', { message: told.message });
      else if (!wasKept) {
        this.#become(saying, 'kept');
        this.#follow(saying);
      }
      return true;
    } catch (error) {
      if (error.status === 401) {
        this.leave();
        this.#changed();
        return true;
      }
      if (error.mayPass) return false;
      this.#become(saying, 'refused', { error: error.told ?? {} });
      return true;
    }
  }
}

/** Until then, or until the browser has a network again. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => { removeEventListener('online', done); clearTimeout(timer); resolve(); };
    const timer = setTimeout(done, milliseconds);
    addEventListener('online', done);
  });
}

// A browser that keeps nothing, or has no place left, keeps it as long as the page is open.
const memory = new Map();

function keys() {
  return [...new Set([...memory.keys(), ...storedKeys()])];
}

function storedKeys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

function read(key) {
  if (memory.has(key)) return structuredClone(memory.get(key));
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  memory.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    if (value !== null) memory.set(key, structuredClone(value));
  }
}
