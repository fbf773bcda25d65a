/** GET /api/settings: where to sign in. Everybody may ask. */
export const handler = async () => ({ issuer: process.env.ISSUER, client: process.env.CLIENT });
