// The desk's page: signs in, keeps list and conversation as the gateway has them, and says when it cannot.
//
// A change is a hint: whoever hears of one reads again. So a lost hint, a broken connection or a restart of the gateway costs
// nothing. The page holds no truth of its own but what an agent has written and nobody has yet (`outgoing.js`).

import { About } from './about.js';
import { api } from './api.js';
import { Changes } from './changes.js';
import { element, fill } from './element.js';
import { List } from './list.js';
import { Outgoing } from './outgoing.js';
import { Talk } from './talk.js';
import { switchLanguage, words, worded } from './text.js';

const AGAIN_MS = 2_000;
/** The conversation that was open, over a reload. */
const OPEN = 'signalbox-desk-open';
const root = document.querySelector('#desk');
const text = words();
document.documentElement.lang = text.language;
document.title = `${text.title} · signalbox`;

const language = () => element('button', { type: 'button', id: 'language', class: 'quiet', lang: text.otherLanguage, onclick: () => { switchLanguage(text); location.reload(); } }, text.other);

function signIn(why = '') {
  const told = element('p', { class: 'wrong', role: 'alert' }, why);
  const name = element('input', { id: 'name', name: 'name', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true });
  const password = element('input', { id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const button = element('button', { class: 'primary', type: 'submit' }, text.signIn);
  const form = element('form', {
    async onsubmit(event) {
      event.preventDefault();
      button.disabled = true;
      told.textContent = '';
      try {
        const { agent } = await api.signIn(name.value.trim(), password.value);
        new Page(agent);
      } catch (error) {
        told.textContent = worded(text, error.told);
        if (error.told?.error === 'wrong_password') {
          password.value = '';
          password.focus();
        }
      }
      button.disabled = false;
    },
  }, element('h1', {}, text.title), element('label', {}, text.name, name), element('label', {}, text.password, password), told, button, language());
  root.replaceChildren(element('main', { class: 'sign-in' }, form));
  name.focus();
}

class Page {
  #list;
  #talk;
  #about;
  #panes;
  #offline = element('p', { class: 'offline', role: 'status' });
  #news = element('p', { class: 'unseen', role: 'status' });
  #outgoing;
  #changes;
  #thread = null;
  #found = null;
  #waiting = null;
  #reading = null;
  #next = null;
  #isLeft = false;

  constructor(me) {
    this.#outgoing = new Outgoing(me.id, () => this.#moved());
    this.#list = new List(text, { open: (thread) => this.open(thread), search: (asked) => this.#search(asked) });
    this.#talk = new Talk(text, me, this.#outgoing, { acted: () => this.read(), back: () => this.#toList(), about: () => this.#toAbout(), leave: () => this.#toList() });
    this.#about = new About(text, () => this.#fromAbout());
    this.#panes = element('main', { class: 'panes' }, this.#list.node, this.#talk.node, this.#about.node);
    const bar = element('header', { class: 'bar' }, element('h1', {}, text.title), this.#offline, element('span', { class: 'who' }, me.name), language(),
      element('button', { type: 'button', id: 'sign-out', class: 'quiet', onclick: () => this.#signOut() }, text.signOut));
    root.replaceChildren(element('div', { class: 'desk' }, bar, this.#panes, this.#news));
    document.addEventListener('visibilitychange', this.#seen);
    this.#changes = new Changes(me.id, { changed: () => this.read(), lost: () => this.#lost() });
    this.#outgoing.start();
    const open = sessionStorage.getItem(OPEN);
    if (open !== null) this.open(open, false);
  }

  #seen = () => document.hidden || this.read();

  #lost() {
    this.#offline.textContent = text.offline;
    // It says whether only the stream is lost, or the sign-in too.
    this.read(false);
  }

  #leave(why) {
    if (this.#isLeft) return;
    this.#isLeft = true;
    document.removeEventListener('visibilitychange', this.#seen);
    this.#changes.leave();
    this.#outgoing.leave();
    signIn(why);
  }

  async #signOut() {
    if (this.#outgoing.hasWords && !confirm(text.leaveWords)) return;
    try {
      await api.signOut();
    } catch (error) {
      this.#offline.textContent = worded(text, error.told);
      return;
    }
    this.#outgoing.forget();
    sessionStorage.removeItem(OPEN);
    this.#leave('');
  }

  #toList() {
    this.#panes.classList.remove('open', 'with-about');
    this.#list.focus(this.#thread);
  }

  #toAbout() {
    this.#panes.classList.add('with-about');
    this.#about.focus();
  }

  #fromAbout() {
    this.#panes.classList.remove('with-about');
    this.#talk.focus();
  }

  async open(thread, isAsked = true) {
    this.#thread = thread;
    sessionStorage.setItem(OPEN, thread);
    this.#panes.classList.add('open');
    this.#panes.classList.remove('with-about');
    await this.#talk.open(thread).catch(() => {});
    await this.read();
    if (isAsked && this.#thread === thread) this.#talk.focus();
  }

  #moved() {
    this.#talk.showOutgoing();
    this.read();
  }

  async #search(asked) {
    const search = /^\d{4}-\d{2}(-\d{2})?$/.test(asked) ? api.searchDay : api.search;
    try {
      this.#found = asked === '' ? null : (await search(asked)).found;
    } catch (error) {
      this.#found = [];
      this.#offline.textContent = worded(text, error.told);
    }
    await this.read();
    if (this.#found) this.#news.textContent = text.foundSo(this.#found.length);
  }

  /**
   * Reads everything that is shown. One reading is under way, and at most one waits behind it, for all who asked meanwhile.
   * Ends when what was there at the call has been read.
   */
  read(isWell = true) {
    if (this.#reading === null) {
      this.#reading = this.#readAll(isWell).finally(() => { this.#reading = null; });
      return this.#reading;
    }
    this.#next ??= this.#reading.then(() => { this.#next = null; return this.read(isWell); });
    return this.#next;
  }

  async #readAll(isWell) {
    if (this.#isLeft) return;
    try {
      await this.#readOnce();
      if (isWell) this.#offline.textContent = '';
    } catch (error) {
      if (error.status === 401) this.#leave(text.signedOut);
      else this.#offline.textContent = text.offline;
    }
  }

  async #readOnce() {
    const list = await api.list();
    const thread = this.#thread;
    this.#list.show({ list, found: this.#found, thread });
    // Who uses a screen reader hears of new ones, and does not read an old count afterwards.
    const isMore = this.#waiting !== null && list.counts.waiting > this.#waiting;
    this.#news.textContent = isMore ? text.arrived(list.counts.waiting) : '';
    this.#waiting = list.counts.waiting;
    document.title = `${list.counts.waiting > 0 ? `(${list.counts.waiting}) ` : ''}${text.title} · signalbox`;
    // Nobody looks at it: it is read when somebody does.
    if (thread === null || document.hidden) return;
    let file;
    try {
      file = await api.file(thread);
    } catch (error) {
      if (error.status !== 404) throw error;
      // It was open before a reload, in another gateway's life.
      sessionStorage.removeItem(OPEN);
      this.#thread = null;
      return this.#toList();
    }
    if (this.#thread !== thread) return;
    this.#talk.show(file, list.queues);
    this.#about.show(file, list.queues);
    await this.#talk.look();
  }
}

/** Goes on where the agent was, if the sign-in still counts. */
async function begin() {
  try {
    const { agent } = await api.who();
    new Page(agent);
  } catch (error) {
    if (error.status === 401) return signIn();
    fill(root, element('main', { class: 'sign-in' }, element('p', { class: 'wrong', role: 'status' }, worded(text, error.told))));
    setTimeout(begin, AGAIN_MS);
  }
}

begin();
