// Writes dashboards/*.json: `node grafana/dashboards.mjs`. A test compares.
//
// A panel is a line or two here and forty in Grafana's JSON. The order of rows is the order in which
// somebody who was woken up asks.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Grafana's classic model, which versions 10 to 13 import; 13 turns it into its own second one by itself. */
const SCHEMA_VERSION = 42;
const COLUMNS = 24;
const FILTER = 'job=~"$job", instance=~"$instance"';
const CHANNEL = `${FILTER}, channel=~"$channel"`;

const up = stat('Gateways up', '在线网关', `sum(up{${FILTER}})`, 'short', { good: 1, runbook: 'SignalboxDown', description: 'Gateways that answer a scrape.' });

const OVERVIEW = dashboard('signalbox-overview', 'signalbox · Overview 总览', 'Is it up, is anything waiting, how fast is it, what fails.', ['channel'], [
  row('Is it up and taking messages? 是否在线、是否接收消息', [
    up,
    stat('Store takes messages', '存储可写', `min(signalbox_store_ready{${FILTER}})`, 'bool_yes_no', { good: 1, runbook: 'SignalboxStoreNotReady', description: '1 if every store takes writes.' }),
    stat('Partitions owned', '持有分区', `sum(signalbox_partitions_owned{${FILTER}})`, 'short', { good: 1, runbook: 'SignalboxPartitionsNotOwned', description: 'As many as router.partitions says, or customers of the others wait.' }),
    stat('Alerts firing', '正在告警', 'count(ALERTS{alertstate="firing", alertname=~"Signalbox.*", alertname!="SignalboxWatchdog"}) or vector(0)', 'short', { bad: 1, description: 'Alerts of signalbox that fire now, the heartbeat left out.' }),
    stat('Budget left, 30 days', '30 天错误预算剩余', `1 - (sum(increase(signalbox_inbound_messages_total{${CHANNEL}, result="unavailable"}[30d])) / sum(increase(signalbox_inbound_messages_total{${CHANNEL}, result=~"accepted|duplicate|unavailable"}[30d]))) / 0.0005`, 'percentunit', { good: 0.25, runbook: 'SignalboxAcceptErrorsBurn', description: 'What is left of the 0.05 % of messages that may be refused in 30 days.' }),
    stat('Version', '版本', `max by (version) (signalbox_build_info{${FILTER}})`, 'short', { legend: '{{version}}', textMode: 'name', description: 'Versions that run.' }),
    series('Messages in', '接收消息', [[`sum by (channel, result) (rate(signalbox_inbound_messages_total{${CHANNEL}}[$__rate_interval]))`, '{{channel}} {{result}}']], 'reqps', { runbook: 'SignalboxNothingReceived', description: 'Messages and page events by what became of them. "unavailable" is our failure, "conflicting" is the client\'s.' }),
    series('Open chats', '在线会话', [[`sum by (instance) (signalbox_ws_connections{${FILTER}})`, '{{instance}}']], 'short', { description: 'Open web chat sessions.' }),
  ]),
  row('Is anything waiting? 是否有积压', [
    series('Taken and decided', '接收与处理', [
      [`sum(rate(signalbox_inbound_messages_total{${FILTER}, result="accepted"}[$__rate_interval]))`, 'taken'],
      [`sum(rate(signalbox_batch_records_sum{${FILTER}}[$__rate_interval]))`, 'decided and committed'],
      [`sum(rate(signalbox_timers_fired_total{${FILTER}}[$__rate_interval]))`, 'timers'],
    ], 'reqps', { runbook: 'SignalboxMessagesWaiting', description: 'What is taken must be decided soon: where the second line stays under the first, messages wait.' }),
    series('Deliveries tried again', '投递重试', [[`sum by (channel, result) (rate(signalbox_outbound_attempts_total{${CHANNEL}, result=~"retry|unanswered"}[$__rate_interval]))`, '{{channel}} {{result}}']], 'reqps', { runbook: 'SignalboxDeliveryRetries', description: 'Replies that wait in the outbox, because the platform did not take them yet or did not answer.' }),
    series('Timers late by (p99)', '定时器延迟', [[`histogram_quantile(0.99, sum by (instance, le) (rate(signalbox_timer_lateness_seconds_bucket{${FILTER}}[$__rate_interval])))`, '{{instance}}']], 's', { runbook: 'SignalboxTimersLate', description: 'How late the latest timer of a batch fired. Empty where none fired.' }),
    series('Archive behind by', '归档滞后', [[`max by (instance) (signalbox_archive_lag_records{${FILTER}})`, '{{instance}}']], 'short', { runbook: 'SignalboxArchiveLag', description: 'Decided records that the archive does not have yet.' }),
  ]),
  row('Are people there? 人工坐席', [
    stat('Wait for a person', '等待人工', `sum(signalbox_desk_waiting{${FILTER}})`, 'short', { runbook: 'SignalboxNobodyAtDesk', description: 'Customers who wait for a person now.' }),
    stat('Longest wait', '最长等待', `max(signalbox_desk_oldest_waiting_seconds{${FILTER}})`, 's', { bad: 1800, runbook: 'SignalboxWaitingTooLong', description: 'How long the customer has waited who waits longest.' }),
    stat('Agents there', '在线坐席', `sum(signalbox_desk_agents_present{${FILTER}})`, 'short', { runbook: 'SignalboxNobodyAtDesk', description: 'Agents with the desk open.' }),
    stat('With agents', '正在接待', `sum(signalbox_desk_assigned{${FILTER}})`, 'short', { description: 'Conversations that agents have.' }),
    series('Waiting by queue', '各队列等待人数', [[`sum by (queue) (signalbox_desk_waiting{${FILTER}})`, '{{queue}}'], [`sum by (priority) (signalbox_desk_waiting{${FILTER}})`, '{{priority}}']], 'short', { runbook: 'SignalboxWaitingTooLong', description: 'Who waits for a person, by queue, and by priority over all queues.' }),
    series('Longest wait by queue', '各队列最长等待', [[`max by (queue) (signalbox_desk_oldest_waiting_seconds{${FILTER}})`, '{{queue}}']], 's', { runbook: 'SignalboxWaitingTooLong', description: 'How long the customer has waited who waits longest.' }),
    series('What agents do', '坐席操作', [[`sum by (act) (rate(signalbox_desk_acts_total{${FILTER}}[$__rate_interval]))`, '{{act}}']], 'reqps', { runbook: 'SignalboxNobodyAtDesk', description: 'Taken, answered, given back, closed, passed on. "lost" is a conversation that waits again because its agent was gone.' }),
    series('Taken within', '接入等待', quantiles('signalbox_desk_wait_seconds', FILTER), 's', { runbook: 'SignalboxWaitingTooLong', description: 'From a hand-over to an agent taking the conversation.' }),
  ]),
  row('How fast? 有多快', [
    series('Acknowledged within', '确认耗时', quantiles('signalbox_inbound_accept_duration_seconds', CHANNEL), 's', { runbook: 'SignalboxAcceptSlowBurn', description: 'From receiving a message to its durable acknowledgement. Objective: 99 % within 50 ms.' }),
    series('Answered within', '回复耗时', quantiles('signalbox_reply_latency_seconds', CHANNEL), 's', { runbook: 'SignalboxReplySlowBurn', description: 'From the last message of a turn to its committed reply, router.gather included. Objective: 99 % within 2 s.' }),
    heatmap('Answers by time', '回复耗时分布', `sum by (le) (rate(signalbox_reply_latency_seconds_bucket{${CHANNEL}}[$__rate_interval]))`, 's', { runbook: 'SignalboxReplySlowBurn', description: 'Every reply, where quantiles hide two humps.' }),
    series('Committed within', '提交耗时', quantiles('signalbox_commit_duration_seconds', FILTER), 's', { description: 'What the store takes for one commit. When it grows, everything above grows.' }),
    series('Delivered within', '投递耗时', quantiles('signalbox_outbound_attempt_duration_seconds', CHANNEL), 's', { description: 'One attempt at the platform. Empty where nothing leaves; the web chat has no outbox.' }),
    series('Redis answers within', 'Redis 应答耗时', quantiles('signalbox_redis_call_duration_seconds', FILTER), 's', { description: 'One round trip to the Redis server. Empty with the embedded store.' }),
    series('Waited for Redis', '等待 Redis 连接', quantiles('signalbox_redis_connection_wait_seconds', FILTER), 's', { description: 'Time that calls waited for a connection: grows when the server is away or the network slow.' }),
    series('Records a commit', '每次提交记录数', [[`sum(rate(signalbox_batch_records_sum{${FILTER}}[$__rate_interval])) / sum(rate(signalbox_batch_records_count{${FILTER}}[$__rate_interval]))`, 'records']], 'short', { description: 'Under load commits get bigger instead of more.' }),
  ]),
  row('What fails? 哪里出错', [
    series('Messages refused', '拒收比例', [['signalbox:accept_errors:ratio_rate5m{job=~"$job", channel=~"$channel"}', '{{channel}} 5 min'], ['signalbox:accept_errors:ratio_rate1h{job=~"$job", channel=~"$channel"}', '{{channel}} 1 h']], 'percentunit', { runbook: 'SignalboxAcceptErrorsBurn', description: 'Part of the messages that the store could not take. 0.72 % for an hour wakes somebody.' }),
    series('Late answers', '超时比例', [['signalbox:reply_slow:ratio_rate1h{job=~"$job", channel=~"$channel"}', '{{channel}} answered after 2 s'], ['signalbox:accept_slow:ratio_rate1h{job=~"$job", channel=~"$channel"}', '{{channel}} acknowledged after 50 ms']], 'percentunit', { runbook: 'SignalboxReplySlowBurn', description: 'Part beyond the objective within an hour; 14.4 % wakes somebody.' }),
    series('Commits', '提交结果', [[`sum by (result) (rate(signalbox_commits_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'reqps', { runbook: 'SignalboxCommitsUnanswered', description: 'By the store\'s answer. With one gateway only "committed" should be above 0.' }),
    series('Store errors', '存储错误', [[`sum by (kind) (rate(signalbox_store_errors_total{${FILTER}}[$__rate_interval]))`, '{{kind}}']], 'reqps', { runbook: 'SignalboxStoreNotReady', description: 'Appends and commits that were not taken (unavailable) or not answered (unknown).' }),
    series('Redis calls', 'Redis 调用', [[`sum by (result) (rate(signalbox_redis_calls_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'reqps', { runbook: 'SignalboxStoreNotReady', description: 'Round trips to the Redis server. "refused": it changed nothing. "lost": nobody knows what came of it. "unconnected": there was no connection.' }),
    series('Deliveries', '投递结果', [[`sum by (channel, result) (rate(signalbox_outbound_attempts_total{${CHANNEL}}[$__rate_interval]))`, '{{channel}} {{result}}']], 'reqps', { runbook: 'SignalboxDeadLetters', description: 'Attempts by outcome. "dead" will not be delivered, "suppressed" was worth nothing any more, "withheld" is what a staging gateway (`delivery`) keeps to itself.' }),
    series('Accounts paused', '暂停发送的账号', [[`sum by (channel) (signalbox_outbound_accounts_paused{${CHANNEL}})`, '{{channel}}']], 'short', { runbook: 'SignalboxAccountPaused', description: 'Accounts by which nothing leaves, because their platform does not take our password, our sender or our encryption. `/readyz` and `signalbox outbox` name them.' }),
    series('Dead letters dropped', '被清除的死信', [[`sum(increase(signalbox_dead_letters_dropped_total{${FILTER}}[$__rate_interval]))`, 'dead letters']], 'short', { runbook: 'SignalboxDeadLettersDropped', description: 'Dead letters that went before anybody decided about them.' }),
    series('Partitions damaged', '数据损坏的分区', [[`sum by (instance) (signalbox_partitions_damaged{${FILTER}})`, '{{instance}}']], 'short', { runbook: 'SignalboxPartitionDamaged', description: 'They stand still until their data is mended; the others go on.' }),
    series('Set aside', '隔离事件', [[`sum(increase(signalbox_processed_events_total{${FILTER}, result="quarantined"}[$__rate_interval]))`, 'events']], 'short', { runbook: 'SignalboxEventsQuarantined', description: 'Events on which the rules engine broke; their conversations went to people.' }),
    series('Chats ended', '会话结束原因', [[`sum by (reason) (rate(signalbox_ws_closed_total{${FILTER}}[$__rate_interval]))`, '{{reason}}']], 'reqps', { description: 'Sessions by the reason of their end.' }),
    series('Chats turned away', '拒绝连接', [[`sum by (reason) (rate(signalbox_ws_refused_total{${FILTER}}[$__rate_interval]))`, '{{reason}}']], 'reqps', { runbook: 'SignalboxChatRefused', description: 'Connections that did not become sessions.' }),
    series('Reports turned away', '拒收事件', [[`sum by (reason) (rate(signalbox_webhook_refused_total{${FILTER}}[$__rate_interval]))`, '{{reason}}']], 'reqps', { description: 'Requests of other systems to the webhook that were refused. "unsigned" and "stale" without end: a wrong secret or clock there, or somebody who tries.' }),
  ]),
  row('How much is left? 资源余量', [
    series('Free disk', '磁盘剩余', [[`min by (instance) (signalbox_disk_free_bytes{${FILTER}})`, '{{instance}}']], 'bytes', { runbook: 'SignalboxDiskNearlyFull', description: 'Messages are refused below 12 MiB.' }),
    series('Processor', '处理器', [[`sum by (instance) (rate(process_cpu_seconds_total{${FILTER}}[$__rate_interval]))`, '{{instance}}']], 'short', { description: 'Cores in use.' }),
    series('Memory', '内存', [[`sum by (instance) (process_resident_memory_bytes{${FILTER}})`, '{{instance}}']], 'bytes', { description: 'Resident memory.' }),
    series('Open files and sockets', '打开的文件和套接字', [[`sum by (instance) (process_open_fds{${FILTER}})`, '{{instance}}']], 'short', { description: 'Each chat is one.' }),
    series('Chat frames', '会话帧', [[`sum by (direction) (rate(signalbox_ws_frames_total{${FILTER}}[$__rate_interval]))`, '{{direction}}'], [`sum(rate(signalbox_ws_dropped_frames_total{${FILTER}}[$__rate_interval]))`, 'dropped for slow clients']], 'reqps', { description: 'What was dropped comes again with the next resume.' }),
    series('Not told', '丢弃的观测数据', [[`sum(rate(signalbox_trace_spans_dropped_total{${FILTER}}[$__rate_interval]))`, 'spans dropped'], [`sum(rate(signalbox_log_lines_suppressed_total{${FILTER}}[$__rate_interval]))`, 'log lines left out'], [`sum(rate(signalbox_trace_spans_exported_total{${FILTER}}[$__rate_interval]))`, 'spans exported']], 'reqps', { runbook: 'SignalboxTraceSpansDropped', description: 'Traces and log lines are bounded: what is missing is counted.' }),
  ]),
]);

const RULES = dashboard('signalbox-rules', 'signalbox · Rules 规则', 'What rules are live, which fire, what they do.', [], [
  row('Which rules are live? 生效的规则', [
    stat('Refused', '规则被拒', `max(signalbox_rules_refused{${FILTER}})`, 'bool_yes_no', { bad: 1, runbook: 'SignalboxRulesRefused', description: 'Whether the rule files are refused while the last good rules stay live.' }),
    stat('Disabled', '停用的规则', `max(signalbox_rules_disabled{${FILTER}})`, 'short', { bad: 1, runbook: 'SignalboxRuleDisabled', description: 'Rules that people have switched off. `signalbox rules status` names them.' }),
    stat('Disabled for', '停用时长', `max(time() - signalbox_rules_disabled_since_timestamp_seconds{${FILTER}} and signalbox_rules_disabled{${FILTER}} > 0) or vector(0)`, 's', { bad: 86400, runbook: 'SignalboxRuleDisabled', description: 'The rule that is switched off for longest. 0: none is.' }),
    stat('Bundles live', '生效版本数', `count(count by (hash) (signalbox_active_bundle_info{${FILTER}}))`, 'short', { bad: 2, runbook: 'SignalboxBundlesDiffer', description: 'More than one for long: gateways decide differently.' }),
    stat('Live since', '生效时长', `time() - max(signalbox_rules_last_adopted_timestamp_seconds{${FILTER}})`, 's', { description: 'Since rules changed, or the gateway started.' }),
    stat('Bundle', '版本', `max by (hash) (signalbox_active_bundle_info{${FILTER}})`, 'short', { legend: '{{hash}}', textMode: 'name', wide: true, description: 'Hash of the rules that decide; decisions name it.' }),
    series('Reloads', '重新加载', [[`sum by (result) (increase(signalbox_rule_reloads_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'short', { runbook: 'SignalboxRulesRefused', description: 'Changed rule files by what became of them.' }),
    series('Events decided', '已决策事件', [[`sum by (result) (rate(signalbox_processed_events_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'reqps', { runbook: 'SignalboxEventsQuarantined', description: 'Turns and events that went through the rules.' }),
  ]),
  row('Which rules fire? 触发的规则', [
    series('Rules that fire most', '触发最多的规则', [[`topk(10, sum by (rule) (rate(signalbox_rule_fired_total{${FILTER}, rule=~"$rule"}[$__rate_interval])))`, '{{rule}}']], 'reqps', { description: 'The ten that fire most.' }),
    table('Fired within a day', '24 小时触发次数', `sort_desc(sum by (rule) (increase(signalbox_rule_fired_total{${FILTER}, rule=~"$rule"}[24h])))`, 'short', { description: 'A rule that used to fire and stands at 0 after a change is worth a look.' }),
  ]),
  row('What do they do? 规则的动作', [
    series('Effects', '动作', [[`sum by (effect) (rate(signalbox_effects_total{${FILTER}}[$__rate_interval]))`, '{{effect}}']], 'reqps', { description: 'What rules asked for and what was carried out.' }),
    series('Handed to people', '转人工比例', [[`sum(rate(signalbox_effects_total{${FILTER}, effect="hand_over"}[$__rate_interval])) / sum(rate(signalbox_processed_events_total{${FILTER}}[$__rate_interval]))`, 'of all turns and events']], 'percentunit', { description: 'When it jumps after a reload, a rule is missing or too eager.' }),
    series('Outreach', '主动消息', [[`sum by (result) (increase(signalbox_outreach_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'short', { description: 'Messages that nobody asked for: planned, sent, or why they were not.' }),
  ]),
  row('Do the scripts work? 脚本', [
    series('Facts of scripts', '脚本事实', [[`sum by (result) (rate(signalbox_script_facts_total{${FILTER}}[$__rate_interval]))`, '{{result}}']], 'reqps', { description: 'Facts that decisions asked for: the script gave a value, an argument was absent, or the script failed.' }),
    series('Scripts that fail', '失败的脚本', [[`sum by (fact) (rate(signalbox_script_failures_total{${FILTER}}[$__rate_interval]))`, '{{fact}}']], 'reqps', { description: 'Rules then see the value behind `otherwise`; `signalbox explain` says why.' }),
    series('Attributes that do not fit', '不合声明的属性', [[`sum(rate(signalbox_attribute_misfits_total{${FILTER}}[$__rate_interval]))`, 'decisions']], 'reqps', { description: 'Decisions without something that a signed token said, since `schema customer` declares it otherwise. The log names each field once.' }),
  ]),
]);

export const DASHBOARDS = { 'overview.json': OVERVIEW, 'rules.json': RULES };

export function written(content) {
  return `${JSON.stringify(content, null, 1)}\n`;
}

function dashboard(uid, title, description, more, rows) {
  const variables = [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
    variable('job', 'label_values(signalbox_build_info, job)', 'signalbox.*'), // `up` is everybody's
    variable('instance', 'label_values(signalbox_build_info{job=~"$job"}, instance)'),
  ];
  if (more.includes('channel')) variables.push(variable('channel', 'label_values(signalbox_inbound_messages_total{job=~"$job"}, channel)'));
  else variables.push(variable('rule', 'label_values(signalbox_rule_fired_total{job=~"$job"}, rule)'));
  return {
    uid,
    title,
    description,
    tags: ['signalbox'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    links: [{ title: 'signalbox', type: 'dashboards', tags: ['signalbox'], asDropdown: false, includeVars: true, keepTime: true }],
    templating: { list: variables },
    annotations: { list: [{
      name: 'Rules changed',
      datasource: source(),
      enable: true,
      iconColor: 'blue',
      expr: `changes(signalbox_rules_last_adopted_timestamp_seconds{${FILTER}}[1m]) > 0`,
      titleFormat: 'Rules changed or gateway started',
      textFormat: '{{instance}}',
    }] },
    panels: placed(rows),
  };
}

function variable(name, query, allValue = '.*') {
  return { name, label: name, type: 'query', datasource: source(), query: { query, refId: name }, definition: query, refresh: 2, sort: 1, multi: true, includeAll: true, allValue, current: { text: ['All'], value: ['$__all'] } };
}

function source() {
  return { type: 'prometheus', uid: '${datasource}' };
}

function row(title, panels) {
  return { title, panels };
}

/** Panels from left to right, in lines; numbers in order of place. */
function placed(rows) {
  const panels = [];
  let y = 0;
  for (const { title, panels: inRow } of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const { size: [w, h], ...panel } of inRow) {
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
        height = 0;
      }
      panels.push({ id: panels.length + 1, ...panel, gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}

function panel(type, size, title, titleZh, queries, unit, { description, runbook }, more = {}) {
  const { custom, thresholds, ...rest } = more;
  return {
    size,
    type,
    title: `${title} · ${titleZh}`,
    description,
    datasource: source(),
    ...(runbook && { links: [{ title: 'Runbook', url: `docs/runbooks/${runbook}.md`, targetBlank: true }] }),
    targets: queries.map(([expr, legendFormat], place) => ({ refId: 'ABCDEF'[place], datasource: source(), expr, legendFormat, range: true, ...rest.target })),
    fieldConfig: { defaults: { unit, min: 0, ...(thresholds && { thresholds }), ...(custom && { custom }) }, overrides: [] },
    ...(rest.options && { options: rest.options }),
  };
}

/** One figure now. `good`: green from there on; `bad`: red from there on. */
function stat(title, titleZh, expr, unit, more) {
  const { good, bad, legend = '', textMode = 'auto', wide = false } = more;
  const steps = good !== undefined ? [['red', null], ['green', good]] : bad !== undefined ? [['green', null], ['red', bad]] : [['text', null]];
  return panel('stat', [wide ? 12 : 4, 4], title, titleZh, [[expr, legend]], unit, more, {
    target: { instant: true, range: false },
    thresholds: { mode: 'absolute', steps: steps.map(([color, value]) => ({ color, value })) },
    options: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode, colorMode: 'background', graphMode: 'none' },
  });
}

function series(title, titleZh, queries, unit, more) {
  return panel('timeseries', [12, 8], title, titleZh, queries, unit, more, {
    custom: { fillOpacity: 10, showPoints: 'never', spanNulls: false },
    options: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] }, tooltip: { mode: 'multi', sort: 'desc' } },
  });
}

function heatmap(title, titleZh, expr, unit, more) {
  return panel('heatmap', [12, 8], title, titleZh, [[expr, '{{le}}']], unit, more, {
    target: { format: 'heatmap' },
    options: { calculate: false, yAxis: { unit }, color: { mode: 'scheme', scheme: 'Oranges' }, cellGap: 1, tooltip: { mode: 'single' } },
  });
}

function table(title, titleZh, expr, unit, more) {
  return panel('table', [12, 8], title, titleZh, [[expr, '{{rule}}']], unit, more, { target: { format: 'table', instant: true, range: false }, options: { showHeader: true } });
}

function quantiles(histogram, filter) {
  return [0.5, 0.95, 0.99].map((part) => [`histogram_quantile(${part}, sum by (le) (rate(${histogram}_bucket{${filter}}[$__rate_interval])))`, `p${part * 100}`]);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, content] of Object.entries(DASHBOARDS)) {
    writeFileSync(new URL(`dashboards/${name}`, import.meta.url), written(content));
  }
}
