// The playground: puts its parts together. Settings come from the page, which the server wrote.

import { $, el, tabs, read, write } from "./dom.js";
import { Editor } from "./editor.js";
import { Schema, introspection } from "./schema.js";
import { Docs, operation } from "./docs.js";
import { colors, format, json, suggestions, walk } from "./language.js";
import { request, send, take, curl, operationAt, operations, Missing, tokenHeader } from "./run.js";
import * as answer from "./answer.js";

const settings = JSON.parse(document.body.dataset.settings);
const session = sessionStorage;
let schema = new Schema(null), running = null, saving = 0;
let kept = read("kept", {}, session); // keys and tokens: gone with the tab
let state = read("documents", null);
let history = read("history", []);

// --- documents ------------------------------------------------------------

function fresh(d = {}) { return { title: "New", query: "", variables: "", headers: "", example: "", ...d }; }
function fromExample(e) {
  return fresh({ title: e.title, example: e.name, query: e.query, variables: e.variables ? JSON.stringify(e.variables, null, 2) : "", headers: e.headers ? JSON.stringify(e.headers, null, 2) : "" });
}
const first = settings.examples.find((e) => e.name.endsWith("products")) ?? settings.examples[0];
if (!state?.open?.length) state = { open: [first ? fromExample(first) : fresh()], at: 0 };
state.at = Math.min(state.at, state.open.length - 1);
const current = () => state.open[state.at];
const example = () => settings.examples.find((e) => e.name === current().example);

function save() { clearTimeout(saving); saving = setTimeout(() => write("documents", state), 300); }
addEventListener("pagehide", () => write("documents", state));

