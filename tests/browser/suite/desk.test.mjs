// Customer in one window, agent in another, on a gateway of its own with the example shop's rules.
//
// Runs where tests against a running gateway run (SIGNALBOX_URL is set); the binary is SIGNALBOX_BINARY, or that of the target folder.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startBrowser, withCustomer } from '../browser.mjs';
import { until } from '../until.mjs';

const ROOT = new URL('../../../', import.meta.url).pathname;
const BINARY = process.env.SIGNALBOX_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/signalbox');
const RULES = join(ROOT, 'examples/shop/rules');
const skip = process.env.SIGNALBOX_URL ? false : 'SIGNALBOX_URL names no gateway';

let browser;
let gateway;
before(async () => {
  if (skip) return;
  browser = await startBrowser();
  gateway = await start(await mkdtemp(join(tmpdir(), 'signalbox-desk-')), '127.0.0.1:0', true);
});
after(async () => {
  await browser?.close();
  await gateway?.stop('SIGTERM');
  if (gateway) await rm(gateway.data, { recursive: true });
});

/** Starts the gateway on `data`, and reads from its words where it is and what the password is. */
async function start(data, listen, isFirst) {
  const config = join(data, 'signalbox.yaml');
  const sites = { shop: { origins: ['self'] } };
  await writeFile(config, JSON.stringify({ rules: { directory: RULES }, webchat: { limits: { lifted_on_loopback: true }, sites } }));
  const child = spawn(BINARY, ['serve', '--lang', 'en', '--config', config, '--data', data, '--listen', listen], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (bytes) => { said += bytes; });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [, url] = await until('the gateway is ready', () => /ready: (\S+)/.exec(said), () => said);
  const password = isFirst && (await until('the password is said', () => /password (\S+)/.exec(said)))[1];
  return { data, url, password, stop: (signal) => { child.kill(signal); return ended; } };
}

async function signIn(page, password) {
  await page.goto(`${gateway.url}desk`);
  await page.getByLabel(/^(Name|用户名)$/).fill('agent');
  await page.getByLabel(/^(Password|密码)$/).fill(password);
  await page.getByRole('button', { name: /^(Sign in|登录)$/ }).click();
}

const saidTo = async (page) => (await page.locator('.bubble p').allTextContents()).join('\n');

for (const [locale, width] of [['zh-CN', 1280], ['en-US', 360]]) {
  test(`a customer asks for a person and gets one, in ${locale} at ${width} px`, { skip, timeout: 90_000 }, () => withCustomer(browser, { locale: 'zh-CN' }, async (customer) => {
    const chat = await customer.open(gateway.url);
    await chat.isOnline();
    const context = await browser.newContext({ locale, viewport: { width, height: 800 } });
    try {
      const desk = await context.newPage();
      const problems = [];
      desk.on('pageerror', (error) => problems.push(String(error)));
      await signIn(desk, gateway.password);
      await desk.locator('nav.list h2').first().waitFor();

      await chat.say('转人工');
      const row = desk.locator('nav.list .row').first();
      await row.waitFor();
      await row.press('Enter');
      if (width > 1020) await desk.locator('.reason').getByText(/“人工”/).waitFor();
      await desk.getByRole('button', { name: /^(Take|接入)$/ }).click();
      await desk.getByRole('button', { name: /^(Give back|交还)/ }).waitFor();
      await desk.locator('#words').fill('您好，我是小林');
      await desk.locator('#words').press('Enter');
      await chat.page.getByText('您好，我是小林').waitFor();

      await chat.say('有人吗');
      await until('the agent reads it', async () => (await saidTo(desk)).includes('有人吗'));
      await desk.locator('#words').fill('这位客户很着急');
      await desk.getByRole('button', { name: /^(Note|备注)$/ }).click();
      await until('the note is kept', async () => (await desk.locator('.note').allTextContents()).join().includes('很着急'));
      assert.equal(await chat.page.getByText('很着急').count(), 0, 'a note is for colleagues only');
      const overflow = await desk.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `nothing stands out of the page: ${overflow}`);

      await desk.getByRole('button', { name: /^(Give back|交还)/ }).click();
      await desk.locator('.status', { hasText: /Given back|已交还/ }).waitFor();
      await chat.page.getByText(/^(现在由智能助手为您服务|The assistant answers again)$/).waitFor();
      const before = (await chat.texts()).length;
      await chat.say('我要退款');
      await until('the bot answers again', async () => (await chat.texts()).length >= before + 2);
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  }));
}

test('an assignment and a sign-in outlive a killed gateway', { skip, timeout: 90_000 }, () => withCustomer(browser, { locale: 'zh-CN' }, async (customer) => {
  const chat = await customer.open(gateway.url);
  await chat.isOnline();
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 800 } });
  try {
    const desk = await context.newPage();
    await signIn(desk, gateway.password);
    await chat.say('转人工');
    await desk.locator('nav.list .row').first().press('Enter');
    await desk.getByRole('button', { name: '接入' }).click();
    await desk.getByRole('button', { name: /^交还/ }).waitFor();
    const { data, url, password } = gateway;
    await gateway.stop('SIGKILL');
    gateway = { ...await start(data, new URL(url).host, false), password };
    await until('the desk is there again', async () => (await desk.locator('.offline').textContent()) === '');
    await desk.locator('#words').fill('我还在');
    await desk.locator('#words').press('Enter');
    await chat.page.getByText('我还在').waitFor();
    await desk.getByRole('button', { name: '结束会话' }).click();
    await desk.locator('.status', { hasText: '会话已结束' }).waitFor();
  } finally {
    await context.close();
  }
}));
