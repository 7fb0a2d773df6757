// Rules, facts and what was done, in plain words. Names that people gave in their rule files stay as they are.

/** The last part of a rule's full name: the rest is the file that it is in. */
const short = (rule) => rule.split('.').at(-1);

/** A window as rule files write it (`within 10m`, `today`, or nothing for all time), its units in words. */
const spelled = (units, written) => written.replace('within ', '').replace(/(\d+)\s*(ms|s|m|h|d|w)/g, (_, count, unit) => `${count} ${count === '1' ? units[unit].replace(/s$/, '') : units[unit]} `).trim();

/** Tenths of a percent say nothing to people. */
const percent = (value) => value.replace(/^(-?\d+)\.\d+%$/, '$1%');

/** The plain words of one language. `it` holds what differs between them. */
function plain(it) {
  const rule = (name) => it.standard[name] ?? it.rule(short(name));
  const fact = (path) => {
    const [, queue, figure] = /^queue\.(.+)\.(waiting|wait)$/.exec(path) ?? [];
    return queue ? it.queues[figure](queue) : it.facts[path] ?? path;
  };
  const value = (path, written) => {
    if (path === 'conversation.state' || path === 'channel') return it.members[written] ?? written;
    if (/(^|\.)language$/.test(path)) return languageName(it.language, written);
    if (/^\(\s*\)$/.test(written)) return it.nothing;
    return { true: it.yes, false: it.no }[written] ?? percent(written);
  };
  return {
    /** What a rule is called in a sentence. */
    ruleName: rule,
    factName: fact,
    factValue: value,
    languageName: (tag) => languageName(it.language, tag),
    /** Sentences that say why the conversation is here; `why` as the gateway tells it. */
    whyHere: (why) => [
      why.quarantined && it.quarantined,
      !why.quarantined && (why.rule === 'signalbox' ? it.itself : it.handedOver(rule(why.rule))),
      why.keywords?.length > 0 && it.wrote(why.keywords.map(it.quoted)),
      ...(why.reached ?? []).map((reached) => (typeof reached === 'string' ? it.quoted(reached) : it.reached(it.quoted(short(reached.signal)), reached.times, it.window(reached.window)))),
      ...(why.risen ?? []).map(({ field, from, to, above }) => it.risen(fact(field), from && percent(from), to && percent(to), percent(above))),
    ].filter(Boolean),
    /** What one rule did, in one sentence. */
    ruleDid: ({ rule: name, did }) => it.did(rule(name), did.map((effect) => it.effects[effect.do]?.(effect)).filter(Boolean)),
    /** A note and who wrote it. The notes of the standard rules are the product's own words, so they are told in the reader's language. */
    noteOf: ({ text, by }) => (by.rule ? { text: it.standardNotes[by.rule] ?? text, by: rule(by.rule) } : { text, by: by.agent.name }),
  };
}

