/** POST /api/rates/{currency}: what so many euros are worth, {"euros": 10}. */
import { DECIMALS, TABLE } from './table.mjs';

export const handler = async ({ body, pathParameters: { currency } }) => {
  const rate = TABLE[currency];
  if (!rate) return { statusCode: 404, body: JSON.stringify({ error: `no rate of ${currency}` }) };
  return { currency, amount: (JSON.parse(body).euros * rate).toFixed(DECIMALS) };
};
