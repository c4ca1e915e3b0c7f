import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { createRouter } from "./app/router";
import { startI18n } from "./i18n";
import "./theme/base.css";
import { applyTheme, watchSystemTheme } from "./theme/mode";

applyTheme();
watchSystemTheme();
await startI18n();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Suspense>
      <RouterProvider router={createRouter()} />
    </Suspense>
  </StrictMode>,
);