function languageName(reader, tag) {
  try {
    return new Intl.DisplayNames([reader], { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}

export const PLAIN_EN = plain({
  language: 'en',
  yes: 'yes',
  no: 'no',
  nothing: 'none',
  quoted: (word) => `“${word}”`,
  window: (written) => (written.startsWith('within ') ? ` within ${spelled({ ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' }, written)}` : written && ` ${written}`),
  rule: (name) => `the rule “${name}”`,
  standard: { 'std.human.person_wanted': 'the standard rule “a person is asked for”' },
  standardNotes: { 'std.human.person_wanted': 'The customer asked for a person.' },
  handedOver: (rule) => `It was handed over by ${rule}.`,
  itself: 'signalbox itself handed it over: the rules did not settle who answers.',
  quarantined: 'The rules failed on this message, so a person has to see to it.',
  wrote: (words) => `The customer wrote ${words.join(', ')}.`,
  reached: (signal, times, window) => `${signal} happened ${times} times${window}.`,
  risen: (field, from, to, above) => `${field} rose ${from ? `from ${from} ` : ''}to ${to ?? '?'}, above ${above}.`,
  did: (rule, done) => `${rule.charAt(0).toUpperCase()}${rule.slice(1)}: ${done.join('; ')}.`,
  effects: {
    hand_over: ({ queue }) => `handed it over to ${queue}`,
    priority: ({ priority }) => `set the priority to ${priority}`,
    score: ({ score }) => `set the score inside its priority to ${score}`,
    tag: ({ tag }) => `put on the tag “${tag}”`,
    untag: ({ tag }) => `took off the tag “${tag}”`,
    note: () => 'left a note',
    reply: () => 'answered the customer',
    language: ({ language }) => `changed the language to ${languageName('en', language)}`,
    cancel_outreach: () => 'took back a planned message',
  },
  queues: { waiting: (queue) => `Others who waited in ${queue}`, wait: (queue) => `Longest wait in ${queue}` },
  members: { bot: 'the bot answers', queued: 'waits for a person', assigned: 'with a person', webchat: 'web chat', email: 'mail', webhook: 'webhook' },
  facts: {
    account: 'Account of the channel',
    'attachment.count': 'Attachments in this turn',
    'attachment.file_name': 'Name of the attachment',
    'attachment.kind': 'What the attachment is',
    'attachment.kinds': 'What the attachments are',
    'attachment.size': 'Size of the attachment, in bytes',
    'attachment.type': 'Media type of the attachment',
    'attachment.url': 'Where the attachment lies',
    channel: 'Channel',
    'conversation.state': 'Who answered then',
    'customer.anger': 'Anger over the last messages',
    'customer.gratitude': 'Gratitude over the last messages',
    'customer.language': 'Language the customer chose',
    'customer.name': 'Name',
    'customer.negative': 'Negative feeling over the last messages',
    'customer.tags': 'Tags of the customer',
    'customer.threat': 'Threats over the last messages',
    'customer.timezone': 'Time zone',
    'customer.urgency': 'Urgency over the last messages',
    'episode.tags': 'Tags of this consultation',
    'episode.turns': 'Turns in this consultation',
    language: 'Language of the conversation',
    'message.anger': 'Anger in this message',
    'message.gratitude': 'Gratitude in this message',
    'message.language': 'Language of this message',
    'message.negative': 'Negative feeling in this message',
    'message.threat': 'Threats in this message',
    'message.urgency': 'Urgency of this message',
    now: 'When',
    'outreach planned': 'Planned messages to the customer',
    'page.dwell': 'Time on the page',
    'page.title': 'Title of the page',
    'page.url': 'Address of the page',
  },
});

export const PLAIN_ZH = plain({
  language: 'zh-CN',
  yes: '是',
  no: '否',
  nothing: '无',
  quoted: (word) => `“${word}”`,
  window: (written) => (written.startsWith('within ') ? `在 ${spelled({ ms: '毫秒', s: '秒', m: '分钟', h: '小时', d: '天', w: '周' }, written)}内` : { today: '今天' }[written] ?? written),
  rule: (name) => `规则“${name}”`,
  standard: { 'std.human.person_wanted': '标准规则“客户要求人工”' },
  standardNotes: { 'std.human.person_wanted': '客户要求人工服务。' },
  handedOver: (rule) => `由${rule}转到人工。`,
  itself: '由 signalbox 自动转接：规则未能决定由谁回答。',
  quarantined: '规则处理这条消息时出错，需要人工处理。',
  wrote: (words) => `客户写了${words.join('、')}。`,
  reached: (signal, times, window) => `${signal}${window}达到 ${times} 次。`,
  risen: (field, from, to, above) => `${field}${from ? `从 ${from} ` : ''}升到 ${to ?? '?'}，超过 ${above}。`,
  did: (rule, done) => `${rule}：${done.join('；')}。`,
  effects: {
    hand_over: ({ queue }) => `转到“${queue}”`,
    priority: ({ priority }) => `优先级设为${{ low: '低', normal: '普通', high: '高', urgent: '紧急' }[priority] ?? priority}`,
    score: ({ score }) => `同级排序分设为 ${score}`,
    tag: ({ tag }) => `加上标签“${tag}”`,
    untag: ({ tag }) => `去掉标签“${tag}”`,
    note: () => '留了备注',
    reply: () => '回复了客户',
    language: ({ language }) => `语言改为${languageName('zh-CN', language)}`,
    cancel_outreach: () => '取消了计划中的主动消息',
  },
  queues: { waiting: (queue) => `“${queue}”中另有几人等待`, wait: (queue) => `“${queue}”中最长等待时间` },
  members: { bot: '机器人', queued: '等待人工', assigned: '人工', webchat: '网页聊天', email: '邮件', webhook: 'Webhook' },
  facts: {
    account: '渠道账号',
    'attachment.count': '本轮附件数',
    'attachment.file_name': '附件名称',
    'attachment.kind': '附件类型',
    'attachment.kinds': '各附件类型',
    'attachment.size': '附件大小（字节）',
    'attachment.type': '附件媒体类型',
    'attachment.url': '附件地址',
    channel: '渠道',
    'conversation.state': '当时由谁接待',
    'customer.anger': '近几条消息的愤怒程度',
    'customer.gratitude': '近几条消息的感谢程度',
    'customer.language': '客户选择的语言',
    'customer.name': '姓名',
    'customer.negative': '近几条消息的负面情绪',
    'customer.tags': '客户标签',
    'customer.threat': '近几条消息的威胁程度',
    'customer.timezone': '时区',
    'customer.urgency': '近几条消息的紧急程度',
    'episode.tags': '本次咨询的标签',
    'episode.turns': '本次咨询轮数',
    language: '会话语言',
    'message.anger': '这条消息的愤怒程度',
    'message.gratitude': '这条消息的感谢程度',
    'message.language': '这条消息的语言',
    'message.negative': '这条消息的负面情绪',
    'message.threat': '这条消息的威胁程度',
    'message.urgency': '这条消息的紧急程度',
    now: '时间',
    'outreach planned': '计划中的主动消息',
    'page.dwell': '页面停留时间',
    'page.title': '页面标题',
    'page.url': '页面地址',
  },
});
