// The middle: what was said, and where the agent writes.

import { element, fill } from './element.js';
import { api } from './api.js';
import { worded } from './text.js';

export class Talk {
  #text;
  #tell;
  #thread = null;
  #entries = [];
  #hasMore = false;
  #me = null;
  #drafts = new Map();
  #head = element('header', { class: 'head' });
  #said = element('div', { class: 'said', role: 'log', 'aria-live': 'polite', tabindex: '0' });
  #field;
  #told = element('p', { class: 'told', role: 'alert' });
  #write;
  #sendButton;

  /** `acted()` is called after something was done; `back()` and `about()` change what a narrow screen shows. */
  constructor(text, tell) {
    this.#text = text;
    this.#tell = tell;
    this.#field = element('textarea', { id: 'words', 'aria-label': text.answerHint, placeholder: text.answerHint, maxlength: '8000', onkeydown: (event) => this.#key(event) });
    this.#sendButton = element('button', { class: 'primary', type: 'submit' }, text.send);
    const note = element('button', { type: 'button', title: text.noteHint, onclick: () => this.#send('note') }, text.note);
    this.#write = element('form', { class: 'write', hidden: true, onsubmit: (event) => { event.preventDefault(); this.#send('answer'); } },
      this.#field, element('div', { class: 'acts' }, this.#told, note, this.#sendButton));
    this.node = element('main', { class: 'pane talk' }, this.#head, this.#said, this.#write);
    this.#empty();
  }

  #empty() {
    fill(this.#head, element('p', { class: 'empty' }, this.#text.choose));
    fill(this.#said);
    this.#write.hidden = true;
  }

  /** Shows a conversation from its last messages on. */
  async open(thread) {
    if (this.#thread !== null) this.#drafts.set(this.#thread, this.#field.value);
    this.#thread = thread;
    this.#entries = [];
    this.#told.textContent = '';
    this.#field.value = this.#drafts.get(thread) ?? '';
    const page = await api.history(thread);
    if (this.#thread !== thread) return;
    this.#entries = page.entries;
    this.#hasMore = page.has_more;
    this.#draw(true);
  }

  /** Reads what has come since. */
  async look() {
    const thread = this.#thread;
    for (;;) {
      const last = this.#entries.at(-1)?.seq ?? 0;
      const page = await api.history(thread, `?after=${last}`);
      if (this.#thread !== thread || page.entries.length === 0) return;
      const known = this.#entries.at(-1)?.seq ?? 0;
      this.#entries.push(...page.entries.filter((entry) => entry.seq > known));
      this.#draw(false);
    }
  }

  /** Shows who has it, and what may be done. */
  show(file, me, queues) {
    const text = this.#text;
    this.#me = me;
    const isMine = file.state === 'assigned' && file.agent?.id === me.id;
    const waits = file.case !== null && file.case.agent === null;
    const others = queues.filter((queue) => queue.name !== file.case?.queue);
    const transfer = element('select', { 'data-key': 'transfer', 'aria-label': text.transfer, onchange: (event) => this.#do('transfer', event.target.value) },
      element('option', { value: '' }, text.transfer), others.map((queue) => element('option', { value: queue.name }, queue.title)));
    const who = file.state === 'assigned' && file.agent ? file.agent.name : text.states[file.state];
    fill(this.#head,
      element('button', { class: 'back', type: 'button', 'data-key': 'back', onclick: this.#tell.back }, text.back),
      element('div', { class: 'title' }, element('strong', { dir: 'auto' }, file.customer.name ?? `${text.somebody} ${file.thread.slice(0, 4)}`), element('span', {}, who)),
      waits && element('button', { class: 'primary', type: 'button', 'data-key': 'take', onclick: () => this.#do('take') }, text.take),
      isMine && element('button', { type: 'button', 'data-key': 'give-back', onclick: () => this.#do('giveBack') }, text.giveBack),
      isMine && element('button', { type: 'button', 'data-key': 'close', onclick: () => this.#do('close') }, text.close),
      isMine && others.length > 0 && transfer,
      element('button', { class: 'to-about', type: 'button', 'data-key': 'about', onclick: this.#tell.about }, text.about));
    this.#write.hidden = false;
    this.#sendButton.disabled = !isMine;
  }

  async #do(what, ...more) {
    if (what === 'transfer' && more[0] === '') return;
    try {
      await api[what](this.#thread, ...more);
      this.#told.textContent = '';
      if (what === 'take') this.#field.focus();
    } catch (error) {
      this.#told.textContent = worded(this.#text, error);
    }
    this.#tell.acted();
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send('answer');
  }

  async #send(what) {
    const text = this.#field.value.trim();
    if (text === '' || (what === 'answer' && this.#sendButton.disabled)) return;
    const thread = this.#thread;
    this.#field.value = '';
    this.#told.textContent = '';
    try {
      await api[what](thread, text);
    } catch (error) {
      // What was not taken is not lost.
      if (this.#thread === thread && this.#field.value === '') this.#field.value = text;
      else this.#drafts.set(thread, text);
      this.#told.textContent = worded(this.#text, error);
    }
    this.#tell.acted();
  }

  async #older() {
    const thread = this.#thread;
    const page = await api.history(thread, `?before=${this.#entries[0]?.seq ?? 1}`);
    if (this.#thread !== thread) return;
    const height = this.#said.scrollHeight;
    this.#entries.unshift(...page.entries);
    this.#hasMore = page.has_more;
    this.#draw(false);
    this.#said.scrollTop += this.#said.scrollHeight - height;
  }

  #draw(isNew) {
    const said = this.#said;
    const wasAtEnd = isNew || said.scrollHeight - said.scrollTop - said.clientHeight < 60;
    const more = this.#hasMore && element('button', { class: 'more', type: 'button', 'data-key': 'more', onclick: () => this.#older() }, this.#text.older);
    fill(said, more, this.#entries.map((entry) => this.#entry(entry)));
    if (wasAtEnd) said.scrollTop = said.scrollHeight;
  }

  #entry(entry) {
    const text = this.#text;
    const time = new Date(entry.at).toLocaleTimeString(text.language, { hour: '2-digit', minute: '2-digit' });
    if (entry.kind === 'status') return element('p', { class: 'status' }, `${text.status[entry.status]?.(entry) ?? entry.status} · ${time}`);
    const who = entry.from === 'agent' ? entry.name : text.speakers[entry.from];
    return element('article', { class: `bubble ${entry.from}` }, element('p', { dir: 'auto' }, entry.content.text ?? ''), element('small', {}, `${who} · ${time}`));
  }
}
