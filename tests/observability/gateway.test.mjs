// A real Prometheus scrapes a running gateway (SIGNALBOX_URL), and every query of dashboards and rules is put to it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../browser/until.mjs';
import { chat } from './chat.mjs';
import { Prometheus } from './prometheus.mjs';
import { dashboardQueries, metricOf, selectors, variableQueries } from './queries.mjs';

const GATEWAY = process.env.SIGNALBOX_URL;
const CUSTOMERS = 3;
const TEXTS = ['hello', '我要退款', 'how do I track my order?'];
/** Of what the example does nothing: their quantiles are of no values, which is NaN. */
const WITHOUT_TRAFFIC = [
  'signalbox_desk_wait_seconds',
  'signalbox_outbound_attempt_duration_seconds',
  'signalbox_redis_call_duration_seconds',
  'signalbox_redis_connection_wait_seconds',
  'signalbox_timer_lateness_seconds',
];

describe('the running gateway', { skip: !GATEWAY && 'SIGNALBOX_URL names no gateway' }, () => {
  let prometheus;
  before(async () => {
    prometheus = await Prometheus.start(new URL(GATEWAY).host);
    // Twice: a rate needs two values.
    await until('two scrapes', async () => (await values('count_over_time(up[1m])')).some((count) => count >= 2));
  });
  after(() => prometheus?.stop());

  async function values(expression) {
    return (await prometheus.query(expression)).map(({ value }) => value);
  }

  async function everyQuery() {
    const rules = (await prometheus.rules()).map(({ name, query }) => ({ from: `rule ${name}`, expression: query, isPanel: false }));
    return [...dashboardQueries(), ...rules];
  }

  test('whatever is asked for is exported before the first message', async () => {
    const missing = new Set();
    let count = 0;
    for (const { from, expression } of await everyQuery()) {
      for (const selector of selectors(expression)) {
        count += 1;
        if ((await prometheus.series(selector)).length === 0) missing.add(`${from}: ${selector}`);
      }
    }
    for (const { from, selector, label } of variableQueries()) {
      const there = await prometheus.series(selector);
      if (!there.some((series) => series[label])) missing.add(`${from}: ${label} of ${selector}`);
    }
    assert.deepEqual([...missing], []);
    assert(count > 100, `selectors were found: ${count}`);
  });

  test('after some messages every panel shows data', async () => {
    await Promise.all(Array.from({ length: CUSTOMERS }, () => chat(GATEWAY, TEXTS)));
    for (const { from, expression, isPanel } of dashboardQueries()) {
      const mayLack = !isPanel || WITHOUT_TRAFFIC.some((metric) => expression.includes(metric));
      let answer = [];
      await until(`${from} shows data`, async () => {
        answer = await values(expression);
        return mayLack || answer.some(Number.isFinite);
      }, () => `${expression} answers ${JSON.stringify(answer)}`);
    }
    await until('what was said is counted', async () => (await values('sum(signalbox_inbound_messages_total{result="accepted"})'))[0] >= CUSTOMERS * TEXTS.length);
  });

  test('every rule is evaluated without error, and alerts say all that they must', async () => {
    const rules = await until('every rule was evaluated', async () => {
      const all = await prometheus.rules();
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    assert.deepEqual(rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`), []);
    const alerts = rules.filter(({ type }) => type === 'alerting');
    assert(alerts.length > 20, `alerts were found: ${alerts.length}`);
    for (const { name, labels, annotations } of alerts) {
      assert(['page', 'ticket', 'none'].includes(labels.severity), `${name} has no severity`);
      assert(annotations.summary && annotations.description, `${name} lacks words`);
      assert.equal(annotations.runbook_url, `docs/runbooks/${name}.md`);
    }
  });

  test('nothing is exported that nobody looks at', async () => {
    const used = new Set((await everyQuery()).flatMap(({ expression }) => selectors(expression)).map(metricOf));
    const exported = new Set((await prometheus.series('{__name__=~"(signalbox|process)_.+"}')).map(({ __name__ }) => metricOf(__name__)));
    assert(exported.size > 20, `metrics were found: ${exported.size}`);
    assert.deepEqual([...exported].filter((metric) => !used.has(metric)), [], 'give it a panel in grafana/dashboards.mjs');
  });
});