function openDocument(d, reuse) {
  const same = reuse ? state.open.findIndex((o) => o.example && o.example === d.example) : -1;
  if (same >= 0) { state.open[same] = d; state.at = same; }
  else {
    const blank = !current().query.trim() || (current().example && current().query === example()?.query);
    if (blank) state.open[state.at] = d; else { state.open.push(d); state.at = state.open.length - 1; }
  }
  showDocument();
}
function closeDocument(i) {
  state.open.splice(i, 1);
  if (!state.open.length) state.open.push(fresh());
  if (state.at >= i && state.at > 0) state.at--;
  showDocument();
}
function showDocument() {
  const d = current();
  query.value = d.query; variables.value = d.variables; headers.value = d.headers;
  $("about").hidden = !example();
  $("about").textContent = example()?.description ?? "";
  drawDocuments(); drawExamples(); check(); save();
}
function drawDocuments() {
  $("documents").replaceChildren(...state.open.map((d, i) => el("span", { class: "doc" + (i === state.at ? " on" : "") },
    el("button", { type: "button", role: "tab", "aria-selected": String(i === state.at), onclick: () => { state.at = i; showDocument(); } }, d.title),
    el("button", { type: "button", class: "close", "aria-label": `Close ${d.title}`, onclick: () => closeDocument(i) }, "×"))),
  el("button", { type: "button", class: "add", "aria-label": "New operation", title: "New operation", onclick: () => { state.open.push(fresh()); state.at = state.open.length - 1; showDocument(); query.area.focus(); } }, "+"));
  $("documents").querySelector(".on")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// --- editors ---------------------------------------------------------------

function check() {
  const problem = query.marks[0];
  $("problem").textContent = problem ? `Line ${current().query.slice(0, problem.start).split("\n").length}: ${problem.message}` : "";
}
const query = new Editor($("query"), {
  label: "Operation", paint: colors,
  check: (text) => (schema.known ? walk(text, schema).problems : []),
  complete: (text) => (schema.known ? suggestions(text, schema) : { prefix: "", list: [] }),
  onchange: (text) => { const d = current(); d.query = text; if (!d.example) { d.title = operations(text)[0]?.name ?? "New"; drawDocuments(); } check(); save(); },
  onblur: () => check(),
});
const checkJSON = (text) => { try { if (text.trim()) JSON.parse(text); return []; } catch { return [{ start: 0, end: text.length }]; } };
const variables = new Editor($("variables-editor"), { label: "Variables, as JSON", paint: json, check: checkJSON, onchange: (text) => { current().variables = text; save(); } });
const headers = new Editor($("headers-editor"), { label: "Headers, as JSON", paint: json, check: checkJSON, onchange: (text) => { current().headers = text; save(); } });

function jump({ line, column }) {
  const lines = query.value.split("\n"), at = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + column - 1;
  query.area.focus(); query.area.setSelectionRange(at, at);
}

// --- running ---------------------------------------------------------------

function prepared() {
  const d = current();
  return request({ query: d.query, variables: d.variables, headers: d.headers, token: $("token").value.trim(), kept, operationName: operationAt(d.query, query.area.selectionStart) });
}
function refuse(e) {
  if (!(e instanceof Missing)) return answer.failed($("status"), $("result"), e.message);
  const source = settings.examples.find((x) => x.keep?.some((k) => k.name === e.value));
  answer.failed($("status"), $("result"), el("code", {}, `{{${e.value}}}`), " is not known yet. ",
    source ? el("span", {}, "It comes from ", el("button", { type: "button", class: "link", onclick: () => openDocument(fromExample(source), true) }, source.title), ": run that first.") : "Run the operation that returns it, or write the value itself.");
}
async function run() {
  if (running) { running.abort(); return; }
  let what;
  try { what = prepared(); } catch (e) { return refuse(e); }
  const d = current(), from = example(), mine = (running = new AbortController());
  $("run").firstElementChild.textContent = "■"; $("run").classList.add("busy");
  answer.waiting($("status"), $("result"));
  try {
    const a = await send(settings.endpoint, what, mine.signal);
    answer.show($("status"), $("result"), a, jump);
    const known = kept.staffToken;
    kept = take(a.data, from?.keep, kept);
    write("kept", kept, session); drawKept(from?.keep);
    remember(d, a);
    if (kept.staffToken !== known) loadSchema();
  } catch (e) {
    answer.failed($("status"), $("result"), mine.signal.aborted ? "Stopped." : `No answer from ${settings.endpoint}: ${e.message}`);
  } finally {
    running = null; $("run").firstElementChild.textContent = "▶"; $("run").classList.remove("busy");
  }
}

// --- history, kept values, examples ----------------------------------------

function remember(d, a) {
  const entry = { ...d, at: Date.now(), took: Math.round(a.took), fine: a.status < 300 && !a.data?.errors };
  history = [entry, ...history.filter((h) => !(h.query === d.query && h.variables === d.variables && h.headers === d.headers))].slice(0, 60);
  write("history", history); drawHistory();
}
function drawHistory() {
  const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });
  $("history").replaceChildren(history.length ? el("div", { class: "find" }, el("button", { type: "button", onclick: () => { history = []; write("history", history); drawHistory(); } }, "Forget all")) : el("p", { class: "quiet" }, "What you run is listed here. It stays in this browser."),
    el("ul", { class: "entries" }, ...history.map((h) => el("li", {}, el("button", { type: "button", onclick: () => { state.open.push(fresh({ title: h.title, query: h.query, variables: h.variables, headers: h.headers, example: h.example })); state.at = state.open.length - 1; showDocument(); } },
      el("b", {}, h.title), el("span", { class: h.fine ? "ok" : "bad-text" }, `${clock.format(h.at)} · ${h.took} ms`))))));
}
function drawKept(changed = []) {
  const names = Object.keys(kept), now = new Set(changed.map((k) => k.name));
  $("kept-count").textContent = names.length || "";
  $("kept").replaceChildren(el("p", { class: "quiet" }, names.length ? "Taken from answers; write {{name}} in variables or headers to use one. Forgotten when this tab is closed." : "Values that examples take from answers, such as the id of a cart, appear here. Write {{name}} in variables or headers to use one."),
    el("dl", {}, ...names.flatMap((n) => [el("dt", { class: now.has(n) ? "new" : "" }, `{{${n}}}`), el("dd", {}, el("input", { value: kept[n], "aria-label": n, spellcheck: "false", oninput: (e) => { kept[n] = e.target.value; write("kept", kept, session); } }),
      el("button", { type: "button", class: "close", "aria-label": `Forget ${n}`, onclick: () => { delete kept[n]; write("kept", kept, session); drawKept(); } }, "×"))])));
}
function drawExamples() {
  const groups = Map.groupBy ? Map.groupBy(settings.examples, (e) => e.group) : settings.examples.reduce((m, e) => m.set(e.group, [...(m.get(e.group) ?? []), e]), new Map());
  $("examples").replaceChildren(...[...groups].flatMap(([name, list]) => [el("h2", {}, name), el("ul", { class: "entries" }, ...list.map((e) =>
    el("li", {}, el("button", { type: "button", class: current().example === e.name ? "on" : "", onclick: () => openDocument(fromExample(e), true) }, el("b", {}, e.title), el("span", {}, e.description)))))]),
  settings.bundled ? el("p", { class: "quiet" }, el("a", { href: "../playground" }, "Open GraphiQL instead")) : "");
}

