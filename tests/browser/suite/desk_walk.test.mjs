// An agent's whole day by keyboard alone, wide and narrow, in both languages; axe looks at each place on the way.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hasNoViolations } from '../axe.mjs';
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

const ZH = {
  take: '接入', giveBack: '交还机器人', transfer: '转队列', close: '结束会话', about: '详情', why: '为何转人工', wrote: '客户写了“人工”。', raw: /asked for a person|within|reaching|customer\.|message\.|conversation\./,
  mood: '情绪', facts: '规则读到的信息', closed: '会话已结束', back: '已交还机器人', waits: '排队', nothing: '没有找到。',
};
const EN = {
  take: 'Take', giveBack: 'Give back to the bot', transfer: 'Transfer', close: 'Close', about: 'About', why: 'Why it is here', wrote: 'The customer wrote “人工”.', raw: /customer\.|message\.|conversation\./,
  mood: 'Mood', facts: 'What the rules read', closed: 'The consultation was closed', back: 'Given back to the bot', waits: 'Waits in', nothing: 'Nothing was found.',
};

for (const [locale, width, colorScheme, text] of [['zh-CN', 1280, 'light', ZH], ['en-US', 360, 'dark', EN], ['en-US', 1280, 'dark', EN], ['zh-CN', 360, 'light', ZH]]) {
  test(`a day at the desk by keyboard, ${locale}, ${width} px, ${colorScheme}`, { skip, timeout: 120_000 }, () => atTheDesk(browser, gateway, { locale, colorScheme, viewport: { width, height: 800 } }, async ({ chat, agent }) => {
    const { page } = agent;
    const { keyboard } = page;
    const isNarrow = width < 1020;
    const status = (words) => page.locator('.said .status', { hasText: words });
    const name = () => page.evaluate(() => document.activeElement.textContent);
    /** Goes on to what is called so, by Tab alone. */
    const tabTo = async (words, key = 'Tab') => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await name()).trim() === words) return;
        await keyboard.press(key);
      }
      assert.fail(`the keyboard does not get to ${words}: ${await name()}`);
    };
    const fits = async () => {
      await hasNoViolations(page);
      const sideways = await page.evaluate(() => [...document.querySelectorAll('html, .pane, .said')].filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.className || node.tagName));
      assert.deepEqual(sideways, [], 'nothing is to be scrolled sideways');
    };
    await fits();

    await chat.say('你们太差了，骗子！气死我了');
    await chat.say('转人工');
    await agent.rows.first().waitFor();
    await page.locator('#search').focus();
    await keyboard.press('ArrowDown');
    const thread = await page.evaluate(() => document.activeElement.dataset.thread);
    await keyboard.press('Enter');
    await until('the focus is where one goes on', async () => await name() === text.take);
    await fits();
    if (isNarrow) {
      await tabTo(text.about);
      await keyboard.press('Enter');
    }
    const about = page.locator('.pane.about');
    await about.getByText(text.wrote).waitFor();
    const shown = await about.innerText();
    for (const part of [text.why, text.mood, text.facts]) assert.ok(shown.includes(part), part);
    assert.doesNotMatch(shown.replace(/visitor:\S+/, ''), text.raw, 'plain words only');
    assert.ok(await about.getByRole('img').count() >= 2, 'the mood is told to whoever does not see it');
    await fits();
    if (isNarrow) await keyboard.press('Escape');
    await tabTo(text.take, isNarrow ? 'Tab' : 'Shift+Tab');
    await keyboard.press('Enter');
    await until('the box has the focus', () => page.evaluate(() => document.activeElement.id === 'words'));
    await agent.button(text.giveBack).waitFor();
    await keyboard.type('您好');
    await keyboard.press('Shift+Enter');
    await keyboard.type('我来处理');
    await keyboard.press('Enter');
    await agent.stands('我来处理');
    await until('the customer reads both lines', async () => (await chat.answers()).includes('您好\n我来处理'));
    await fits();

    await tabTo(text.transfer, 'Shift+Tab');
    await keyboard.press('Enter');
    await fits();
    await keyboard.press('Escape');
    assert.equal(await name(), text.transfer, 'Escape closes and stays');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await status(text.waits).nth(1).waitFor();
    await until('it can be taken again', async () => await agent.button(text.take).count() === 1);
    await tabTo(text.take, 'Shift+Tab');
    await keyboard.press('Enter');
    await agent.button(text.giveBack).waitFor();
    await tabTo(text.giveBack, 'Shift+Tab');
    await keyboard.press('Enter');
    await status(text.back).waitFor();

    // A later consultation shows what was said in this one.
    await chat.say('还是转人工');
    await until('it waits again', async () => await agent.button(text.take).count() === 1);
    await tabTo(text.take, 'Shift+Tab');
    await keyboard.press('Enter');
    await agent.button(text.close).waitFor();
    assert.ok((await agent.said()).includes('您好\n我来处理'));
    await tabTo(text.close, 'Shift+Tab');
    await keyboard.press('Enter');
    await status(text.closed).waitFor();
    await fits();

    await keyboard.press('Escape');
    await page.locator('#search').focus();
    await keyboard.type('没有这个人');
    await keyboard.press('Enter');
    await page.locator('nav.list .empty').getByText(text.nothing).waitFor();
    await page.locator('#search').fill('');
    await page.locator('#search').focus();
    await keyboard.type('agent');
    await keyboard.press('Enter');
    await page.locator(`section[data-key="found"] [data-thread="${thread}"]`).waitFor();
    await fits();
  }));
}

