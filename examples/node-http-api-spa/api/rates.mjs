/** GET /api/rates: the rates, and for whom they are. */
import { DECIMALS, TABLE } from './table.mjs';

export const handler = async ({ requestContext }) => ({
  reader: requestContext.authorizer.jwt.claims.sub,
  decimals: DECIMALS,
  rates: TABLE,
});
