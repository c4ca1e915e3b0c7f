declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    url: string;
    dom_id: string;
    deepLinking: boolean;
    persistAuthorization: boolean;
    tryItOutEnabled: boolean;
    displayRequestDuration: boolean;
    requestInterceptor: (request: { headers: Record<string, string> }) => Promise<{ headers: Record<string, string> }>;
  }
  export default function SwaggerUI(options: Options): void;
}
