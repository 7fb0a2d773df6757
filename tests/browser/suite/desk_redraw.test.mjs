// What an agent has in hand stays as it is while the desk reads again: focus, selection, scroll, what is open.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { Agent, atTheDesk, DeskGateway, skip } from '../desk.mjs';
import { until } from '../until.mjs';

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

/** Lets something come, and waits until the desk shows it. */
async function news(chat, agent, text) {
  await chat.say(text);
  await until('the news are there', async () => (await agent.said()).includes(text));
}

story('an open choice of queues, its focus and a selection stay when news come', async ({ chat, agent }) => {
  const { page } = agent;
  await agent.takes(chat);
  await page.getByText('转队列').press('Enter');
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  const queue = await focused();
  await page.evaluate(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('.said .bubble p'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  });
  const selected = () => page.evaluate(() => String(getSelection()));
  const before = await selected();
  assert.notEqual(before, '');
  await news(chat, agent, '还有一个问题');
  assert.equal(await page.locator('details.transfer').getAttribute('open'), '');
  assert.equal(await focused(), queue);
  assert.equal(await selected(), before);
  await page.keyboard.press('Enter');
  await page.locator('.status', { hasText: '排队' }).last().waitFor();
  await agent.button('接入').waitFor();
});

story('whoever reads further up stays there, and is told of what came', async ({ chat, agent }) => {
  const { page } = agent;
  await agent.takes(chat);
  for (let line = 0; line < 12; line += 1) {
    await agent.box.fill(`第 ${line} 条\n…\n…`);
    await agent.box.press('Enter');
  }
  await agent.stands('第 11 条');
  const top = () => page.locator('.said').evaluate((said) => said.scrollTop);
  await page.locator('.said').evaluate((said) => { said.scrollTop = 40; });
  await news(chat, agent, '新的消息');
  assert.equal(await top(), 40);
  await page.getByText('有新消息').click();
  await until('the end is in sight', async () => await top() > 100);
  assert.equal(await page.getByText('有新消息').isHidden(), true);
});

story('focus on a row stays though the list gets another order', async ({ chat, agent }) => {
  const { page } = agent;
  await chat.say('转人工');
  await agent.rows.first().waitFor();
  await agent.rows.last().focus();
  const focused = () => page.evaluate(() => document.activeElement.dataset.thread);
  const thread = await focused();
  const count = await agent.rows.count();
  await atTheDesk(browser, gateway, {}, async ({ chat: angry }) => {
    await angry.say('你们太差了，骗子！我要投诉到12315，转人工');
    await until('one more waits', async () => (await agent.rows.count()) > count);
  });
  assert.equal(await focused(), thread);
});

story('hints that come at once are one reading, and at most one behind it', async ({ chat, agent }) => {
  const { page } = agent;
  await agent.takes(chat);
  let [open, most, reads, isFree] = [0, 0, 0, false];
  const gates = [];
  await page.route('**/v1/desk/list', async (route) => {
    [open, reads] = [open + 1, reads + 1];
    most = Math.max(most, open);
    if (!isFree) await new Promise((resolve) => { gates.push(resolve); });
    open -= 1;
    return route.continue();
  });
  const hint = () => page.evaluate(() => {
    const channel = new BroadcastChannel('signalbox-desk/agent');
    for (let count = 0; count < 50; count += 1) channel.postMessage('changed');
    channel.close();
  });
  await hint();
  await until('a reading is under way', () => gates.length > 0);
  await hint();
  gates.shift()();
  await until('one is behind it', () => gates.length > 0);
  assert.equal(most, 1);
  assert.equal(reads, 2, 'a hundred hints are two readings');
  isFree = true;
  gates.shift()();
  await agent.page.unrouteAll({ behavior: 'wait' });
});

story('of many tabs one holds the stream, and all hear', async ({ chat, agent, context }) => {
  let streams = 0;
  await context.route('**/v1/desk/changes', (route) => { streams += 1; return route.continue(); });
  const tabs = [];
  for (let count = 0; count < 8; count += 1) {
    const tab = new Agent(await context.newPage(), gateway);
    await tab.page.goto(`${gateway.url}desk`);
    await tab.page.locator('nav.list h2').first().waitFor();
    tabs.push(tab);
  }
  assert.equal(streams, 0, 'the first tab has it already');
  const before = await agent.rows.count();
  await chat.say('转人工');
  for (const tab of tabs) await until('each tab hears', async () => (await tab.rows.count()) > before);
  await agent.page.close();
  await until('another tab takes the stream over', () => streams === 1);
});
