// The schema of the server, asked for by introspection, and the questions that the page has about it.

const ref = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
const value = `name description type { ${ref} } defaultValue`;
export const introspection = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) { name description isDeprecated deprecationReason args(includeDeprecated: true) { ${value} isDeprecated deprecationReason } type { ${ref} } }
      inputFields(includeDeprecated: true) { ${value} isDeprecated deprecationReason }
      interfaces { name }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
    directives { name description locations args { ${value} } }
  }
}`;

export class Schema {
  constructor(raw) {
    this.raw = raw;
    // Some servers list no fields where a type has none to list, instead of saying null.
    const some = (list) => (list?.length ? list : null);
    this.types = new Map((raw?.types ?? []).map((t) => [t.name, { ...t, fields: some(t.fields), inputFields: some(t.inputFields), enumValues: some(t.enumValues), possibleTypes: some(t.possibleTypes) }]));
  }
  get known() { return this.raw !== null; }
  type(name) { return this.types.get(name) ?? null; }
  root(kind) { return this.type(this.raw?.[kind + "Type"]?.name); }
  named(t) { while (t?.ofType) t = t.ofType; return t?.name ?? ""; }
  spell(t) {
    if (!t) return "";
    if (t.kind === "NON_NULL") return this.spell(t.ofType) + "!";
    if (t.kind === "LIST") return "[" + this.spell(t.ofType) + "]";
    return t.name;
  }
  field(type, name) {
    if (!type) return null;
    if (name.startsWith("__")) return { name, args: name === "__type" ? [{ name: "name", type: { kind: "SCALAR", name: "String" } }] : [], type: meta(name) };
    return type.fields?.find((f) => f.name === name) ?? (type.unknown ? { name, args: null, type: null } : null);
  }
  inputs(t) { return this.type(this.named(t))?.inputFields ?? null; }
  directive(name) { return this.raw?.directives.find((d) => d.name === name) ?? null; }
  directives() { return (this.raw?.directives ?? []).filter((d) => d.locations.some((l) => ["QUERY", "MUTATION", "FIELD"].includes(l))); }
  fieldsOf(type) {
    const own = (type?.fields ?? []).map((f) => ({ label: f.name, detail: this.spell(f.type), old: f.isDeprecated, help: f.description }));
    return type ? [...own, { label: "__typename", detail: "String!" }] : [];
  }
  within(type) {
    const names = type?.possibleTypes?.map((t) => t.name) ?? (type?.name ? [type.name] : []);
    return [...names, ...(type?.interfaces ?? []).map((i) => i.name)].map((label) => ({ label }));
  }
  composites() { return [...this.types.values()].filter((t) => ["OBJECT", "INTERFACE", "UNION"].includes(t.kind) && !t.name.startsWith("__")).map((t) => ({ label: t.name })); }
  inputTypes() { return [...this.types.values()].filter((t) => ["SCALAR", "ENUM", "INPUT_OBJECT"].includes(t.kind) && !t.name.startsWith("__")).map((t) => ({ label: t.name, detail: t.kind.toLowerCase().replace("_object", "") })); }
  values(t) {
    const type = this.type(this.named(t));
    if (type?.kind === "ENUM") return type.enumValues.map((v) => ({ label: v.name, old: v.isDeprecated, help: v.description }));
    if (type?.name === "Boolean") return [{ label: "true" }, { label: "false" }];
    return [];
  }

  // find lists what a word occurs in: types, fields, values; best first.
  find(word, most = 80) {
    const low = word.toLowerCase(), hits = [];
    const score = (name) => { const n = name.toLowerCase(), at = n.indexOf(low); return at < 0 ? -1 : (n === low ? 0 : at === 0 ? 1 : 2); };
    for (const t of this.types.values()) {
      if (t.name.startsWith("__")) continue;
      const s = score(t.name);
      if (s >= 0) hits.push({ rank: s, type: t.name });
      const root = t === this.root("query") || t === this.root("mutation");
      for (const f of t.fields ?? t.inputFields ?? t.enumValues ?? []) {
        const fs = score(f.name);
        if (fs >= 0) hits.push({ rank: fs + (root ? -0.5 : 0.5), type: t.name, field: f.name });
      }
    }
    return hits.sort((a, b) => a.rank - b.rank || (a.field ?? a.type).length - (b.field ?? b.type).length).slice(0, most);
  }
}

function meta(name) {
  const plain = { kind: "SCALAR", name: "String" };
  return name === "__schema" ? { kind: "OBJECT", name: "__Schema" } : name === "__type" ? { kind: "OBJECT", name: "__Type" } : plain;
}
