const cart = (localStorage.cart ??= crypto.randomUUID());
const called = async (path, options) => (await fetch(path, options)).json();

function listed(list, text) {
  const item = list.appendChild(document.createElement('li'));
  item.textContent = text;
  return item;
}

const products = document.querySelector('#products');
if (products) {
  for (const { id, name, season } of await called('/product')) {
    const button = listed(products, `${name} (${season}) `).appendChild(document.createElement('button'));
    button.textContent = 'Add';
    button.onclick = () => called(`/cart/${cart}`, { method: 'POST', body: JSON.stringify({ product: id }) });
  }
}

const basket = document.querySelector('#basket');
if (basket) for (const id of (await called(`/cart/${cart}`)).products) listed(basket, `Product ${id}`);
