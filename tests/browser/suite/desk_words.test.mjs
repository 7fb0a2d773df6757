// What an agent has written is never lost, and reaches the customer once, whatever happens on the way.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { Agent, atTheDesk, DeskGateway, skip } from '../desk.mjs';
import { until } from '../until.mjs';

const ANSWERS = '**/v1/desk/conversations/*/answer';

let browser;
let gateway;
before(async () => {
  if (skip) return;
  browser = await startBrowser();
  gateway = await DeskGateway.start();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const story = (name, tell) => test(name, { skip, timeout: 90_000 }, () => atTheDesk(browser, gateway, {}, tell));

/** How often the customer has read a text. */
const read = async (chat, text) => (await chat.answers()).filter((answer) => answer === text).length;

async function write(agent, text) {
  await agent.box.fill(text);
  await agent.box.press('Enter');
}

story('an answer whose acknowledgement was lost is read once, though it is sent again', async ({ chat, agent }) => {
  await agent.takes(chat);
  const requests = [];
  let lost = 0;
  await agent.page.route(ANSWERS, async (route) => {
    requests.push(route.request().postDataJSON().request);
    if (lost === 2) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await write(agent, '马上为您查询');
  await agent.stands('马上为您查询');
  assert.equal(requests.length, 3);
  assert.equal(new Set(requests).size, 1, 'one name for one text');
  await write(agent, '请稍候');
  await agent.stands('请稍候');
  await until('the customer reads both', async () => await read(chat, '请稍候') === 1);
  assert.equal(await read(chat, '马上为您查询'), 1);
});

story('what was on its way when the page was reloaded goes on under its name', async ({ chat, agent }) => {
  await agent.takes(chat);
  const requests = new Set();
  let isLost = true;
  await agent.page.route(ANSWERS, async (route) => {
    requests.add(route.request().postDataJSON().request);
    if (!isLost) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await write(agent, '已经为您登记');
  await until('it was sent', () => requests.size === 1);
  await agent.page.locator('.said .own', { hasText: '正在重试' }).waitFor();
  await agent.page.reload();
  await agent.page.locator('.said .own', { hasText: '已经为您登记' }).waitFor();
  isLost = false;
  await agent.stands('已经为您登记');
  assert.equal(requests.size, 1, 'one name over the reload');
  await until('the customer reads it', async () => await read(chat, '已经为您登记') > 0);
  assert.equal(await read(chat, '已经为您登记'), 1);
});

story('an answer that is kept and not handled yet stays in sight until it stands', async ({ chat, agent }) => {
  await agent.takes(chat);
  const requests = new Set();
  let isSlow = true;
  await agent.page.route(ANSWERS, async (route) => {
    requests.add(route.request().postDataJSON().request);
    if (isSlow) return route.fulfill({ status: 202, json: { pending: true } });
    return route.continue();
  });
  await write(agent, '正在核实');
  await agent.page.locator('.said .kept', { hasText: '正在核实' }).waitFor();
  assert.equal(await agent.box.inputValue(), '');
  isSlow = false;
  await agent.stands('正在核实');
  assert.equal(requests.size, 1);
  await until('the customer reads it', async () => await read(chat, '正在核实') === 1);
});

story('an answer that is refused can be put back before what is being written', async ({ chat, agent }) => {
  await agent.takes(chat);
  await agent.page.route(ANSWERS, (route) => route.fulfill({ status: 409, json: { error: 'not_yours', held_by: { id: 'lin', name: '小林' } } }));
  await write(agent, '我来处理');
  await agent.page.locator('.said .refused', { hasText: '该会话由 小林 接待' }).waitFor();
  await agent.box.fill('正在写的');
  await agent.button('放回输入框').click();
  assert.equal(await agent.box.inputValue(), '我来处理\n正在写的');
  assert.equal(await agent.page.locator('.said .own').count(), 0);
});

story('a draft outlives news, other conversations, a reload and an ended sign-in', async ({ chat, agent, context }) => {
  await agent.takes(chat);
  await agent.box.pressSequentially('写到一半');
  await chat.say('还在吗');
  await until('the news are there', async () => (await agent.said()).includes('还在吗'));
  assert.equal(await agent.box.inputValue(), '写到一半');
  assert.equal(await agent.page.evaluate(() => document.activeElement.id), 'words', 'news take the focus from nobody');
  await agent.page.reload();
  await agent.button(/^交还/).waitFor();
  assert.equal(await agent.box.inputValue(), '写到一半');
  await context.clearCookies();
  await agent.page.getByLabel('密码').waitFor();
  await agent.page.getByText('登录已失效').waitFor();
  await agent.signIn();
  await agent.button(/^交还/).waitFor();
  assert.equal(await agent.box.inputValue(), '写到一半');
});

story('signing out asks before it discards words, and then nothing of them stays', async ({ chat, agent }) => {
  await agent.takes(chat);
  await agent.box.fill('不要留下');
  agent.page.once('dialog', (dialog) => dialog.dismiss());
  await agent.button('退出').click();
  assert.equal(await agent.box.inputValue(), '不要留下');
  agent.page.once('dialog', (dialog) => dialog.accept());
  await agent.button('退出').click();
  await agent.page.getByLabel('密码').waitFor();
  const left = await agent.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!left.includes('不要留下'), left);
});

story('two tabs of one agent send the same words as one', async ({ chat, agent, context }) => {
  await agent.takes(chat);
  const requests = new Set();
  let isLost = true;
  await context.route(ANSWERS, async (route) => {
    requests.add(route.request().postDataJSON().request);
    return isLost ? route.abort() : route.continue();
  });
  await write(agent, '两个页面');
  await until('it was tried', () => requests.size === 1);
  const other = new Agent(await context.newPage(), gateway);
  await other.page.goto(`${gateway.url}desk`);
  await other.rows.first().waitFor();
  isLost = false;
  await until('the customer reads it', async () => await read(chat, '两个页面') > 0);
  await agent.page.bringToFront();
  await agent.stands('两个页面');
  assert.equal(requests.size, 1);
  assert.equal(await read(chat, '两个页面'), 1);
});
