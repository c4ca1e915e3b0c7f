import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/graphiql.css";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { apiUrl, socketUrl } from "./api/address";
import { accessToken } from "./api/session";
import "./graphiql-page.css";

/** Calls go with the token of the session signed in here, when there is one. */
const authorised: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  const token = await accessToken();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};
const wsClient = createClient({
  url: socketUrl("/graphql"),
  lazy: true,
  connectionParams: async () => {
    const token = await accessToken();
    return token ? { authorization: `Bearer ${token}` } : {};
  },
});
const fetcher = createGraphiQLFetcher({ url: apiUrl("/graphql"), fetch: authorised, wsClient });
const root = document.getElementById("root");
if (!root) throw new Error("graphiql.html has no #root");
createRoot(root).render(<GraphiQL fetcher={fetcher} />);
