// Every word that the chat itself says, in Chinese and in English.

const EN = {
  language: 'en',
  otherLanguage: '中文',
  otherLanguageLabel: '切换到中文',
  title: 'Chat with us',
  open: 'Open chat',
  openUnread: (count) => `Open chat, ${count} new`,
  newMessages: (count) => (count === 1 ? 'One new message in the chat' : `${count} new messages in the chat`),
  close: 'Close chat',
  messages: 'Messages',
  composer: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  keys: 'Enter sends, Shift+Enter starts a new line',
  emptyTitle: 'Hello, how can we help?',
  emptyText: 'Write to us below. If you leave, you find this conversation here when you come back.',
  earlier: 'Show earlier messages',
  loading: 'Loading messages…',
  newest: 'Go to the newest message',
  you: 'You',
  bot: 'Assistant',
  agent: 'Agent',
  says: (who) => `${who}:`,
  state: {
    connecting: 'Connecting…',
    online: 'Connected',
    offline: 'You are offline. We send your messages when you are back.',
    waiting: 'Connection lost. Reconnecting…',
    resting: 'This chat has ended. Write to start again.',
    not_allowed: 'This chat is not available on this page.',
    unknown: 'This chat does not exist. Please check the address of this page.',
    policy: 'This chat was ended.',
    unauthenticated: 'We could not confirm who you are. Please sign in again.',
  },
  tryAgain: 'Try again',
  sending: 'Sending…',
  pending: 'Waiting for connection',
  sent: 'Sent',
  read: 'Read',
  failed: {
    too_long: 'Not sent: the message is too long.',
    closed: 'Not sent: the chat is closed.',
    other: 'Not sent.',
  },
  retry: 'Try again',
  retryLabel: (text) => `Try again to send: ${text}`,
  discard: 'Discard',
  discardLabel: (text) => `Discard: ${text}`,
  edited: 'edited',
  deleted: 'This message was deleted.',
  unsupported: 'This message cannot be shown here.',
  typing: { bot: 'The assistant is typing…', agent: 'An agent is typing…' },
  queue: (position) => `You are number ${position} in the queue.`,
  notice: {
    agent_joined: (name) => (name === '' ? 'An agent joined the chat' : `${name} joined the chat`),
    agent_left: (name) => (name === '' ? 'The agent left the chat' : `${name} left the chat`),
    queued: () => 'You are waiting for a person to join',
    assigned: (name) => (name === '' ? 'A person has taken over the chat' : `${name} has taken over the chat`),
    bot: () => 'The assistant answers again',
    closed: () => 'This conversation was closed. Write to start a new one.',
  },
  charactersLeft: (count) => `${count} characters left`,
  charactersOver: (count) => `${count} too many characters`,
  outboxFull: 'Too many messages are waiting to be sent. Please wait for the connection.',
  today: 'Today',
  yesterday: 'Yesterday',
};

const ZH = {
  language: 'zh-CN',
  otherLanguage: 'English',
  otherLanguageLabel: 'Switch to English',
  title: '在线咨询',
  open: '打开在线咨询',
  openUnread: (count) => `打开在线咨询，${count} 条新消息`,
  newMessages: (count) => `在线咨询有 ${count} 条新消息`,
  close: '关闭聊天窗口',
  messages: '消息记录',
  composer: '消息内容',
  placeholder: '请输入消息…',
  send: '发送',
  keys: '按 Enter 发送，Shift+Enter 换行',
  emptyTitle: '您好，有什么可以帮您？',
  emptyText: '请在下方输入消息。离开后再回来，对话仍会保留在这里。',
  earlier: '查看更早的消息',
  loading: '正在加载消息…',
  newest: '回到最新消息',
  you: '我',
  bot: '智能助手',
  agent: '客服',
  says: (who) => `${who}：`,
  state: {
    connecting: '正在连接…',
    online: '已连接',
    offline: '网络已断开，恢复后会自动发送消息。',
    waiting: '连接中断，正在重新连接…',
    resting: '本次对话已结束，发送消息即可重新开始。',
    not_allowed: '此页面无法使用在线咨询。',
    unknown: '没有这个在线咨询，请检查网址是否正确。',
    policy: '本次对话已被终止。',
    unauthenticated: '无法确认您的身份，请重新登录。',
  },
  tryAgain: '重试',
  sending: '发送中…',
  pending: '等待网络恢复',
  sent: '已发送',
  read: '已读',
  failed: {
    too_long: '发送失败：消息过长。',
    closed: '发送失败：咨询已关闭。',
    other: '发送失败。',
  },
  retry: '重试',
  retryLabel: (text) => `重新发送：${text}`,
  discard: '删除',
  discardLabel: (text) => `删除：${text}`,
  edited: '已编辑',
  deleted: '该消息已删除。',
  unsupported: '此处无法显示该消息。',
  typing: { bot: '智能助手正在输入…', agent: '客服正在输入…' },
  queue: (position) => `当前排在第 ${position} 位。`,
  notice: {
    agent_joined: (name) => (name === '' ? '客服已加入对话' : `${name} 已加入对话`),
    agent_left: (name) => (name === '' ? '客服已离开对话' : `${name} 已离开对话`),
    queued: () => '正在排队等候人工客服',
    assigned: (name) => (name === '' ? '人工客服已接入' : `${name} 已接入`),
    bot: () => '现在由智能助手为您服务',
    closed: () => '本次对话已关闭，发送消息即可开始新的对话。',
  },
  charactersLeft: (count) => `还可输入 ${count} 个字`,
  charactersOver: (count) => `超出 ${count} 个字`,
  outboxFull: '待发送的消息过多，请等待网络恢复。',
  today: '今天',
  yesterday: '昨天',
};

const CHOICE_KEY = 'signalbox:language';

/** The customer's own choice, else the first of the browser's languages that we speak, else English. */
export function chosenText(languages = navigator.languages) {
  const wanted = [storedChoice(), ...languages].find((tag) => /^(zh|en)\b/i.test(tag ?? ''));
  return /^zh/i.test(wanted ?? '') ? ZH : EN;
}

/** The other language, remembered as the customer's choice. */
export function switchedText(text) {
  const other = text === ZH ? EN : ZH;
  try {
    localStorage.setItem(CHOICE_KEY, other.language);
  } catch {
    // Storage is forbidden: the choice then lives as long as this page.
  }
  return other;
}

function storedChoice() {
  try {
    return localStorage.getItem(CHOICE_KEY);
  } catch {
    return null;
  }
}
