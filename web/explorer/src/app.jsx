// GraphiQL with the shop's token and example operations. The settings come from the page, which the server wrote.

import { useState } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { fill, send, take, object, tokenHeader, Missing } from "../static/run.js";
import { read, write } from "../static/dom.js";
import "graphiql/style.css";
import "./app.css";

const settings = JSON.parse(document.body.dataset.settings);
const base = document.body.dataset.base;

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(`${base}/dist/${["json", "graphql"].includes(label) ? label : "editor"}.worker.js`),
};

let kept = read("kept", {}, sessionStorage);

// fetcher fills in what earlier answers gave, and keeps what this one gives.
async function fetcher({ query, variables, operationName }, { headers = {} } = {}) {
  try {
    const filled = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json;q=0.9", ...fill(headers, kept) };
    const answer = await send(settings.endpoint, { headers: filled, body: { query, variables: fill(variables ?? {}, kept), operationName } });
    const example = settings.examples.find((e) => operationName && e.query.match(/^\w+ (\w+)/)[1] === operationName);
    kept = take(answer.data, example?.keep, kept);
    write("kept", kept, sessionStorage);
    return answer.data ?? { errors: [{ message: `${answer.status}: ${answer.text}` }] };
  } catch (e) {
    if (!(e instanceof Missing)) throw e;
    const source = settings.examples.find((x) => x.keep?.some((k) => k.name === e.value));
    return { errors: [{ message: `{{${e.value}}} is not known yet: ${source ? `run “${source.title}” first` : "write the value itself"}` }] };
  }
}

const token = settings.token ? { [tokenHeader]: settings.token } : {};
const headersOf = (e) => JSON.stringify({ ...token, ...object(JSON.stringify(e.headers ?? {}), "Headers") }, null, 2);
const variablesOf = (e) => (e.variables ? JSON.stringify(e.variables, null, 2) : "");

function Examples() {
  const { addTab, updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL((s) => ({ queryEditor: s.queryEditor, variableEditor: s.variableEditor, headerEditor: s.headerEditor }));
  const [shown, setShown] = useState("");
  const open = (e) => {
    setShown(e.name);
    if (queryEditor?.getValue().trim()) addTab();
    // A new tab empties the editors first.
    setTimeout(() => {
      queryEditor?.setValue(e.query); variableEditor?.setValue(variablesOf(e)); headerEditor?.setValue(headersOf(e));
      updateActiveTabValues({ query: e.query, variables: variablesOf(e), headers: headersOf(e) });
    });
  };
  const groups = [...new Set(settings.examples.map((e) => e.group))];
  return (
    <div className="examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      {groups.map((g) => (
        <section key={g}>
          <h3>{g}</h3>
          <ul>
            {settings.examples.filter((e) => e.group === g).map((e) => (
              <li key={e.name}><button type="button" aria-current={shown === e.name} onClick={() => open(e)}><b>{e.title}</b><span>{e.description}</span></button></li>
            ))}
          </ul>
        </section>
      ))}
      <p><a href={`${base}/plain`}>The smaller playground</a></p>
    </div>
  );
}

const icon = () => (
  <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true"><path d="M5 4h14M5 9h9M5 14h14M5 19h9" /></svg>
);
const examples = { title: "Examples", icon, content: Examples };
const first = settings.examples.find((e) => e.name.endsWith("products"));
// The variables of a first tab are not taken from the tab; those of people who come back are stored.
const comesBack = localStorage.getItem("graphiql:tabState") !== null;

createRoot(document.getElementById("root")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultHeaders={JSON.stringify(token, null, 2)}
    initialVariables={first && !comesBack ? variablesOf(first) : undefined}
    defaultTabs={first ? [{ query: first.query, variables: variablesOf(first), headers: headersOf(first) }] : undefined}
    shouldPersistHeaders={false}
    plugins={[examples]}
    visiblePlugin={examples}
  >
    <GraphiQL.Logo><b className="brand">Rialto</b></GraphiQL.Logo>
  </GraphiQL>,
);