test('reasons and facts are told in the words of either language', { skip, timeout: 60_000 }, async () => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${gateway.url}desk`);
    const told = await page.evaluate(async () => {
      const { PLAIN_EN, PLAIN_ZH } = await import('/desk/plain.js');
      const why = {
        rule: 'shop.complaints.连续愤怒', keywords: ['人工'],
        reached: [{ signal: 'shop.愤怒', times: 2, window: 'within 10m' }, { signal: 'shop.投诉', times: 3, window: 'today' }],
        risen: [{ field: 'customer.anger', from: '20.5%', to: '71.25%', above: '60%' }],
      };
      const rule = { rule: 'shop.priority.急事优先', did: [{ do: 'priority', priority: 'urgent' }, { do: 'tag', tag: 'upset' }] };
      return [PLAIN_EN, PLAIN_ZH].map((words) => [
        ...words.whyHere(why), ...words.whyHere({ rule: 'signalbox' }).slice(0, 1), words.ruleDid(rule),
        words.factName('queue.售后组.waiting'), words.factName('customer.tier'), words.factValue('language', 'zh'), words.factValue('conversation.state', 'bot'),
        words.noteOf({ text: 'asked for a person', by: { rule: 'std.human.person_wanted' } }).text,
      ]);
    });
    assert.deepEqual(told, [[
      'It was handed over by the rule “连续愤怒”.', 'The customer wrote “人工”.', '“愤怒” happened 2 times within 10 minutes.', '“投诉” happened 3 times today.',
      'Anger over the last messages rose from 20% to 71%, above 60%.', 'signalbox itself handed it over: the rules did not settle who answers.',
      'The rule “急事优先”: set the priority to urgent; put on the tag “upset”.', 'Others who waited in 售后组', 'customer.tier', 'Chinese', 'the bot answers', 'The customer asked for a person.',
    ], [
      '由规则“连续愤怒”转到人工。', '客户写了“人工”。', '“愤怒”在 10 分钟内达到 2 次。', '“投诉”今天达到 3 次。',
      '近几条消息的愤怒程度从 20% 升到 71%，超过 60%。', '由 signalbox 自动转接：规则未能决定由谁回答。',
      '规则“急事优先”：优先级设为紧急；加上标签“upset”。', '“售后组”中另有几人等待', 'customer.tier', '中文', '机器人', '客户要求人工服务。',
    ]]);
  } finally {
    await context.close();
  }
});

test('what was sent besides words is named, and opened elsewhere only', { skip, timeout: 60_000 }, () => atTheDesk(browser, gateway, {}, async ({ chat, agent }) => {
  await agent.takes(chat);
  const sent = (seq, more) => ({ kind: 'message', from: 'customer', seq, id: `m${seq}`, at: '2026-11-20T10:00:00Z', content: { type: 'attachment', ...more } });
  const entries = [
    sent(1, { kind: 'image', text: '看这里', name: '破损.jpg', url: 'https://files.example/1' }),
    sent(2, { kind: 'location', url: 'geo:31.23,121.47' }), sent(3, { kind: 'file', name: 'x', url: 'javascript:alert(1)' }),
  ];
  await agent.page.route('**/history*', (route) => route.fulfill({ json: { entries: route.request().url().includes('after=3') ? [] : entries, has_more: false } }));
  await agent.page.reload();
  await until('all are shown', async () => (await agent.page.locator('.attached').count()) === 3);
  assert.deepEqual(await agent.page.locator('.attached').allInnerTexts(), ['图片 · 破损.jpg 打开', '位置 · geo:31.23,121.47', '文件 · x']);
  assert.deepEqual(await agent.page.locator('.attached a').evaluateAll((links) => links.map((link) => [link.href, link.rel])), [['https://files.example/1', 'noopener noreferrer']]);
  await agent.page.locator('.bubble p', { hasText: '看这里' }).waitFor();
}));
