// What dashboards and rules ask for, as a server without Grafana can answer it.

import { DASHBOARDS } from '../../grafana/dashboards.mjs';

/** Every query of every panel and annotation, variables filled in as `All`. */
export function dashboardQueries() {
  return Object.entries(DASHBOARDS).flatMap(([file, { panels, annotations, templating }]) => [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ from: `${file}, panel "${title}"`, expression: filled(expr, templating), isPanel: true }))),
    ...annotations.list.map(({ name, expr }) => ({ from: `${file}, annotation "${name}"`, expression: filled(expr, templating), isPanel: false })),
  ]);
}

/** Metrics that variables list the labels of, with the label. */
export function variableQueries() {
  return Object.entries(DASHBOARDS).flatMap(([file, { templating }]) => templating.list.filter(({ type }) => type === 'query').map(({ name, query }) => {
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query.query);
    return { from: `${file}, variable ${name}`, selector: filled(selector, templating), label };
  }));
}

/**
 * The selectors of exported series in an expression, each with its labels. `result=~"a|b"` becomes two, so that
 * a value that nobody exports is found even beside one that somebody does.
 */
export function selectors(expression) {
  return [...expression.matchAll(/\b((?:signalbox|process)_[a-z0-9_]+)(\{[^}]*\})?/g)].flatMap(([, name, labels = '']) => alternatives(name + labels));
}

/** The metric that a series belongs to: a histogram has several. */
export function metricOf(series) {
  return series.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '');
}

function alternatives(selector) {
  const match = /=~"([\w]+(?:\|\w+)+)"/.exec(selector);
  if (!match) return [selector];
  return match[1].split('|').flatMap((value) => alternatives(selector.replace(match[0], `="${value}"`)));
}

function filled(expression, { list }) {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$(\w+)/g, (_, name) => {
    const variable = list.find((one) => one.name === name);
    if (!variable) throw new Error(`the dashboard has no variable ${name}: ${expression}`);
    return variable.allValue;
  });
}
