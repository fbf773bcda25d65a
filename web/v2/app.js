// The order desk: lists and places orders, and shows which lane answered. User data reaches the page as text only.
const one = (selector) => document.querySelector(selector);

/** An element with a class and children, which are elements or text. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Call the API; graylane.js keeps page and API in one lane. */
async function call(method, body) {
  const response = await fetch('/api/orders', {
    method,
    headers: body && { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  one('[data-api-lane]').textContent = answer.lane || response.headers.get('x-gray-version') || 'none';
  return { ok: response.ok, status: response.status, answer };
}

/** What was typed outlives the page that graylane.js loads again. Session storage throws where cookies are blocked. */
function keepDraft() {
  const draft = JSON.stringify(Object.fromEntries(new FormData(one('[data-order]'))));
  try { sessionStorage.setItem('gray-draft', draft); } catch { /* nothing is kept then */ }
}

function takeDraft() {
  try {
    const draft = sessionStorage.getItem('gray-draft');
    sessionStorage.removeItem('gray-draft');
    return JSON.parse(draft || '{}');
  } catch { return {}; }
}

function restoreDraft() {
  for (const [name, value] of Object.entries(takeDraft())) {
    const field = one('[data-order]').elements[name];
    if (field) field.value = value;
  }
}

function row(order) {
  const time = make('time', '', new Date(order.created_at).toLocaleTimeString());
  time.dateTime = order.created_at;
  const articles = order.items.map((line) => `${line.quantity} × ${line.sku}`).join(', ');
  return make('tr', '',
    make('td', '', time),
    make('td', '', order.customer),
    make('td', '', articles),
    make('td', '', order.priority === 'express' ? make('strong', '', 'express') : order.priority),
    make('td', 'number', order.discount),
    make('td', 'number', order.total),
    make('td', '', order.status),
    make('td', '', make('span', 'lane', order.lane)));
}

function chain(order) {
  const hops = order ? [...order.hops, ...(order.fulfilled_by ? [order.fulfilled_by] : [])] : [];
  one('[data-chain]').replaceChildren(...hops.map((hop) => make('li', hop.served === hop.carried ? 'own' : 'other',
    make('strong', '', hop.service), ` was given ${hop.carried}, is ${hop.served}`)));
}

async function list() {
  const { ok, status, answer } = await call('GET');
  if (!ok) return say(`The orders could not be read (${status}).`);
  one('[data-orders]').replaceChildren(...answer.orders.map(row));
  one('[data-empty]').hidden = answer.orders.length > 0;
  chain(answer.orders[0]);
  return answer.orders;
}

/** Read again while the newest order is not fulfilled, which takes a moment, but no longer than some seconds. */
async function follow(tries = 6) {
  const orders = await list();
  if (tries > 0 && orders && orders[0] && orders[0].status === 'placed') setTimeout(() => follow(tries - 1).catch(offline), 800);
}

function say(text) {
  one('[data-status]').textContent = text;
}

function offline() {
  say('The API does not answer. Try again.');
}

/** Show what the API found wrong at the field it names (`items.0.quantity` is the field `quantity`). */
function showErrors(errors) {
  for (const place of document.querySelectorAll('[data-error]')) {
    const found = errors.find(({ field }) => field.split('.').pop() === place.dataset.error);
    place.textContent = found ? found.message : '';
    one('[data-order]').elements[place.dataset.error].setAttribute('aria-invalid', String(Boolean(found)));
  }
  const first = one('[aria-invalid="true"]');
  if (first) first.focus();
}

async function place(event) {
  event.preventDefault();
  const fields = event.target.elements;
  const button = one('[data-order] button');
  button.disabled = true;
  say('Placing the order…');
  try {
    const items = [{ sku: fields.sku.value, quantity: Number(fields.quantity.value) }];
    const order = { customer: fields.customer.value, items, priority: fields.priority.value };
    const { ok, status, answer } = await call('POST', order);
    showErrors(answer.errors || []);
    say(ok ? `Order placed: ${answer.order.total}, discount ${answer.order.discount}.` : `Not placed (${status}).`);
    if (ok) await follow();
  } catch {
    offline();
  } finally {
    button.disabled = false;
  }
}

restoreDraft();
addEventListener('gray-reload', keepDraft);
one('[data-order]').addEventListener('submit', place);
one('[data-refresh]').addEventListener('click', () => list().catch(offline));
list().catch(offline);
