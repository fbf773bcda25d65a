// Metrics by lane, as embedded-metric log lines: no client, no call, no import.

const PER_SERVICE = [['environment', 'lane', 'service']];
const PER_REASON = [['environment', 'service', 'lane', 'reason']];

/** For what the alarms of the whole environment count. */
export const PER_ENVIRONMENT = { dimensions: [...PER_SERVICE, ['environment']] };

/**
 * Write the metrics as one embedded-metric line. A name that ends in `Latency` is in milliseconds, others count.
 * @param {import('./settings.js').Settings} settings
 * @param {string} lane
 * @param {Record<string, number>} metrics
 * @param {object} [options]
 * @param {string[][]} [options.dimensions]
 * @param {string} [options.reason] why the edge chose this lane; counts in `Decisions`, by reason
 */
export function emit({ environment, service }, lane, metrics, { dimensions = PER_SERVICE, reason = '' } = {}) {
  const directives = [directive(Object.keys(metrics), dimensions)];
  if (reason) directives.push(directive(['Decisions'], PER_REASON));
  const aws = { Timestamp: Date.now(), CloudWatchMetrics: directives };
  const decision = reason ? { reason, Decisions: 1 } : {};
  // Not by the console, before whose lines Lambda's runtime writes its own words.
  process.stdout.write(`${JSON.stringify({ _aws: aws, environment, lane, service, ...decision, ...metrics })}\n`);
}

function directive(names, dimensions) {
  const units = names.map((name) => ({ Name: name, Unit: name.endsWith('Latency') ? 'Milliseconds' : 'Count' }));
  return { Namespace: 'Graylane', Dimensions: dimensions, Metrics: units };
}
