// What can be known of a GraphQL document without a server: its tokens, where in it a position stands, its layout.

const pattern = /#[^\n]*|"""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?|\.\.\.|\$?[A-Za-z_]\w*|@[A-Za-z_]?\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}()[\]:!=|&$]/g;

// tokens cuts a text into {text, start, end, kind}.
export function tokens(text) {
  const out = [];
  for (const m of text.matchAll(pattern)) {
    const c = m[0][0];
    let kind = "punct";
    if (c === "#") kind = "comment";
    else if (c === '"') kind = "string";
    else if (c === "$" && m[0].length > 1) kind = "variable";
    else if (c === "@") kind = "directive";
    else if (/[A-Za-z_]/.test(c)) kind = "name";
    else if (/[-\d]/.test(c)) kind = "number";
    out.push({ text: m[0], start: m.index, end: m.index + m[0].length, kind });
  }
  return out;
}

const keywords = new Set(["query", "mutation", "subscription", "fragment", "on", "true", "false", "null"]);

// colors says how each token of a document is shown.
export function colors(text) {
  const all = tokens(text);
  return all.map((t, i) => {
    if (t.kind !== "name") return { ...t, color: t.kind };
    if (keywords.has(t.text) && !(all[i + 1]?.text === ":")) return { ...t, color: "keyword" };
    if (/^[A-Z]/.test(t.text)) return { ...t, color: "type" };
    return { ...t, color: all[i + 1]?.text === ":" ? "argument" : "field" };
  });
}

// walk follows a document along the schema. It returns where the end of the text stands (for completion) and what is
// selected or given that the schema does not have. A frame is what an open bracket stands in:
//   select: fields of a type; give: arguments or fields of an input; list: a list of values; define: variables.
export function walk(text, schema) {
  const frames = [], problems = [], used = [];
  let pending = null, field = null, arg = null, expect = "", directive = null;
  const all = tokens(text).filter((t) => t.kind !== "comment");
  const top = () => frames[frames.length - 1];
  all.forEach((t, i) => {
    const frame = top(), next = all[i + 1]?.text;
    if (t.kind === "directive") { directive = schema.directive(t.text.slice(1)); return; }
    if (t.kind === "variable") used.push(t.text);
    switch (t.text) {
      case "{":
        if (frame && frame.kind !== "select") frames.push({ kind: "give", of: schema.inputs(arg), name: arg && schema.named(arg) });
        else frames.push({ kind: "select", type: pending ?? (frame ? frame.type : schema.root("query")) });
        pending = null; expect = ""; directive = null;
        return;
      case "(":
        if (directive) frames.push({ kind: "give", of: directive.args });
        else if (frame?.kind === "select") frames.push({ kind: "give", of: field?.args ?? null, field });
        else frames.push({ kind: "define" });
        return;
      case "[": frames.push({ kind: "list", arg }); return;
      case "}": case ")": case "]": {
        const closed = frames.pop();
        if (closed?.kind === "list") arg = null;
        if (t.text === ")") directive = null;
        arg = top()?.kind === "list" ? top().arg : null;
        if (closed?.kind === "select") { pending = null; field = null; }
        expect = "";
        return;
      }
      case "...": expect = "spread"; pending = null; return;
    }
    if (t.kind !== "name") return;
    if (!frame) { outer(t); return; }
    if (frame.kind === "select") { select(t, frame, next); return; }
    if (frame.kind === "give" && next === ":") {
      arg = frame.of?.find((a) => a.name === t.text)?.type ?? null;
      if (frame.of && !arg) problems.push({ ...t, message: `${t.text} is not known here` });
    }
  });

  function outer(t) {
    if (["query", "mutation", "subscription"].includes(t.text)) { pending = schema.root(t.text); expect = ""; }
    else if (t.text === "fragment") expect = "fragment";
    else if (t.text === "on" && expect === "fragment") expect = "type";
    else if (expect === "type") { pending = schema.type(t.text); expect = ""; if (!pending) problems.push({ ...t, message: `there is no type ${t.text}` }); }
  }

  function select(t, frame, next) {
    if (expect === "spread") {
      expect = t.text === "on" ? "type" : "";
      return;
    }
    if (expect === "type") {
      pending = schema.type(t.text); expect = "";
      if (!pending) problems.push({ ...t, message: `there is no type ${t.text}` });
      return;
    }
    if (next === ":") return; // an alias
    directive = null;
    field = schema.field(frame.type, t.text);
    pending = field ? schema.type(schema.named(field.type)) : null;
    if (frame.type && !field) problems.push({ ...t, message: `${frame.type.name} has no field ${t.text}` });
    else if (field && pending?.fields && next !== "{" && next !== "(" && !String(next).startsWith("@"))
      problems.push({ ...t, message: `say which fields of ${t.text} you want: ${t.text} { … }` });
    if (!field) pending = { name: "?", fields: null, unknown: true };
  }

  const last = all[all.length - 1];
  return { frame: top(), last, before: all[all.length - 2], expect, arg, problems, used };
}

