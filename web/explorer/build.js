// Bundles GraphiQL and the workers of its editor into dist/, for the Go build to embed.

import { build } from "esbuild";
import { readdir, rm } from "node:fs/promises";

for (const name of await readdir("dist")) if (name !== ".keep") await rm(`dist/${name}`, { recursive: true });

const shared = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "linked",
  outdir: "dist",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file", ".woff2": "file" },
  assetNames: "[name]",
};

await build({ ...shared, format: "esm", entryPoints: { app: "src/app.jsx" }, jsx: "automatic" });
await build({
  ...shared,
  format: "iife",
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
});
console.log("dist/ is ready: build the program again to serve GraphiQL at /playground");
