// A gateway of its own with the example shop's rules, a customer who asks for a person, and an agent at the desk.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { withCustomer } from './browser.mjs';
import { until } from './until.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const BINARY = process.env.SIGNALBOX_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/signalbox');
const RULES = join(ROOT, 'examples/shop/rules');

/** Tests of the desk run where those against a running gateway run. */
export const skip = process.env.SIGNALBOX_URL ? false : 'SIGNALBOX_URL names no gateway';

/** A gateway that can be killed and started again on the same port and data. */
export class DeskGateway {
  #data;
  #child;
  #ended;

  static async start() {
    const gateway = new DeskGateway();
    gateway.#data = await mkdtemp(join(tmpdir(), 'signalbox-desk-'));
    await gateway.#run('127.0.0.1:0');
    return gateway;
  }

  async #run(listen) {
    const config = join(this.#data, 'signalbox.yaml');
    const sites = { shop: { origins: ['self'] } };
    await writeFile(config, JSON.stringify({ rules: { directory: RULES }, webchat: { limits: { lifted_on_loopback: true }, sites } }));
    this.#child = spawn(BINARY, ['serve', '--lang', 'en', '--config', config, '--data', this.#data, '--listen', listen], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    this.#child.stdout.on('data', (bytes) => { said += bytes; });
    this.#ended = new Promise((resolve) => { this.#child.once('exit', resolve); });
    [, this.url] = await until('the gateway is ready', () => /ready: (\S+)/.exec(said), () => said);
    await until('the password is named', () => /name agent, password in \S+/.test(said), () => said);
    this.password ??= (await readFile(join(this.#data, 'desk-password'), 'utf8')).trim();
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  restart() {
    return this.#run(new URL(this.url).host);
  }

  async stop() {
    this.#child.kill('SIGTERM');
    await this.#ended;
    await rm(this.#data, { recursive: true });
  }
}

/** Tells a story of a customer with a chat page and an agent with a desk, who is signed in. Neither page may report an error. */
export async function atTheDesk(browser, gateway, options, story) {
  await withCustomer(browser, { locale: 'zh-CN' }, async (customer) => {
    const chat = await customer.open(gateway.url);
    await chat.isOnline();
    const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 800 }, ...options });
    const problems = [];
    try {
      const agent = new Agent(await context.newPage(), gateway);
      agent.page.on('pageerror', (error) => problems.push(String(error)));
      await agent.signIn();
      await story({ chat, agent, context });
      assert.deepEqual(problems, [], 'the desk reported errors');
    } finally {
      await context.close();
    }
  });
}

/** What an agent sees and does. */
export class Agent {
  constructor(page, gateway) {
    this.page = page;
    this.gateway = gateway;
    this.box = page.locator('#words');
    this.rows = page.locator('nav.list .row');
  }

  async signIn() {
    await this.page.goto(`${this.gateway.url}desk`);
    await this.page.getByLabel(/^(Name|用户名)$/).fill('agent');
    await this.page.getByLabel(/^(Password|密码)$/).fill(this.gateway.password);
    await this.page.getByRole('button', { name: /^(Sign in|登录)$/ }).click();
    await this.page.locator('nav.list h2').first().waitFor();
  }

  button(name) {
    return this.page.getByRole('button', { name });
  }

  /** Lets the customer ask for a person, and takes them. */
  async takes(chat) {
    const waiting = this.page.locator('nav.list section[data-key="waiting"] .row');
    const before = await waiting.count();
    await chat.say('转人工');
    await until('the customer waits', async () => (await waiting.count()) > before);
    await waiting.last().press('Enter');
    await this.button(/^(Take|接入)$/).click();
    await this.button(/^(Give back|交还)/).waitFor();
  }

  /** The texts of the conversation, top to bottom. */
  said() {
    return this.page.locator('.said .bubble > p').allTextContents();
  }

  /** Waits until a text stands in the history, and is not on its way any more. */
  async stands(text) {
    await this.page.locator('.said .bubble:not(.own) > p', { hasText: text }).first().waitFor();
    await until('nothing is on its way', async () => (await this.page.locator('.said .own').count()) === 0);
  }
}
