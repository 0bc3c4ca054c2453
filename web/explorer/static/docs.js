// The documentation of the schema: search, types, fields.

import { el } from "./dom.js";

export class Docs {
  constructor(place, schema, onfield) {
    this.place = place; this.schema = schema; this.onfield = onfield; this.trail = [];
    this.search = el("input", { type: "search", placeholder: "Search types and fields", "aria-label": "Search types and fields", oninput: () => this.draw() });
    this.body = el("div", { class: "docs" });
    place.append(el("div", { class: "find" }, this.search), this.body);
    this.draw();
  }
  load(schema, note) { this.schema = schema; this.note = note; this.trail = this.trail.filter((n) => schema.type(n)); this.draw(); }
  open(name, field) {
    if (!this.schema.type(name)) return;
    this.search.value = "";
    this.trail = [...this.trail.filter((n) => n !== name), name].slice(-6);
    this.draw(field);
  }
  draw(field) {
    const word = this.search.value.trim();
    if (!this.schema.known) this.body.replaceChildren(el("p", { class: "quiet" }, this.note ?? "The schema is being read…"));
    else if (word) this.body.replaceChildren(...this.found(word));
    else if (this.trail.length) this.body.replaceChildren(...this.whole(this.schema.type(this.trail.at(-1)), field));
    else this.body.replaceChildren(...this.home());
    this.body.querySelector(".here")?.scrollIntoView({ block: "center" });
  }

  home() {
    const link = (kind, text) => { const t = this.schema.root(kind); return t && el("li", {}, this.name(t.name), el("p", {}, text)); };
    return [el("h2", {}, "Schema"), el("ul", { class: "members" }, ...[link("query", "Everything that can be read."), link("mutation", "Everything that can be done.")].filter(Boolean)),
      el("p", { class: "quiet" }, `${[...this.schema.types.keys()].filter((n) => !n.startsWith("__")).length} types. Search above, or Ctrl-Space in the editor.`)];
  }
  found(word) {
    const hits = this.schema.find(word);
    if (!hits.length) return [el("p", { class: "quiet" }, `Nothing is called “${word}”.`)];
    return [el("ul", { class: "hits" }, ...hits.map((h) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.open(h.type, h.field) },
      h.field ? el("span", {}, el("span", { class: "c-type" }, h.type), ".", el("span", { class: "c-field" }, h.field)) : el("span", { class: "c-type" }, h.type)))))];
  }
  whole(t, here) {
    const back = el("nav", { class: "trail", "aria-label": "Where you are" }, el("button", { type: "button", class: "link", onclick: () => { this.trail = []; this.draw(); } }, "Schema"),
      ...this.trail.slice(0, -1).map((n) => this.name(n)), el("span", {}, t.name));
    const out = [back, el("h2", {}, el("span", { class: "kind" }, t.kind.toLowerCase().replace("_", " ")), t.name), prose(t.description)];
    if (t.interfaces?.length) out.push(el("p", { class: "also" }, "Is a ", ...between(t.interfaces.map((i) => this.name(i.name)))));
    if (t.possibleTypes?.length) out.push(el("p", { class: "also" }, "Can be ", ...between(t.possibleTypes.map((i) => this.name(i.name)))));
    const members = t.fields ?? t.inputFields ?? t.enumValues ?? [];
    if (members.length) out.push(el("ul", { class: "members" }, ...members.map((m) => this.member(t, m, m.name === here))));
    return out;
  }
  member(t, m, here) {
    const root = t === this.schema.root("query") || t === this.schema.root("mutation");
    const head = el("div", { class: "head" }, el("span", { class: "c-field" + (m.isDeprecated ? " old" : "") }, m.name));
    if (m.args?.length) {
      head.append("(", el("span", { class: "args" }, ...m.args.map((a) => el("span", { class: "arg", title: a.description ?? "" }, el("span", { class: "c-argument" }, a.name), ": ", this.ref(a.type),
        a.defaultValue ? el("span", { class: "c-number" }, " = " + a.defaultValue) : ""))), ")");
    }
    if (m.type) head.append(": ", this.ref(m.type));
    if (m.defaultValue) head.append(el("span", { class: "c-number" }, " = " + m.defaultValue));
    if (root) head.append(el("button", { type: "button", class: "use", title: "Write an operation with this field", onclick: () => this.onfield(t, m) }, "use"));
    return el("li", { class: here ? "here" : "" }, head, prose(m.description), m.isDeprecated ? el("p", { class: "deprecated" }, m.deprecationReason || "No longer recommended.") : "");
  }
  ref(t) {
    if (t.kind === "NON_NULL") return el("span", {}, this.ref(t.ofType), "!");
    if (t.kind === "LIST") return el("span", {}, "[", this.ref(t.ofType), "]");
    return this.name(t.name);
  }
  name(n) { return el("button", { type: "button", class: "link c-type", onclick: () => this.open(n) }, n); }
}

