// Where tabs of one browser keep their outboxes without stepping on each other.
//
// Each tab writes a key of its own and holds a Web Lock of the same name while it lives. A key
// whose lock is free belongs to a tab that is gone, and may be adopted. Where there are no locks
// (a page without TLS) the key carries the time of its last sign of life instead. If two tabs
// adopt the same entries nevertheless, nothing happens twice: the server knows each `cid`.

const SIGN_OF_LIFE_MS = 5_000;
const STALE_AFTER_MS = 30_000;

export class OutboxStorage {
  #prefix;
  #key;
  #entries = [];
  #releaseLock = null;
  #heartbeat = null;

  constructor(site) {
    this.#prefix = `signalbox:${site}:outbox:`;
    this.#key = this.#prefix + Date.now().toString(36) + Math.random().toString(36).slice(2, 10);
    this.#hold();
    addEventListener('pagehide', () => this.#letGo());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#hold();
    });
  }

  load() {
    return this.#read(this.#key);
  }

  save(entries) {
    this.#entries = entries;
    try {
      if (entries.length === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify({ alive: Date.now(), entries }));
    } catch {
      // Storage is full or forbidden: the messages then live as long as this page.
    }
  }

  /**
   * Hands the entries of tabs that are gone to `take`, key by key. `take` must save them as ours
   * before it returns: only then does the old key go, so a crash between the two loses nothing.
   */
  async adopt(take) {
    for (const key of this.#otherKeys()) {
      if (navigator.locks) {
        await navigator.locks.request(key, { ifAvailable: true }, (lock) => {
          if (lock !== null) this.#takeKey(key, take);
        });
      } else if (this.#isStale(key)) {
        this.#takeKey(key, take);
      }
    }
  }

  clearOthers() {
    for (const key of this.#otherKeys()) remove(key);
  }

  #takeKey(key, take) {
    const entries = this.#read(key);
    if (entries.length > 0) take(entries);
    remove(key);
  }

  #otherKeys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix) && key !== this.#key);
    } catch {
      return [];
    }
  }

  #isStale(key) {
    const alive = parse(localStorage.getItem(key))?.alive ?? 0;
    return Date.now() - alive > STALE_AFTER_MS;
  }

  #read(key) {
    try {
      const entries = parse(localStorage.getItem(key))?.entries;
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch {
      return [];
    }
  }

  #hold() {
    if (navigator.locks) {
      navigator.locks.request(this.#key, () => new Promise((release) => { this.#releaseLock = release; })).catch(() => {});
    } else {
      this.#heartbeat = setInterval(() => {
        if (this.#entries.length > 0) this.save(this.#entries);
      }, SIGN_OF_LIFE_MS);
    }
  }

  #letGo() {
    this.#releaseLock?.();
    this.#releaseLock = null;
    clearInterval(this.#heartbeat);
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Storage is forbidden: then there is nothing to remove either.
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isEntry(entry) {
  return typeof entry?.cid === 'string' && typeof entry.text === 'string' && typeof entry.client_ts === 'string';
}
