// Showing an answer: what happened in one line, then the answer itself.

import { el, painted } from "./dom.js";
import { json } from "./language.js";

const most = 300_000; // characters that are colored

export function waiting(status, result) {
  status.replaceChildren(el("span", { class: "spin", "aria-hidden": "true" }), "waiting…");
  result.classList.add("stale");
}

export function failed(status, result, ...what) {
  status.replaceChildren(el("span", { class: "code no" }, "not sent"));
  result.classList.remove("stale");
  result.replaceChildren(el("div", { class: "errors" }, el("p", {}, ...what)));
}

export function show(status, result, answer, jump) {
  result.classList.remove("stale");
  const errors = answer.data?.errors ?? [], refused = refusals(answer.data?.data);
  const fine = answer.status < 300 && !errors.length;
  status.replaceChildren(el("span", { class: "code " + (fine ? (refused.length ? "half" : "yes") : "no") }, `${answer.status} ${answer.statusText}`),
    el("span", {}, `${answer.took < 10 ? answer.took.toFixed(1) : Math.round(answer.took)} ms`), el("span", {}, bytes(answer.size)), ...notes(answer.headers));
  const copy = el("button", { type: "button", class: "quiet-button", onclick: () => navigator.clipboard?.writeText(answer.text) }, "Copy");
  status.append(el("span", { class: "grow" }), copy);
  const parts = [];
  if (errors.length) parts.push(el("div", { class: "errors" }, ...errors.map((e) => problem(e, jump))));
  if (refused.length) parts.push(el("div", { class: "errors half" }, ...refused.map((e) => el("p", {}, e.code ? el("code", {}, e.code) : "", " ", e.message, e.field ? el("i", {}, " " + e.field.join(".")) : ""))));
  parts.push(body(answer));
  result.replaceChildren(...parts);
  result.scrollTop = 0;
}

function problem(e, jump) {
  const at = e.locations?.[0];
  return el("p", {}, e.extensions?.code ? el("code", {}, e.extensions.code) : "", " ", e.message ?? String(e), e.path ? el("i", {}, " " + e.path.join(".")) : "",
    at ? el("button", { type: "button", class: "link", onclick: () => jump(at) }, ` line ${at.line}`) : "");
}

// refusals are the userErrors of all root fields: mistakes that the caller can mend.
function refusals(data) {
  const seen = new Set();
  return Object.values(data ?? {}).flatMap((v) => ["userErrors", "customerUserErrors"].flatMap((k) => (Array.isArray(v?.[k]) ? v[k] : [])))
    .filter((e) => e?.message && !seen.has(e.message) && seen.add(e.message));
}

function notes(headers) {
  return ["graphql-cost", "age", "x-request-id"].filter((n) => headers.get(n)).map((n) => el("span", { class: "note", title: n }, n === "x-request-id" ? "request " + headers.get(n) : `${n} ${headers.get(n)}`));
}

function bytes(n) { return n < 1000 ? `${n} B` : n < 1e6 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`; }

function body(answer) {
  const text = answer.data === null ? answer.text : JSON.stringify(answer.data, null, 2);
  if (answer.data === null || text.length > most) return el("pre", {}, text);
  const pre = el("pre", {}, painted(text, json(text)));
  for (const span of pre.querySelectorAll(".c-string")) link(span);
  return pre;
}

// link makes an address in an answer a link, and shows the shop's own pictures.
function link(span) {
  const address = span.textContent.slice(1, -1).replaceAll("\\u0026", "&");
  if (!/^https?:\/\/[^\s"\\]+$/.test(address)) return;
  const a = el("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, span.textContent);
  span.replaceChildren(a);
  if (/\/files\/.*\.(jpg|jpeg|png|webp)(\?|$)/i.test(address)) {
    const small = new URL(address);
    small.searchParams.set("width", "96"); small.searchParams.set("height", "96");
    span.append(el("img", { src: small.href, class: "thumb", alt: "", loading: "lazy" }));
  }
}
