// Sending operations: filling in what was kept, keeping what comes back.

export const tokenHeader = "X-Shopify-Storefront-Access-Token";

// Missing says that a value is needed which no answer has given yet.
export class Missing extends Error { constructor(name) { super(name); this.value = name; } }

// fill replaces {{name}} in every text of a value.
export function fill(value, kept) {
  if (typeof value === "string") {
    return value.replace(/\{\{(\w+)\}\}/g, (_, name) => { if (!(name in kept)) throw new Missing(name); return kept[name]; });
  }
  if (Array.isArray(value)) return value.map((v) => fill(v, kept));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, kept)]));
  return value;
}

// object reads a JSON object that somebody typed, or throws an Error that says what is wrong.
export function object(text, what) {
  if (!text.trim()) return {};
  let v;
  try { v = JSON.parse(text); } catch (e) { throw new Error(`${what}: ${e.message}`); }
  if (!v || typeof v !== "object" || Array.isArray(v)) throw new Error(`${what} must be an object: {"name": …}`);
  return v;
}

// request makes {headers, body} out of what is on the page.
export function request({ query, variables, headers, token, kept, operationName }) {
  const out = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json;q=0.9" };
  if (token) out[tokenHeader] = token;
  for (const [name, value] of Object.entries(fill(object(headers, "Headers"), kept))) out[name] = String(value);
  const body = { query };
  const values = fill(object(variables, "Variables"), kept);
  if (Object.keys(values).length) body.variables = values;
  if (operationName) body.operationName = operationName;
  return { headers: out, body };
}

// send runs a request and measures it.
export async function send(endpoint, { headers, body }, signal) {
  const from = performance.now();
  const res = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(body), signal, credentials: "omit" });
  const text = await res.text();
  const took = performance.now() - from;
  let data = null;
  try { data = JSON.parse(text); } catch { /* shown as it is */ }
  return { status: res.status, statusText: res.statusText, headers: res.headers, text, data, took, size: new Blob([text]).size };
}

// take picks what an example keeps out of an answer. Whatever an answer calls a cart is kept, too.
export function take(answer, keep, kept) {
  const fresh = {};
  for (const k of keep ?? []) {
    const v = k.path.split(".").reduce((at, part) => at?.[part], answer?.data);
    if (typeof v === "string") fresh[k.name] = v;
  }
  return { ...kept, ...fresh };
}

// curl writes a request as a command line.
export function curl(endpoint, { headers, body }) {
  const quote = (s) => "'" + s.replaceAll("'", "'\\''") + "'";
  const lines = [`curl -sS ${quote(new URL(endpoint, location.href).href)}`];
  for (const [name, value] of Object.entries(headers)) if (name !== "Accept") lines.push(`  -H ${quote(name + ": " + value)}`);
  lines.push(`  --data ${quote(JSON.stringify(body))}`);
  return lines.join(" \\\n");
}

// operations names the operations of a document, and finds the one that a position stands in.
export function operations(text) {
  const out = [];
  for (const m of text.matchAll(/^[ \t]*(?:query|mutation|subscription)\s+(\w+)/gm)) out.push({ name: m[1], start: m.index });
  return out;
}
export function operationAt(text, position) {
  const all = operations(text);
  if (all.length < 2) return undefined;
  return (all.findLast((o) => o.start <= position) ?? all[0]).name;
}
