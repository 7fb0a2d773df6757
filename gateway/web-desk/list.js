// The left side: who waits, who is with me, who is with colleagues, and what a search has found.

import { element, fill } from './element.js';

const REFRESH_AGES_MS = 15_000;

export class List {
  #text;
  #open;
  #field;
  #search;
  #sections = element('div');
  #shown = null;

  /** `open(thread)` shows a conversation; `search(words)` looks for some. */
  constructor(text, { open, search }) {
    this.#text = text;
    this.#open = open;
    this.#search = search;
    this.#field = element('input', { type: 'search', id: 'search', placeholder: text.search, 'aria-label': text.search, 'aria-describedby': 'search-hint', maxlength: '200', onkeydown: (event) => event.key === 'Escape' && this.#clear() });
    const form = element('form', { role: 'search', onsubmit: (event) => { event.preventDefault(); search(this.#field.value.trim()); } }, this.#field, element('p', { class: 'hint', id: 'search-hint' }, text.searchHint));
    this.#field.addEventListener('search', () => this.#field.value === '' && search(''));
    this.node = element('nav', { class: 'pane list', 'aria-label': text.conversations, onkeydown: (event) => this.#move(event) }, form, this.#sections);
    setInterval(() => this.#shown && this.show(this.#shown), REFRESH_AGES_MS);
  }

  /** Puts the focus on a conversation's row. */
  focus(thread) {
    const rows = [...this.#sections.querySelectorAll('.row')];
    (rows.find((row) => row.dataset.thread === thread) ?? rows[0] ?? this.#field).focus();
  }

  show(shown) {
    this.#shown = shown;
    const { list, found, thread } = shown;
    const text = this.#text;
    const section = (name, title, rows, count, empty) => element(
      'section', { 'aria-label': title, 'data-key': name },
      element('h2', {}, title, ' ', element('span', { class: 'count' }, String(count))),
      rows.length === 0 ? empty && element('p', { class: 'empty' }, empty) : element('ul', {}, rows.map((row) => element('li', { 'data-key': row.thread }, this.#row(name, row, thread, list.queues)))),
      count > rows.length && element('p', { class: 'empty' }, text.more(count - rows.length)),
    );
    fill(
      this.#sections,
      found && section('found', text.found, found, found.length, text.nothingFound),
      found && element('button', { type: 'button', class: 'clear', 'data-key': 'clear', onclick: () => this.#clear() }, text.endSearch),
      section('mine', text.mine, list.mine, list.counts.mine, text.nothingMine),
      section('waiting', text.waiting, list.waiting, list.counts.waiting, text.nobodyWaits),
      list.others.length > 0 && section('others', text.others, list.others, list.counts.others, null),
    );
  }

  #clear() {
    this.#field.value = '';
    this.#field.focus();
    this.#search('');
  }

  #row(section, row, open, queues) {
    const text = this.#text;
    const isMarked = row.priority && row.priority !== 'normal';
    const queue = queues.find((known) => known.name === row.queue)?.title ?? row.queue;
    return element(
      'button',
      { class: 'row', type: 'button', 'data-key': `${section} ${row.thread}`, 'data-thread': row.thread, 'aria-current': row.thread === open ? 'true' : null, onclick: () => this.#open(row.thread) },
      element('span', { class: 'top' },
        element('span', { class: 'name', dir: 'auto' }, text.person(row.name, row.thread)),
        row.since && element('span', { class: 'age' }, row.ended ? text.day(new Date(row.ended)) : text.age(Date.now() - Date.parse(row.since)))),
      element('span', { class: 'why', dir: 'auto' },
        isMarked && element('span', { class: `mark ${row.priority}` }, text.priorities[row.priority]), isMarked && ' ',
        [queue, row.agent?.name, ...(row.reason?.keywords ?? []).map(text.quoted)].filter(Boolean).join(' · ')),
    );
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(event.target === this.#field || event.target.classList.contains('row'))) return;
    const rows = [...this.#sections.querySelectorAll('.row')];
    const next = rows.indexOf(event.target) + step;
    (next < 0 ? this.#field : rows[next])?.focus();
    event.preventDefault();
  }
}
