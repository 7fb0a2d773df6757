// Who the customer is to the gateway: the visitor token that the gateway signed, a device id,
// and, for somebody who is logged in to the site, the token that the site's own server minted.
//
// The visitor token is the key to the history, so it is treated like a password: it lives in
// localStorage and in the socket, never in an address.

import { randomUuid } from './uuid.js';

export class Identity {
  #site;
  #tokenProvider;
  #token = null;
  #mustRefresh = true;
  #isSignedOut = false;
  #strikes = 0;
  // What localStorage did not take: it is full, or forbidden.
  #memory = new Map();

  /** `tokenProvider`: returns (a promise of) the JWT of the logged-in user, or null; or is null itself. */
  constructor({ site, tokenProvider }) {
    this.#site = site;
    this.#tokenProvider = tokenProvider;
  }

  get token() {
    return this.#token;
  }

  get visitor() {
    return this.#read('visitor');
  }

  get device() {
    const known = this.#read('device');
    if (known !== null) return known;
    const device = randomUuid();
    this.#write('device', device);
    return device;
  }

  /**
   * Prepares one opening: fetches the user's token if there is one to fetch. Two tabs that open at
   * once for a new visitor go one after the other, so that they become one visitor and not two.
   */
  async admit() {
    await this.refresh();
    if (this.visitor !== null || this.#token !== null || !navigator.locks) return () => {};
    return new Promise((admitted, failed) => {
      navigator.locks
        .request(`signalbox:${this.#site}:first-hello`, () => new Promise((release) => admitted(release)))
        .catch(failed);
    });
  }

  /** Gets the user's token anew, where the last one is used up. */
  async refresh() {
    if (this.#tokenProvider === null || this.#isSignedOut || !this.#mustRefresh) return;
    this.#token = (await this.#tokenProvider()) ?? null;
    this.#mustRefresh = false;
  }

  /** The token is about to expire: the next `refresh` gets a new one. */
  expire() {
    this.#mustRefresh = true;
  }

  welcomed({ visitor }) {
    this.#strikes = 0;
    if (typeof visitor === 'string' && visitor !== '') this.#write('visitor', visitor);
  }

  /**
   * The gateway did not accept our credentials. Once with a fresh token; then, if we are nobody in
   * particular, once as a new visitor; then never again by itself. Says whether to try.
   */
  rejected() {
    this.#strikes += 1;
    this.expire();
    if (this.#strikes === 1) return true;
    if (this.#strikes > 2 || this.#token !== null || this.visitor === null) return false;
    this.#write('visitor', null);
    return true;
  }

  /** The customer logged in on the site: `token` speaks for them from now on. */
  signIn(token) {
    this.#token = token;
    this.#mustRefresh = false;
    this.#isSignedOut = false;
  }

  /**
   * The customer logged out: whoever sits here next must not read this history. The site may not
   * have ended its own session yet, so its tokens are not asked for again before `signIn`.
   */
  signOut() {
    this.signedOutElsewhere();
    this.#write('visitor', null);
  }

  /** Another tab signed out. The storage is its business: it may hold the next visitor already. */
  signedOutElsewhere() {
    this.#token = null;
    this.#isSignedOut = true;
  }

  /** Whether a `storage` event says that another tab has signed out. */
  isSignOut({ key, newValue }) {
    return key === this.#key('visitor') && newValue === null;
  }

  #read(name) {
    try {
      return localStorage.getItem(this.#key(name)) ?? this.#memory.get(name) ?? null;
    } catch {
      return this.#memory.get(name) ?? null;
    }
  }

  #write(name, value) {
    this.#memory.delete(name);
    try {
      if (value === null) localStorage.removeItem(this.#key(name));
      else localStorage.setItem(this.#key(name), value);
    } catch {
      // The identity then lives as long as this page.
      if (value !== null) this.#memory.set(name, value);
    }
  }

  #key(name) {
    // The device is one for all sites of this browser profile; a visitor belongs to one site.
    return name === 'device' ? 'signalbox:device' : `signalbox:${this.#site}:${name}`;
  }
}
