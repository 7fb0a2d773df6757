// The left side: who waits, who is with me, who is with colleagues, and what a search has found.

import { element, fill } from './element.js';

const REFRESH_AGES_MS = 15_000;

export class List {
  #text;
  #open;
  #sections = element('div');
  #shown = null;

  /** `open(thread)` shows a conversation; `search(words)` looks for some. */
  constructor(text, { open, search }) {
    this.#text = text;
    this.#open = open;
    const field = element('input', { type: 'search', id: 'search', placeholder: text.searchHint, 'aria-label': text.search });
    const form = element('form', { role: 'search', onsubmit: (event) => { event.preventDefault(); search(field.value.trim()); } }, field);
    field.addEventListener('search', () => field.value === '' && search(''));
    this.node = element('nav', { class: 'pane list', 'aria-label': text.waiting, onkeydown: (event) => this.#move(event) }, form, this.#sections);
    setInterval(() => this.#shown && this.show(this.#shown), REFRESH_AGES_MS);
  }

  show(shown) {
    this.#shown = shown;
    const { list, found, thread } = shown;
    const text = this.#text;
    const section = (title, rows, count, empty) => element(
      'section', { 'aria-label': title },
      element('h2', {}, title, element('span', {}, String(count))),
      rows.length === 0 ? empty && element('p', { class: 'empty' }, empty) : element('ul', {}, rows.map((row) => element('li', {}, this.#row(row, thread)))),
    );
    fill(
      this.#sections,
      found && section(text.found, found, found.length, text.nothingFound),
      section(text.mine, list.mine, list.counts.mine, text.nothingMine),
      section(text.waiting, list.waiting, list.counts.waiting, text.nobodyWaits),
      list.others.length > 0 && section(text.others, list.others, list.counts.others, null),
    );
  }

  #row(row, open) {
    const text = this.#text;
    const isMarked = row.priority && row.priority !== 'normal';
    const minutes = row.since ? Math.max(0, Math.floor((Date.now() - Date.parse(row.since)) / 60_000)) : null;
    return element(
      'button',
      { class: 'row', type: 'button', 'data-key': row.thread, 'data-thread': row.thread, 'aria-current': row.thread === open ? 'true' : null, onclick: () => this.#open(row.thread) },
      element('span', { class: 'top' },
        element('span', { class: 'name', dir: 'auto' }, row.name ?? `${text.somebody} ${row.thread.slice(0, 4)}`),
        minutes !== null && element('span', { class: 'age' }, text.minutes(minutes))),
      element('span', { class: 'why', dir: 'auto' },
        isMarked && element('span', { class: `mark ${row.priority}` }, text.priorities[row.priority]), ' ',
        [row.queue, row.agent?.name, ...(row.reason?.keywords ?? [])].filter(Boolean).join(' · ')),
    );
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.target.classList.contains('row')) return;
    const rows = [...this.node.querySelectorAll('.row')];
    rows[rows.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  }
}