// suggestions lists what can stand at the end of the text: {label, detail, insert, old}.
export function suggestions(text, schema) {
  const prefix = text.match(/[@$]?\w*$/)[0];
  const at = walk(text.slice(0, text.length - prefix.length), schema);
  const frame = at.frame, prev = at.last?.text;
  let all = [];
  if (prefix[0] === "@") all = schema.directives().map((d) => ({ label: "@" + d.name, detail: d.description }));
  else if (!frame) {
    if (at.expect === "type") all = schema.composites();
    else all = ["query", "mutation", "fragment"].map((label) => ({ label }));
  } else if (frame.kind === "select") {
    if (at.expect === "type") all = schema.within(frame.type);
    else if (at.expect === "spread") all = [{ label: "on" }];
    else all = schema.fieldsOf(frame.type);
  } else if (frame.kind === "define") {
    if (prev === ":" || prev === "[") all = schema.inputTypes();
  } else if (prev === ":" || frame.kind === "list") {
    all = [...schema.values(at.arg ?? frame.arg), ...variables(text)];
  } else all = (frame.of ?? []).map((a) => ({ label: a.name, insert: a.name + ": ", detail: schema.spell(a.type), old: a.isDeprecated }));
  const low = prefix.toLowerCase();
  const fits = all.filter((s) => s.label.toLowerCase().includes(low) && s.label !== prefix);
  fits.sort((a, b) => (a.old ? 1 : 0) - (b.old ? 1 : 0) || (b.label.toLowerCase().startsWith(low) ? 1 : 0) - (a.label.toLowerCase().startsWith(low) ? 1 : 0));
  return { prefix, list: fits.slice(0, 60) };
}

function variables(text) {
  const names = new Set();
  for (const m of text.matchAll(/(\$\w+)\s*:/g)) names.add(m[1]);
  return [...names].map((label) => ({ label }));
}

// format lays a document out anew. Comments keep their line.
export function format(text) {
  let out = "", depth = 0, round = 0;
  const all = tokens(text);
  const line = () => { out = out.replace(/[ \t]+$/, ""); if (out && !out.endsWith("\n")) out += "\n"; out += "  ".repeat(depth); };
  const open = []; // what each { is: a selection, or a value
  all.forEach((t, i) => {
    const prev = all[i - 1], next = all[i + 1];
    const broken = prev && text.slice(prev.end, t.start).includes("\n");
    if (t.kind === "comment") { if (broken || !prev) line(); else out += " "; out += t.text + "\n" + "  ".repeat(depth); return; }
    const fresh = () => /(^|\n)[ ]*$/.test(out);
    if (t.text === "{") {
      const value = round > 0;
      open.push(value);
      if (value) { out += (/[\s[({]$/.test(out) ? "" : " ") + "{"; return; }
      out += (fresh() ? "" : " ") + "{"; depth++; line(); return;
    }
    if (t.text === "}") {
      if (open.pop()) { out += "}"; return; }
      depth--; line(); out = out.replace(/\n[ ]*\n([ ]*)$/, "\n$1"); out += "}";
      if (depth === 0 && next) out += "\n\n"; else if (next && next.text !== "}") line();
      return;
    }
    if (t.text === "(" || t.text === "[") { round++; out += (t.text === "[" && /[\w,]$/.test(out) ? " " : "") + t.text; return; }
    if (t.text === ")" || t.text === "]") { round--; out += t.text; return; }
    if (t.text === ":") { out += ": "; return; }
    if (t.text === "!") { out += "!"; return; }
    if (t.text === "=") { out += " = "; return; }
    if (round > 0) {
      const starts = /[({[]$/.test(out) || /[:=] $/.test(out) || prev?.text === ":" || prev?.text === "=";
      out += (starts ? "" : t.kind === "directive" ? " " : ", ") + t.text; return;
    }
    const follows = t.kind === "directive" || depth === 0 || prev?.text === "on" || (t.text === "on" && prev?.text === "...") || (prev?.text === "..." ) || prev?.text === ":";
    if (follows) {
      const tight = fresh() || /[:] $/.test(out) || (prev?.text === "..." && t.text !== "on");
      out += (tight ? "" : " ") + t.text; return;
    }
    if (!fresh()) line();
    out += t.text;
  });
  return out.replace(/[ \t]+$/gm, "").trim() + "\n";
}

// json colors the tokens of a JSON text.
export function json(text) {
  const out = [];
  for (const m of text.matchAll(/"(?:[^"\\\n]|\\.)*"?(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g)) {
    const isKey = m[1] !== undefined;
    const length = isKey ? m[0].length - m[1].length : m[0].length;
    const kind = isKey ? "argument" : m[0][0] === '"' ? "string" : /[a-z]/.test(m[0][0]) ? "keyword" : "number";
    out.push({ text: m[0].slice(0, length), start: m.index, end: m.index + length, color: kind });
  }
  return out;
}