// --- the page --------------------------------------------------------------

// The server tells each caller of what it may use: staff who signed in here see the schema of staff.
async function loadSchema() {
  const ask = (headers) => send(settings.endpoint, { headers: request({ query: "", variables: "", headers, token: $("token").value.trim(), kept }).headers, body: { query: introspection, operationName: "Introspection" } });
  const fail = (why) => docs.load(schema, `The schema could not be read: ${why}`);
  try {
    let a = await ask(kept.staffToken ? '{"Authorization": "Bearer {{staffToken}}"}' : "");
    if (kept.staffToken && !a.data?.data) a = await ask(""); // that session has ended
    if (!a.data?.data?.__schema) return fail(a.data?.errors?.[0]?.message ?? `${a.status} ${a.statusText}`);
    schema = new Schema(a.data.data.__schema);
    docs.load(schema); query.draw(); check();
  } catch (e) { fail(e.message); }
}
function copied(button, text) {
  navigator.clipboard?.writeText(text).then(() => { const was = button.textContent; button.textContent = "Copied"; setTimeout(() => { button.textContent = was; }, 1200); });
}
function pretty() {
  query.area.focus(); query.area.select(); query.insert(format(query.value));
  for (const e of [variables, headers]) { try { if (e.value.trim()) { e.area.focus(); e.area.select(); e.insert(JSON.stringify(JSON.parse(e.value), null, 2)); } } catch { /* stays as it is */ } }
  query.area.focus(); query.area.setSelectionRange(0, 0);
}
function dragging() {
  const bar = $("drag"), panes = document.querySelector(".panes");
  const set = (share) => { share = Math.min(0.75, Math.max(0.2, share)); panes.style.setProperty("--answer", share); write("share", share); };
  const share = read("share", null);
  if (share) set(share);
  bar.addEventListener("pointerdown", (e) => { e.preventDefault(); bar.setPointerCapture(e.pointerId); bar.classList.add("on"); });
  bar.addEventListener("pointermove", (e) => {
    if (!bar.hasPointerCapture(e.pointerId)) return;
    const left = $("query").getBoundingClientRect().left, right = panes.getBoundingClientRect().right;
    set((right - e.clientX) / (right - left));
  });
  bar.addEventListener("pointerup", () => bar.classList.remove("on"));
  bar.addEventListener("keydown", (e) => { const step = { ArrowLeft: 0.03, ArrowRight: -0.03 }[e.key]; if (step) set((Number(panes.style.getPropertyValue("--answer")) || 0.5) + step); });
}

const docs = new Docs($("docs"), schema, (root, field) => { const d = operation(schema, root, field); openDocument(fresh(d)); });
$("token").value = read("token", settings.token) || settings.token;
$("token").addEventListener("change", (e) => { write("token", e.target.value.trim()); loadSchema(); });
$("token").title = `Sent as ${tokenHeader}`;
$("endpoint").textContent = "POST " + settings.endpoint;
$("run").addEventListener("click", run);
$("pretty").addEventListener("click", pretty);
$("curl").addEventListener("click", (e) => { try { copied(e.currentTarget, curl(settings.endpoint, prepared())); } catch (err) { refuse(err); } });
addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { e.preventDefault(); run(); }
  if (e.ctrlKey && e.shiftKey && e.key.toLowerCase() === "f") { e.preventDefault(); pretty(); }
});
const side = tabs($("side-tabs")); tabs($("input-tabs"));
// Alt and a click on a name in the operation opens its documentation.
query.area.addEventListener("click", (e) => {
  if (!e.altKey || !schema.known) return;
  const at = query.area.selectionStart, text = query.value, start = text.slice(0, at).search(/\w*$/), word = text.slice(start).match(/^\w*/)[0];
  const { frame } = walk(text.slice(0, start), schema);
  side("docs");
  if (schema.type(word)) docs.open(word); else if (frame?.type) docs.open(frame.type.name, word);
});
$("status").textContent = "Ready";
$("result").replaceChildren(el("div", { class: "welcome" }, el("p", {}, "Run the operation with ", el("kbd", {}, "Ctrl ↵"), ", or take another one from the examples."),
  el("p", {}, "The steps under Buy work one after another: what one returns, the next uses."), el("p", {}, el("kbd", {}, "Ctrl Space"), " completes, ", el("kbd", {}, "Shift Ctrl F"), " formats, ", el("kbd", {}, "Alt"), " and a click explains a name.")));
dragging(); drawHistory(); drawKept(); showDocument(); loadSchema();
