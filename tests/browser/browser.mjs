// Starts Debian's Chromium on a fresh profile and wraps a page with a chat on it.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { until } from './until.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function startBrowser() {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/**
 * Runs `story(customer)` with a customer who has never been here: storage of their own, shared by
 * their tabs. Fails if a page had errors of its own. Options are Playwright's context options.
 */
export async function withCustomer(browser, options, story) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
  const chats = [];
  const customer = {
    context,
    async open(url, prepare = async () => {}) {
      const chat = new ChatPage(await context.newPage());
      chats.push(chat);
      await prepare(chat.page);
      await chat.page.goto(url);
      return chat;
    },
  };
  try {
    await story(customer);
    assert.deepEqual(chats.flatMap(({ problems }) => problems), [], 'a page reported errors');
  } finally {
    await context.close();
  }
}

/** What a customer sees and does. It works on the page at `/` and on the widget of any site alike. */
export class ChatPage {
  /** Errors of the page itself. */
  problems = [];
  #marks = 0;

  constructor(page) {
    this.page = page;
    this.field = page.getByRole('textbox');
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (entry) => {
      // A refused connection is reported by the browser itself; tests cause them on purpose.
      if (entry.type() === 'error' && !/WebSocket connection|net::ERR|Failed to load resource/.test(entry.text())) this.problems.push(entry.text());
    });
  }

  async say(text) {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** The texts of all bubbles, top to bottom. */
  texts() {
    return this.page.locator('.message .bubble').allTextContents();
  }

  own() {
    return this.page.locator('.message.own .bubble').allTextContents();
  }

  answers() {
    return this.page.locator('.message.other .bubble').allTextContents();
  }

  /** Waits until the bubbles are exactly `expected`. */
  async shows(expected) {
    await this.#becomes('texts', expected);
  }

  /** Waits until the customer has said exactly `texts`, in this order, and each was answered once. */
  async isAnswered(texts) {
    await this.#becomes('own', texts);
    await until('one answer for each message', async () => (await this.answers()).length >= texts.length, async () => JSON.stringify(await this.answers()));
    const answers = await this.answers();
    assert.equal(answers.length, texts.length, `one answer a message: ${JSON.stringify(answers)}`);
    texts.forEach((text, at) => assert.ok(answers[at].includes(text), `answer ${at} quotes its message: ${JSON.stringify(answers)}`));
  }

  /** Waits until the connection's state is `name`. */
  async isInState(name) {
    await this.page.locator(`.chat[data-state="${name}"]`).waitFor();
  }

  async isOnline() {
    await this.isInState('online');
  }

  /** Waits until the page has taken in all that `session` of the scripted peer has sent so far: it takes one frame after the other. */
  async hasHeard(session) {
    this.#marks += 1;
    session.send({ t: 'queue', position: this.#marks });
    await this.page.getByText(`You are number ${this.#marks} in the queue.`).waitFor();
    session.send({ t: 'queue', position: null });
  }

  async #becomes(which, expected) {
    const wanted = JSON.stringify(expected);
    await until(`${which} to be ${wanted}`, async () => JSON.stringify(await this[which]()) === wanted, async () => JSON.stringify(await this[which]()));
  }
}
