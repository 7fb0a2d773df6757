// The middle: what was said, what is on its way, and where the agent writes.

import { element, fill } from './element.js';
import { api } from './api.js';
import { worded } from './text.js';

const AT_END_PX = 60;

export class Talk {
  #text;
  #tell;
  #outgoing;
  #thread = null;
  #entries = [];
  #notes = [];
  #hasMore = false;
  #isMine = false;
  #isNote = false;
  #me;
  #head = element('header', { class: 'head' });
  #said;
  #jump;
  #field;
  #told = element('p', { class: 'told', role: 'alert' });
  #hint = element('p', { class: 'hint', id: 'words-hint' });
  #modes;
  #write;
  #sendButton;

  /** `acted()` is called after something was done; `back()`, `about()` and `leave()` change what a narrow screen shows and where the focus is. */
  constructor(text, me, outgoing, tell) {
    this.#text = text;
    this.#me = me;
    this.#outgoing = outgoing;
    this.#tell = tell;
    this.#said = element('div', { class: 'said', role: 'log', 'aria-live': 'polite', 'aria-label': text.history, tabindex: '0', onscroll: () => this.#scrolled() });
    this.#jump = element('button', { class: 'jump', type: 'button', hidden: true, onclick: () => this.#toEnd() }, text.newBelow);
    this.#field = element('textarea', { id: 'words', maxlength: '8000', rows: '3', 'aria-describedby': 'words-hint', onkeydown: (event) => this.#key(event), oninput: () => this.#outgoing.keepDraft(this.#thread, this.#field.value) });
    this.#sendButton = element('button', { class: 'primary', type: 'submit' });
    const mode = (isNote, title) => element('button', { type: 'button', class: 'mode', onclick: () => { this.#isNote = isNote; this.#showMode(); this.#field.focus(); } }, title);
    this.#modes = [mode(false, text.answer), mode(true, text.note)];
    this.#write = element('form', { class: 'write', hidden: true, onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      element('div', { class: 'modes', role: 'group', 'aria-label': text.toWhom }, this.#modes), this.#field,
      element('div', { class: 'acts' }, this.#hint, this.#sendButton));
    this.node = element('section', { class: 'pane talk', 'aria-label': text.conversation, onkeydown: (event) => event.key === 'Escape' && !event.isComposing && this.#escape(event) },
      this.#head, element('div', { class: 'history' }, this.#said, this.#jump), this.#told, this.#write);
    fill(this.#head, element('p', { class: 'empty' }, text.choose));
  }

  /** Shows a conversation from its last messages on. */
  async open(thread) {
    this.#thread = thread;
    this.#entries = [];
    this.#notes = [];
    this.#hasMore = false;
    this.#told.textContent = '';
    this.#field.value = this.#outgoing.draft(thread);
    this.#isNote = false;
    this.#draw(true);
    await this.#last();
  }

  /** Where the agent goes on after opening: to write, to take it, or to read. */
  focus() {
    if (this.#isMine) this.#field.focus();
    else (this.#head.querySelector('[data-key="take"]') ?? this.#said).focus();
  }

  async #last() {
    const thread = this.#thread;
    const page = await api.history(thread);
    if (this.#thread !== thread || this.#entries.length > 0) return;
    this.#entries = page.entries;
    this.#hasMore = page.has_more;
    this.#draw(true);
  }

  /** Reads what has come since. */
  async look() {
    if (this.#entries.length === 0) return this.#last();
    const thread = this.#thread;
    for (;;) {
      const page = await api.history(thread, `?after=${this.#entries.at(-1).seq}`);
      if (this.#thread !== thread) return;
      const known = this.#entries.at(-1).seq;
      const came = page.entries.filter((entry) => entry.seq > known);
      this.#entries.push(...came);
      this.#draw(false);
      if (came.length === 0) return;
    }
  }

  /** Shows who has it, and what may be done. */
  show(file, queues) {
    const text = this.#text;
    const isOpen = (thread) => thread === this.#thread;
    if (!isOpen(file.thread)) return;
    this.#isMine = file.state === 'assigned' && file.agent?.id === this.#me.id;
    this.#notes = file.notes;
    const waits = file.case !== null && file.case.agent === null;
    const others = queues.filter((queue) => queue.name !== file.case?.queue);
    const who = file.state === 'assigned' && file.agent ? text.with(file.agent.name, this.#isMine) : text.states[file.state];
    const where = queues.find((queue) => queue.name === file.case?.queue)?.title ?? file.case?.queue;
    const transfer = element('details', { class: 'transfer', 'data-key': 'transfer' }, element('summary', { class: 'button' }, text.transfer),
      element('ul', {}, others.map((queue) => element('li', {}, element('button', { type: 'button', 'data-key': `to ${queue.name}`, onclick: () => this.#transfer(queue.name) }, queue.title)))));
    fill(this.#head,
      element('button', { class: 'back', type: 'button', 'data-key': 'back', onclick: this.#tell.back, 'aria-label': text.back }, '‹'),
      element('div', { class: 'title' }, element('h2', { dir: 'auto' }, text.person(file.customer.name, file.thread)), element('span', {}, [who, where].filter(Boolean).join(' · '))),
      element('div', { class: 'does' },
        waits && element('button', { class: 'primary', type: 'button', 'data-key': 'take', onclick: () => this.#do('take') }, text.take),
        this.#isMine && element('button', { type: 'button', 'data-key': 'give-back', onclick: () => this.#do('giveBack') }, text.giveBack),
        this.#isMine && others.length > 0 && transfer,
        this.#isMine && element('button', { type: 'button', 'data-key': 'close', onclick: () => this.#do('close') }, text.close),
        element('button', { class: 'to-about', type: 'button', 'data-key': 'about', onclick: this.#tell.about }, text.about)));
    this.#write.hidden = false;
    this.#showMode();
    this.#draw(false);
  }

  /** Shows the words on their way as they are now. */
  showOutgoing() {
    if (this.#thread !== null) this.#draw(false);
  }

  #showMode() {
    const text = this.#text;
    const isNote = this.#isNote || !this.#isMine;
    this.#write.classList.toggle('noting', isNote);
    this.#modes.forEach((button, place) => button.setAttribute('aria-pressed', String(isNote === (place === 1))));
    this.#modes[0].disabled = !this.#isMine;
    const asks = isNote ? text.noteHint : text.answerHint;
    this.#field.setAttribute('aria-label', asks);
    this.#field.placeholder = asks;
    this.#hint.textContent = this.#isMine ? text.keys : text.takeFirst;
    this.#sendButton.textContent = isNote ? text.saveNote : text.send;
  }

  #transfer(queue) {
    this.#head.querySelector('details')?.removeAttribute('open');
    return this.#do('transfer', queue);
  }

  async #do(what, ...more) {
    const thread = this.#thread;
    try {
      const { pending } = await api[what](thread, ...more);
      if (this.#thread !== thread) return;
      this.#told.textContent = pending ? this.#text.pending : '';
      if (what === 'take') {
        this.#isNote = false;
        this.#field.focus();
      } else this.#said.focus();
    } catch (error) {
      if (this.#thread === thread) this.#told.textContent = worded(this.#text, error.told);
    } finally {
      this.#tell.acted();
    }
  }

  #escape(event) {
    const open = this.#head.querySelector('details[open]');
    if (open) {
      open.removeAttribute('open');
      open.querySelector('summary').focus();
    } else this.#tell.leave();
    event.preventDefault();
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.#field.value.trim();
    if (text === '') return;
    this.#outgoing.say(this.#thread, this.#isNote || !this.#isMine ? 'note' : 'answer', text);
    this.#field.value = '';
    this.#outgoing.keepDraft(this.#thread, '');
    this.#isNote = false;
    this.#showMode();
    this.#toEnd();
    this.#field.focus();
  }

  /** Puts words back into the box, before what is being written there. */
  #edit(request) {
    const words = this.#outgoing.discard(request);
    this.#field.value = [words, this.#field.value].filter(Boolean).join('\n');
    this.#outgoing.keepDraft(this.#thread, this.#field.value);
    this.#field.focus();
  }

  async #older() {
    const thread = this.#thread;
    try {
      const page = await api.history(thread, `?before=${this.#entries[0]?.seq ?? 1}`);
      if (this.#thread !== thread) return;
      const height = this.#said.scrollHeight;
      const first = this.#entries[0]?.seq ?? Infinity;
      this.#entries.unshift(...page.entries.filter((entry) => entry.seq < first));
      this.#hasMore = page.has_more;
      this.#draw(false);
      this.#said.scrollTop += this.#said.scrollHeight - height;
    } catch (error) {
      this.#told.textContent = worded(this.#text, error.told);
    }
  }

  #scrolled() {
    if (this.#isAtEnd()) this.#jump.hidden = true;
  }

  #isAtEnd() {
    const said = this.#said;
    return said.scrollHeight - said.scrollTop - said.clientHeight < AT_END_PX;
  }

  #toEnd() {
    this.#said.scrollTop = this.#said.scrollHeight;
    this.#jump.hidden = true;
  }

  #draw(isNew) {
    const said = this.#said;
    const [wasAtEnd, last] = [isNew || this.#isAtEnd(), said.lastElementChild];
    const ids = new Set(this.#entries.map((entry) => entry.id));
    const isMyNote = (saying) => this.#notes.some((note) => note.by.agent?.id === this.#me.id && note.text === saying.text);
    this.#outgoing.stands(this.#thread, (saying) => (saying.kind === 'note' ? isMyNote(saying) : ids.has(saying.message)));
    fill(said,
      this.#hasMore && element('button', { class: 'more', type: 'button', 'data-key': 'more', onclick: () => this.#older() }, this.#text.older),
      this.#days(),
      this.#outgoing.of(this.#thread).map((saying) => this.#saying(saying)));
    if (wasAtEnd) this.#toEnd();
    else if (said.lastElementChild !== last) this.#jump.hidden = false;
  }

  /** Entries and notes as they came, with a line where a day begins. */
  #days() {
    const from = this.#hasMore ? this.#entries[0]?.at ?? '' : '';
    const notes = this.#notes.filter((note) => note.at >= from);
    const all = [...this.#entries.map((entry) => ({ at: entry.at, entry })), ...notes.map((note) => ({ at: note.at, note }))];
    all.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    let day = null;
    return all.flatMap(({ at, entry, note }) => {
      const its = this.#text.day(new Date(at));
      const line = its === day ? null : element('p', { class: 'day', 'data-key': `day ${its}` }, its);
      day = its;
      return [line, entry ? this.#entry(entry) : this.#note(note)];
    });
  }

  #time(at) {
    return element('time', { datetime: at }, new Date(at).toLocaleTimeString(this.#text.language, { hour: '2-digit', minute: '2-digit' }));
  }

  #entry(entry) {
    const text = this.#text;
    const key = `entry ${entry.seq}`;
    if (entry.kind === 'status') return element('p', { class: 'status', 'data-key': key }, text.status[entry.status]?.(entry) ?? entry.status, ' · ', this.#time(entry.at));
    const who = entry.from === 'agent' ? entry.name ?? text.speakers.agent : text.speakers[entry.from];
    return element('article', { class: `bubble ${entry.from}`, 'data-key': key }, this.#content(entry.content), element('small', {}, who, ' · ', this.#time(entry.at)));
  }

  /** What was said: words, and what was sent with them. It is opened elsewhere, and only where an address of the web says where. */
  #content({ type, text, kind, name, url }) {
    const isSent = type === 'attachment';
    const link = isSent && /^https?:\/\//.test(url ?? '') && element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, this.#text.open);
    return [
      text && element('p', { dir: 'auto' }, text),
      isSent && element('p', { class: 'attached' }, [this.#text.kinds[kind] ?? kind, name ?? (link ? null : url)].filter(Boolean).join(' · '), link && ' ', link),
    ];
  }

  #note(note) {
    const { text, by } = this.#text.noteOf(note);
    return element('article', { class: 'bubble noted', 'data-key': `note ${note.at} ${by}` }, element('p', { dir: 'auto' }, text), element('small', {}, this.#text.noteBy(by), ' · ', this.#time(note.at)));
  }

  #saying(saying) {
    const text = this.#text;
    const key = (what) => `${what} ${saying.request}`;
    const can = saying.state === 'refused' || saying.state === 'unsure';
    const state = saying.state === 'refused' ? worded(text, saying.error) : text.sayings[saying.state === 'waiting' && saying.isLate ? 'late' : saying.state];
    return element('article', { class: `bubble own ${saying.kind === 'note' ? 'noted' : 'agent'} ${saying.state}`, 'data-key': key('saying') },
      element('p', { dir: 'auto' }, saying.text),
      element('small', { class: can ? 'wrong' : null }, state),
      can && element('div', { class: 'again' },
        saying.state === 'unsure' && this.#outgoing.isKnown(saying) && element('button', { type: 'button', 'data-key': key('again'), onclick: () => this.#outgoing.again(saying.request) }, text.again),
        (saying.state === 'refused' || !this.#outgoing.isKnown(saying)) && element('button', { type: 'button', 'data-key': key('edit'), onclick: () => this.#edit(saying.request) }, text.edit),
        element('button', { type: 'button', 'data-key': key('discard'), onclick: () => this.#outgoing.discard(saying.request) }, text.discard)));
  }
}
