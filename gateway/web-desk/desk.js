// The desk's page: signs in, keeps list and conversation as the gateway has them, and says when it cannot.
//
// A change is a hint: whoever hears of one reads again. So a lost hint, a broken connection or a restart of the gateway
// costs nothing, and the page holds no truth of its own but unsent drafts.

import { About } from './about.js';
import { api } from './api.js';
import { element, fill } from './element.js';
import { List } from './list.js';
import { Talk } from './talk.js';
import { switchLanguage, words, worded } from './text.js';

const AGAIN_MS = 2_000;
const root = document.querySelector('#desk');
const text = words();
document.documentElement.lang = text.language;
document.title = `${text.title} · signalbox`;

const language = () => element('button', { type: 'button', id: 'language', onclick: () => { switchLanguage(text); location.reload(); } }, text.other);

function signIn() {
  const told = element('p', { class: 'wrong', role: 'alert' });
  const name = element('input', { id: 'name', name: 'name', autocomplete: 'username', required: true, autofocus: true });
  const password = element('input', { id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const button = element('button', { class: 'primary', type: 'submit' }, text.signIn);
  const form = element('form', {
    async onsubmit(event) {
      event.preventDefault();
      button.disabled = true;
      try {
        await api.signIn(name.value, password.value);
        await begin();
      } catch (error) {
        told.textContent = worded(text, error);
        password.value = '';
      }
      button.disabled = false;
    },
  }, element('h1', {}, text.title), element('label', {}, text.name, name), element('label', {}, text.password, password), told, button, language());
  fill(root, element('main', { class: 'sign-in' }, form));
  name.focus();
}

class Page {
  #me;
  #list;
  #talk;
  #about;
  #panes;
  #offline = element('p', { class: 'offline', role: 'alert' });
  #news = element('p', { class: 'unseen', role: 'status' });
  #thread = null;
  #found = null;
  #waiting = 0;
  #isReading = false;
  #readsAgain = false;
  #source = null;

  constructor(me) {
    this.#me = me;
    this.#list = new List(text, { open: (thread) => this.open(thread), search: (asked) => this.#search(asked) });
    this.#talk = new Talk(text, { acted: () => this.read(), back: () => this.#panes.classList.remove('open', 'with-about'), about: () => this.#panes.classList.toggle('with-about') });
    this.#about = new About(text, () => this.#panes.classList.remove('with-about'));
    this.#panes = element('div', { class: 'panes' }, this.#list.node, this.#talk.node, this.#about.node);
    const bar = element('header', { class: 'bar' }, element('h1', {}, text.title), this.#offline, element('span', { class: 'who' }, me.name), language(),
      element('button', { type: 'button', id: 'sign-out', onclick: () => this.#leave() }, text.signOut));
    fill(root, element('div', { class: 'desk' }, bar, this.#panes, this.#news));
    this.#listen();
  }

  #listen() {
    this.#source = new EventSource('/v1/desk/changes');
    this.#source.onmessage = () => this.read();
    this.#source.onerror = () => {
      this.#offline.textContent = text.offline;
      // The browser tries again by itself, unless it was answered with an error.
      if (this.#source.readyState === EventSource.CLOSED) setTimeout(() => this.#again(), AGAIN_MS);
    };
  }

  async #again() {
    if (await this.read()) this.#listen();
  }

  async #leave() {
    this.#source.close();
    await api.signOut();
    signIn();
  }

  async open(thread) {
    this.#thread = thread;
    this.#panes.classList.add('open');
    this.#panes.classList.remove('with-about');
    await this.#talk.open(thread).catch(() => {});
    await this.read();
  }

  async #search(asked) {
    const search = /^\d{4}-\d{2}(-\d{2})?$/.test(asked) ? api.searchDay : api.search;
    this.#found = asked === '' ? null : await search(asked).then(({ found }) => found, () => []);
    await this.read();
  }

  /** Reads everything that is shown, once at a time. Answers whether somebody is still signed in. */
  async read() {
    if (this.#isReading) {
      this.#readsAgain = true;
      return true;
    }
    this.#isReading = true;
    try {
      do {
        this.#readsAgain = false;
        await this.#readOnce();
      } while (this.#readsAgain);
      this.#offline.textContent = '';
    } catch (error) {
      if (error.status === 401) {
        this.#source.close();
        signIn();
        return false;
      }
      this.#offline.textContent = text.offline;
    } finally {
      this.#isReading = false;
    }
    return true;
  }

  async #readOnce() {
    const list = await api.list();
    const thread = this.#thread;
    this.#list.show({ list, found: this.#found, thread });
    // Who uses a screen reader hears of new ones, and does not read an old count afterwards.
    this.#news.textContent = list.counts.waiting > this.#waiting ? text.arrived(list.counts.waiting) : '';
    this.#waiting = list.counts.waiting;
    document.title = `${list.counts.waiting > 0 ? `(${list.counts.waiting}) ` : ''}${text.title} · signalbox`;
    if (thread === null) return;
    const file = await api.file(thread);
    if (this.#thread !== thread) return;
    this.#talk.show(file, this.#me, list.queues);
    this.#about.show(file);
    await this.#talk.look();
  }
}

async function begin() {
  const { agent } = await api.who();
  new Page(agent);
}

begin().catch((error) => {
  if (error.status !== 401) setTimeout(() => location.reload(), AGAIN_MS);
  signIn();
});
