// Starts Debian's Chromium on a fresh profile and wraps a page with a chat on it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { until } from './until.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A browser with one fresh profile; `close` removes it. Options are Playwright's context options. */
export async function startBrowser(options = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'signalbox-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: ARGUMENTS,
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      const chat = new ChatPage(page);
      await page.goto(url);
      return chat;
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What a customer sees and does. It works on the page at `/` and on the widget of any site alike. */
export class ChatPage {
  /** Errors of the page itself; none may be left at the end of a test. */
  problems = [];

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

  /** Waits until the bubbles are exactly `expected`. */
  async shows(expected) {
    const wanted = JSON.stringify(expected);
    await until(`the messages ${wanted}`, async () => JSON.stringify(await this.texts()) === wanted, async () => JSON.stringify(await this.texts()));
  }

  /** Waits until the connection's state is `name`. */
  async isInState(name) {
    await this.page.locator(`.chat[data-state="${name}"]`).waitFor();
  }

  async isOnline() {
    await this.isInState('online');
  }
}
