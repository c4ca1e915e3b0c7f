import { createBrowserRouter, type RouteObject } from "react-router";
import { Boot } from "./Boot";

const page = <K extends string>(load: () => Promise<Record<K, React.ComponentType>>, name: K) => async () => ({
  Component: (await load())[name],
});

export const routes: RouteObject[] = [
  {
    Component: Boot,
    HydrateFallback: Boot,
    children: [
      { path: "/login", lazy: page(() => import("@/areas/access/LoginPage"), "LoginPage") },
      {
        lazy: page(() => import("./SignedIn"), "SignedIn"),
        children: [
          { index: true, lazy: page(() => import("./Home"), "Home") },
          { path: "/today", lazy: page(() => import("@/areas/workspace/TodayPage"), "TodayPage") },
          { path: "/customers", lazy: page(() => import("@/areas/customers/CustomersPage"), "CustomersPage") },
          { path: "/customers/:customerId", lazy: page(() => import("@/areas/customers/CustomerPage"), "CustomerPage") },
          { path: "/cases/board", lazy: page(() => import("@/areas/pipeline/BoardPage"), "BoardPage") },
          { path: "/cases", lazy: page(() => import("@/areas/pipeline/CasesPage"), "CasesPage") },
          { path: "/cases/:caseId", lazy: page(() => import("@/areas/pipeline/CasePage"), "CasePage") },
          { path: "/receipts", lazy: page(() => import("@/areas/finance/ReceiptsPage"), "ReceiptsPage") },
          { path: "/settings/org", lazy: page(() => import("@/areas/access/org/OrgPage"), "OrgPage") },
          { path: "/settings/org/:employeeId", lazy: page(() => import("@/areas/access/org/EmployeePage"), "EmployeePage") },
          { path: "/settings/roles", lazy: page(() => import("@/areas/access/roles/RolesPage"), "RolesPage") },
          { path: "/settings/roles/:roleId", lazy: page(() => import("@/areas/access/roles/RolePage"), "RolePage") },
          { path: "/settings/login-approvals", lazy: page(() => import("@/areas/access/logins/LoginApprovalsPage"), "LoginApprovalsPage") },
          { path: "/settings/pipelines", lazy: page(() => import("@/areas/pipeline/PipelinesPage"), "PipelinesPage") },
          { path: "/channels", lazy: page(() => import("@/areas/channels/ChannelsPage"), "ChannelsPage") },
          { path: "/channels/:channelId", lazy: page(() => import("@/areas/channels/ChannelPage"), "ChannelPage") },
          { path: "/inbox", lazy: page(() => import("@/areas/channels/InboxPage"), "InboxPage") },
          { path: "/products", lazy: page(() => import("@/areas/products/ProductsPage"), "ProductsPage") },
          { path: "/products/:productId", lazy: page(() => import("@/areas/products/ProductPage"), "ProductPage") },
          { path: "/lenders", lazy: page(() => import("@/areas/products/LendersPage"), "LendersPage") },
          { path: "/match", lazy: page(() => import("@/areas/products/match/MatchPage"), "MatchPage") },
          { path: "/calculator", lazy: page(() => import("@/areas/products/match/CalculatorPage"), "CalculatorPage") },
          { path: "/overview", lazy: page(() => import("@/areas/analytics/OverviewPage"), "OverviewPage") },
          { path: "/funnel", lazy: page(() => import("@/areas/analytics/FunnelPage"), "FunnelPage") },
          { path: "/notifications", lazy: page(() => import("@/areas/workspace/NotificationsPage"), "NotificationsPage") },
          { path: "/settings/login-policies", lazy: page(() => import("@/areas/access/policies/LoginPoliciesPage"), "LoginPoliciesPage") },
          { path: "/settings/api-keys", lazy: page(() => import("@/areas/access/keys/ApiKeysPage"), "ApiKeysPage") },
          { path: "/audit", lazy: page(() => import("@/areas/access/trail/AuditPage"), "AuditPage") },
          { path: "/audit/records/:subjectId", lazy: page(() => import("@/areas/access/trail/RecordHistoryPage"), "RecordHistoryPage") },
          { path: "/me", lazy: page(() => import("@/areas/access/me/MePage"), "MePage") },
          { path: "*", lazy: page(() => import("@/ui/NotFound"), "NotFound") },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
