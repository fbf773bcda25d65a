// The console's page: polls its own server every few seconds and shows the answer. All data is inserted as text,
// never as markup: operators write reasons, and viewers' countries come from the network.
'use strict';

const LIVE_SECONDS = 5, TRACES_SECONDS = 60;
const $ = (id) => document.getElementById(id);
const token = tokenOf();
let about = null, shown = '', last = 0;

function tokenOf() {
  // In the fragment, so that no log or referrer contains it; kept for a reload of this tab.
  const given = location.hash.slice(1);
  if (given) {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem('token') || '';
}

async function ask(path, body) {
  const headers = { 'x-console-token': token };
  if (body) headers['content-type'] = 'application/json';
  const answer = await fetch(path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
  const said = await answer.json();
  if (said.error) {
    const more = (said.error.findings || []).map((finding) => finding.what);
    throw new Error([said.error.message, ...more, said.error.remedy].filter(Boolean).join(' · '));
  }
  return said;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

// A cell is a text, [text, class] or an element.
function row(cells) {
  const made = document.createElement('tr');
  for (const cell of cells) {
    if (cell instanceof Node) made.appendChild(element('td')).appendChild(cell);
    else made.appendChild(Array.isArray(cell) ? element('td', cell[0], cell[1]) : element('td', cell));
  }
  return made;
}

function fill(table, rows, nothing) {
  const body = $(table).tBodies[0];
  body.replaceChildren(...rows.map(row));
  if (!rows.length) {
    const cell = body.appendChild(element('tr')).appendChild(element('td', nothing, 'soft'));
    cell.colSpan = $(table).tHead.rows[0].cells.length;
  }
}

const number = (value) => value.toLocaleString('en');
const percent = (share) => (100 * share).toFixed(share && share < 0.001 ? 3 : 1) + ' %';

function moment(seconds) {
  if (!seconds) return '';
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ') + 'Z';
}

function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s >= 86400) return Math.floor(s / 86400) + ' d ' + Math.floor((s % 86400) / 3600) + ' h';
  if (s >= 3600) return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min';
  return s >= 60 ? Math.floor(s / 60) + ' min' : s + ' s';
}

function showRelease(live) {
  const status = live.status;
  $('state').textContent = status.state;
  $('state').className = 'pill ' + status.state;
  $('ramp').textContent = status.ramp_percent + ' %';
  $('ramp-bar').style.width = Math.min(100, status.ramp_percent) + '%';
  $('why').textContent = status.revision
    ? 'revision ' + status.revision + ', epoch ' + status.epoch + ', by ' + status.author + ' ' +
      span(live.at - status.created_at) + ' ago' + (status.reason ? ': ' + status.reason : '')
    : 'no release yet: everybody gets stable';
  const possible = { pause: status.state === 'active', resume: ['paused', 'killed', 'finished'].includes(status.state) };
  possible.kill = status.state !== 'killed';
  for (const button of document.querySelectorAll('[data-action]')) button.hidden = !possible[button.dataset.action];
  $('plan').hidden = !live.plan;
  if (live.plan) {
    const steps = live.plan.plan.steps.map((step) => (step === live.plan.percent ? '[' + step + ']' : step)).join(' → ');
    $('plan').textContent = 'plan ' + steps + ' %: ' + (live.plan.paused ? 'paused' : live.plan.decision);
  }
}

function showWay(live) {
  const status = live.status, published = status.published, edge = status.edge;
  const way = [];
  way.push(['done', 'saved', status.revision ? 'revision ' + status.revision : 'nothing']);
  const isPublished = published && published.revision >= status.revision;
  const record = status.last_publication;
  const took = record && record.duration_ms ? ', took ' + (record.duration_ms / 1000).toFixed(1) + ' s' : '';
  way.push([
    isPublished ? 'done' : record && ['failed', 'refused'].includes(record.status) ? 'wrong' : 'late',
    'published',
    published ? 'revision ' + published.revision + ', sequence ' + published.sequence + took : 'nothing',
  ]);
  let kind = 'wrong', text = 'no answer: ' + edge.error;
  if (edge.reachable) {
    const isThere = edge.revision === null || (published && edge.revision >= published.revision);
    kind = edge.status >= 400 ? 'wrong' : isThere ? 'done' : 'late';
    text = edge.revision === null
      ? 'a new viewer gets ' + (edge.lane || 'no lane')
      : 'revision ' + edge.revision + ': a new viewer gets ' + edge.lane + ' (' + edge.reason + ')';
  }
  way.push([kind, 'edge', text]);
  $('way').replaceChildren(...way.map(([kind, name, text]) => {
    const item = element('li', undefined, kind);
    item.append(element('strong', name), element('span', text));
    return item;
  }));
  const left = published && published.until ? published.until - live.at : null;
  $('lease').textContent = left === null ? '' : left > 0
    ? 'The lease expires in ' + span(left) + '; sync renews it. Without renewal the edge sends everybody to stable.'
    : 'The lease has expired: the edge sends everybody to stable.';
}

function showFindings(live) {
  const items = [];
  if (live.alarms === null) items.push(['warn', 'alarms could not be read']);
  else if (!live.alarms.length) items.push(['good', 'no alarm']);
  else for (const name of live.alarms) items.push(['bad', name]);
  for (const said of [...live.status.findings, ...live.troubles]) items.push(['warn', said]);
  $('findings').replaceChildren(...items.map(([kind, text]) => element('li', text, kind)));
}

function showLanes(live) {
  const traffic = Object.fromEntries(live.traffic.map((lane) => [lane.lane, lane]));
  fill('lanes', live.status.lanes.map((lane) => {
    const seen = traffic[lane.lane];
    const bar = element('div', undefined, 'bar');
    bar.append(element('span'));
    bar.firstChild.style.width = 100 * (seen ? seen.share : 0) + '%';
    return [
      lane.lane,
      lane.why ? lane.status + ': ' + lane.why : lane.status,
      lane.status === 'stable' ? 'always' : lane.published ? ['yes', 'good'] : 'no',
      [seen ? number(seen.requests) : '?', 'number'],
      [seen ? percent(seen.share) : '?', 'number'],
      bar,
      [seen ? percent(seen.error_rate) : '?', 'number' + (seen && seen.error_rate >= 0.01 ? ' bad-text' : '')],
    ];
  }), 'no lane');
}

function showRules(live) {
  fill('rules', live.status.rules.map((rule, index) => [
    String(index + 1),
    rule.id,
    rule.lane,
    [rule.percent === undefined || rule.percent === null ? '100 %' : rule.percent + ' %', 'number'],
    live.conditions[index],
  ]), 'no rules: everybody gets stable');
}

function showHistory(told) {
  fill('revisions', told.revisions.map((one) => [
    [String(one.number), 'first'],
    [moment(one.created_at), 'time'],
    one.state,
    [String(one.epoch), 'number'],
    one.author,
    one.reason,
  ]), 'no revision yet');
  const colours = { published: 'good', failed: 'bad', refused: 'bad', running: 'warn' };
  fill('publications', told.publications.map((one) => [
    [String(one.sequence), 'first'],
    [String(one.revision), 'first'],
    [moment(Math.floor(one.started_at / 1000)), 'time'],
    [one.status + (one.errors.length ? ': ' + one.errors.join('; ') : ''), colours[one.status]],
    [one.duration_ms ? (one.duration_ms / 1000).toFixed(1) + ' s' : '', 'number'],
    [String(one.keys), 'number'],
    one.trigger,
  ]), 'no publications yet');
}

function showTraces(told) {
  const kept = told.checked - told.mixed_count;
  $('traces-said').textContent = told.checked
    ? number(kept) + ' of ' + number(told.checked) + ' traces stayed in one lane (' + percent(told.consistent_share) + ')'
    : 'no trace with a lane in this period';
  $('traces').replaceChildren(...told.mixed.map((one) =>
    element('li', one.id + '  ' + one.lanes.join(', ') + '  ' + one.hops.join('; '), 'bad')));
}

async function look() {
  const live = await ask('/api/live');
  for (const show of [showRelease, showWay, showFindings, showLanes, showRules]) show(live);
  const record = live.status.last_publication;
  const now = [live.status.revision, record && record.sequence, record && record.status].join();
  if (now !== shown) {
    showHistory(await ask('/api/history'));
    shown = now;
  }
  $('board').hidden = false;
  last = Date.now();
}

async function repeat(what, seconds) {
  try {
    await what();
    if (what === look) problem('');
  } catch (error) {
    problem(error.message === 'Failed to fetch' ? 'the console has stopped: start it again' : error.message);
  }
  setTimeout(repeat, seconds * 1000, what, seconds);
}

function problem(text) {
  $('problem').textContent = text;
  $('problem').hidden = !text;
}

function tick() {
  if (last) $('seen').textContent = 'seen ' + span((Date.now() - last) / 1000) + ' ago';
}

// Actions: the server describes the change and returns a code; nothing changes without it.
let pending = null;

async function propose(action, values) {
  problem('');
  try {
    pending = { action, values, told: await ask('/api/ask/' + action, values) };
  } catch (error) {
    problem(error.message);
    return;
  }
  $('question').textContent = pending.told.question;
  $('changes').replaceChildren(...pending.told.changes.map((change) => element('li', change)));
  $('reason').value = '';
  $('yes').textContent = action[0].toUpperCase() + action.slice(1);
  $('yes').className = action === 'kill' ? 'danger' : 'primary';
  $('outcome').hidden = true;
  $('yes').disabled = false;
  $('confirm').showModal();
}

async function confirmed() {
  $('yes').disabled = true;
  $('outcome').hidden = true;
  try {
    await ask('/api/do/' + pending.action, { confirmation: pending.told.confirmation, reason: $('reason').value });
    $('confirm').close();
    await look();
  } catch (error) {
    $('outcome').textContent = error.message;
    $('outcome').hidden = false;
  }
}

async function begin() {
  if (!token) {
    problem('Open the URL that `grayctl console` printed: it contains the token that this page needs.');
    $('seen').textContent = '';
    return;
  }
  about = await ask('/api/about');
  document.title = about.environment + ' · Graylane console';
  $('environment').textContent = about.environment;
  $('stack').textContent = about.stack;
  $('site').textContent = about.site;
  if (/^https?:/.test(about.site)) $('site').href = about.site;
  const acts = about.actions.length > 0;
  $('mode').textContent = acts ? 'actions allowed' : 'read-only';
  $('mode').className = 'badge' + (acts ? ' acting' : '');
  $('actions').hidden = !acts;
  $('ramp-form').addEventListener('submit', (event) => {
    event.preventDefault();
    propose('ramp', { percent: Number($('percent').value) });
  });
  for (const button of document.querySelectorAll('[data-action]')) {
    button.addEventListener('click', () => propose(button.dataset.action, {}));
  }
  $('yes').addEventListener('click', confirmed);
  setInterval(tick, 1000);
  repeat(look, LIVE_SECONDS);
  repeat(async () => showTraces(await ask('/api/traces')), TRACES_SECONDS);
}

begin().catch((error) => problem(error.message));
