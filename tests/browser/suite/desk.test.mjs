// Customer in one window, agent in another: from asking for a person to the bot's answering again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { atTheDesk, DeskGateway, skip } from '../desk.mjs';
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

for (const [locale, width] of [['zh-CN', 1280], ['en-US', 360]]) {
  test(`a customer asks for a person and gets one, in ${locale} at ${width} px`, { skip, timeout: 90_000 }, () => atTheDesk(browser, gateway, { locale, viewport: { width, height: 800 } }, async ({ chat, agent }) => {
    const { page } = agent;
    await agent.takes(chat);
    if (width > 1020) await page.locator('.reason').getByText(/“人工”/).waitFor();
    await agent.box.fill('您好，我是小林');
    await agent.box.press('Enter');
    await chat.page.getByText('您好，我是小林').waitFor();

    await chat.say('有人吗');
    await until('the agent reads it', async () => (await agent.said()).includes('有人吗'));
    await agent.button(/^(Note|备注)$/).click();
    await agent.box.fill('这位客户很着急');
    await agent.box.press('Enter');
    await agent.stands('很着急');
    assert.equal(await chat.page.getByText('很着急').count(), 0, 'a note is for colleagues only');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `nothing stands out of the page: ${overflow}`);

    await agent.button(/^(Give back|交还)/).click();
    await page.locator('.status', { hasText: /Given back|已交还/ }).waitFor();
    await chat.page.getByText(/^(现在由智能助手为您服务|The assistant answers again)$/).waitFor();
    const before = (await chat.texts()).length;
    await chat.say('我要退款');
    await until('the bot answers again', async () => (await chat.texts()).length >= before + 2);
  }));
}

test('an assignment and a sign-in outlive a killed gateway', { skip, timeout: 90_000 }, () => atTheDesk(browser, gateway, {}, async ({ chat, agent }) => {
  const { page } = agent;
  await agent.takes(chat);
  await gateway.kill();
  await until('the desk says so', async () => (await page.locator('.offline').textContent()) !== '');
  await gateway.restart();
  await until('the desk is there again', async () => (await page.locator('.offline').textContent()) === '');
  await agent.box.fill('我还在');
  await agent.box.press('Enter');
  await chat.page.getByText('我还在').waitFor();
  await agent.button('结束会话').click();
  await page.locator('.status', { hasText: '会话已结束' }).waitFor();
}));
