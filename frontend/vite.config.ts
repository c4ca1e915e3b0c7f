import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const server = `http://127.0.0.1:${process.env.LOANBROKER_API_PORT ?? "8000"}`;
const proxied = ["/api", "/graphql", "/webhooks", "/docs", "/graphiql", "/openapi.json", "/healthz", "/readyz", "/problems", "/.well-known"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": page("./src") } },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(proxied.map((path) => [`^${path}(?=$|[/?])`, { target: server, ws: path === "/graphql" }])),
  },
  build: {
    manifest: true,
    target: "es2023",
    // Browsers of that age preload modules themselves.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      // A library's "use no memo" means nothing to a bundle without the React compiler.
      onLog: (level, log, report) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
      input: { index: page("./index.html"), docs: page("./docs.html"), graphiql: page("./graphiql.html") },
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-router|i18next|react-i18next)[\\/]/, priority: 20 },
            { name: "query", test: /node_modules[\\/](@tanstack|openapi-fetch|openapi-react-query|openapi-typescript-helpers)[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/test/setup.ts"],
    globals: false,
    restoreMocks: true,
    testTimeout: 20_000,
    // Two cores are shared with the servers of a developer's machine.
    maxWorkers: 2,
  },
});
