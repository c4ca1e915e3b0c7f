import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { apiUrl } from "./api/address";

SwaggerUI({ url: apiUrl("/openapi.json"), dom_id: "#root", deepLinking: true, persistAuthorization: false, tryItOutEnabled: true, displayRequestDuration: true });
