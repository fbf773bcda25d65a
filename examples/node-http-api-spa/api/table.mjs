/** What one euro is worth. */
export const TABLE = { CHF: 0.95, JPY: 171.2, USD: 1.09 };

/** How many decimals an amount is given with. */
export const DECIMALS = 1;
