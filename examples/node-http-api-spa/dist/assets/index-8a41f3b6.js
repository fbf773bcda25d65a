// As a build leaves it. Paths are pages (/, /rates/USD); the sign-in comes back with its token behind a #.
const DECIMALS = 1;
const main = document.querySelector('main');

const token = new URLSearchParams(location.hash.slice(1)).get('id_token');
if (token) {
  sessionStorage.token = token;
  history.replaceState(null, '', location.pathname);
}

async function called(path, options) {
  const headers = { authorization: `Bearer ${sessionStorage.token}` };
  return (await fetch(path, { ...options, headers })).json();
}

function show(tag, textContent, more) {
  main.append(Object.assign(document.createElement(tag), { textContent, ...more }), ' ');
}

async function signIn() {
  const { issuer, client } = await called('/api/settings');
  const query = new URLSearchParams({ response_type: 'id_token', client_id: client, redirect_uri: location.href, nonce: crypto.randomUUID() });
  show('a', 'Sign in', { href: `${issuer}/authorize?${query}` });
}

async function list() {
  const { reader, rates, decimals } = await called('/api/rates');
  show('p', `Hello ${reader}`);
  show('p', `The page shows ${DECIMALS} decimals, the API gives ${decimals}.`, { id: 'decimals' });
  for (const currency of Object.keys(rates)) show('a', currency, { href: `/rates/${currency}` });
}

async function convert(currency) {
  const { amount } = await called(`/api/rates/${currency}`, { method: 'POST', body: JSON.stringify({ euros: 10 }) });
  show('p', `10 EUR are ${amount} ${currency}`);
  show('a', 'All rates', { href: '/' });
}

const [, currency] = location.pathname.match(/^\/rates\/(\w+)$/) ?? [];
if (!sessionStorage.token) await signIn();
else if (currency) await convert(currency);
else await list();
