// Hears that something may have changed. Of a browser's tabs one holds the stream and tells the others: a browser has few
// connections to one server, and with a stream in each tab the sixth would wait for ever.

const AGAIN_MS = 2_000;

export class Changes {
  #changed;
  #lost;
  #source = null;
  #channel;
  #left = new AbortController();
  #leave;

  /** `changed()` after each change, and whenever the stream is there again; `lost()` while it is not. */
  constructor(agent, { changed, lost }) {
    this.#changed = changed;
    this.#lost = lost;
    const name = `signalbox-desk/${agent}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => (data === 'changed' ? changed() : lost());
    const isLeft = new Promise((resolve) => { this.#leave = resolve; });
    const hold = () => { this.#listen(); return isLeft; };
    // Locks are for encrypted pages and this machine only; elsewhere each tab listens for itself.
    if (navigator.locks) navigator.locks.request(name, { signal: this.#left.signal }, hold).catch(() => {});
    else hold();
    // A tab that waits for the lock hears of nothing that was before it.
    changed();
  }

  leave() {
    this.#source?.close();
    this.#channel.close();
    this.#left.abort();
    this.#leave();
  }

  #listen() {
    if (this.#left.signal.aborted) return;
    this.#source = new EventSource('/v1/desk/changes');
    this.#source.onmessage = () => this.#tell('changed', this.#changed);
    this.#source.onerror = () => {
      this.#tell('lost', this.#lost);
      // The browser tries again by itself, unless it was answered with an error.
      if (this.#source.readyState === EventSource.CLOSED) setTimeout(() => this.#listen(), AGAIN_MS);
    };
  }

  #tell(what, here) {
    if (this.#left.signal.aborted) return;
    this.#channel.postMessage(what);
    here();
  }
}