function between(parts) { return parts.flatMap((p, i) => (i ? [", ", p] : [p])); }

// prose shows a description, with `code` in it.
function prose(text) {
  if (!text) return "";
  return el("p", { class: "prose" }, ...text.split(/(`[^`]+`)/).map((part) => (/^`.*`$/.test(part) ? el("code", {}, part.slice(1, -1)) : part)));
}

// operation writes a document that asks for one root field, with its required arguments as variables and the plain
// fields of its result.
export function operation(schema, root, field) {
  const needed = field.args.filter((a) => (a.type.kind === "NON_NULL" && !a.defaultValue) || a.name === "first");
  const defined = needed.map((a) => `$${a.name}: ${schema.spell(a.type)}`).join(", ");
  const given = needed.map((a) => `${a.name}: $${a.name}`).join(", ");
  const kind = root === schema.root("mutation") ? "mutation" : "query";
  const body = plain(schema, schema.type(schema.named(field.type)), 1, 3);
  const values = Object.fromEntries(needed.map((a) => [a.name, sample(schema, a.type, 0)]));
  const title = field.name[0].toUpperCase() + field.name.slice(1);
  return { query: `${kind} ${title}${defined ? `(${defined})` : ""} {\n  ${field.name}${given ? `(${given})` : ""}${body}\n}\n`, variables: needed.length ? JSON.stringify(values, null, 2) : "", title: field.name };
}

function plain(schema, type, depth, left) {
  if (!type?.fields && type?.kind !== "UNION") return "";
  const pad = "  ".repeat(depth + 1), lines = [];
  for (const f of type.fields ?? []) {
    if (f.isDeprecated || f.args.some((a) => a.type.kind === "NON_NULL" && !a.defaultValue)) continue;
    const of = schema.type(schema.named(f.type));
    if (!of?.fields && of?.kind !== "UNION") { if (lines.length < 9) lines.push(pad + f.name); }
    else if (left > 0 && (["nodes", "pageInfo", "userErrors"].includes(f.name) || of.name === "MoneyV2" || (depth === 1 && lines.length === 0))) lines.push(pad + f.name + plain(schema, of, depth + 1, left - 1));
  }
  return ` {\n${(lines.length ? lines : [pad + "__typename"]).join("\n")}\n${"  ".repeat(depth)}}`;
}

function sample(schema, t, depth) {
  if (t.kind === "NON_NULL") return sample(schema, t.ofType, depth);
  if (t.kind === "LIST") return depth > 3 ? [] : [sample(schema, t.ofType, depth + 1)];
  const type = schema.type(t.name);
  switch (type?.kind) {
    case "ENUM": return type.enumValues[0].name;
    case "INPUT_OBJECT": return Object.fromEntries(type.inputFields.filter((f) => f.type.kind === "NON_NULL" && !f.defaultValue).map((f) => [f.name, sample(schema, f.type, depth + 1)]));
  }
  return { Int: 10, Float: 1, Boolean: true }[t.name] ?? "";
}
