import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { apiUrl } from "./api/address";
import { accessToken } from "./api/session";

/** The document and every tried call go with the token of the session signed in here, when there is one. */
async function authorised(request: { headers: Record<string, string> }) {
  const token = await accessToken();
  if (token && !request.headers.Authorization) request.headers.Authorization = `Bearer ${token}`;
  return request;
}

SwaggerUI({
  url: apiUrl("/openapi.json"),
  dom_id: "#root",
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  requestInterceptor: authorised,
});
