// Runs the server audits of graphql-http against a running Rialto, prints them as a table, and fails on any result that
// is not good or listed below as known.
//
//   node audit.mjs http://127.0.0.1:8080/graphql rialto-demo-storefront
import { auditServer } from 'graphql-http';

// The audits know an older draft. Where it and the current one disagree, Rialto follows the current one.
const known = {
  warn: {
    '572B': 'the draft gives both media types the same status: 400 for a document that cannot be parsed',
    FDE2: 'likewise: 422 for a document that is not valid',
    '7B9B': 'likewise: 422 for variables that do not fit',
    '74FF': 'the draft says 422, not 400, for a document that is not valid',
    '86EE': 'the draft says 422, not 400, for variables that do not fit',
  },
  notice: {},
};
// Options (MAY) that are not taken: the draft says 422, not 400, for JSON that is no well-formed GraphQL request.
const malformed = ['423L', '3E3A', ...['LKJ', '6C0', '476', '58B'].flatMap((family) => [0, 1, 2, 3].map((n) => family + n))];
for (const id of malformed) known.notice[id] = 'the draft says 422, not 400, for a request that is not well-formed';

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audit.mjs URL [STOREFRONT-TOKEN]');
  process.exit(2);
}

const fetchFn = (target, init = {}) => {
  const headers = new Headers(init.headers);
  if (token) headers.set('X-Shopify-Storefront-Access-Token', token);
  return fetch(target, { ...init, headers });
};

const results = await auditServer({ url, fetchFn });
const count = { ok: 0, notice: 0, warn: 0, error: 0 };
const unexpected = [];
for (const result of results) {
  count[result.status]++;
  const why = known[result.status]?.[result.id];
  const expected = result.status === 'ok' || why !== undefined;
  if (!expected) unexpected.push(result);
  console.log([expected ? ' ' : '!', result.status.padEnd(6), result.id, result.name].join(' '));
  if (why) console.log(' '.repeat(14) + 'known: ' + why);
}

console.log(`\n${results.length} audits: ` + Object.entries(count).map(([status, n]) => `${n} ${status}`).join(', '));
for (const result of unexpected) {
  const body = result.response ? (await result.response.clone().text().catch(() => '')).slice(0, 500) : '';
  console.error(`\n${result.status} ${result.id} ${result.name}\n  ${result.reason}\n  ${body}`);
}
if (results.length < 61) {
  console.error(`only ${results.length} audits ran; 61 were expected`);
  process.exit(1);
}
process.exit(unexpected.length ? 1 : 0);
