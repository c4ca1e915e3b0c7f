import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { StepUpHost } from "@/areas/access/StepUpHost";
import { ArrivalHost } from "@/areas/customers/ArrivalHost";
import { CallProvider } from "@/areas/customers/Call";
import { FollowUpProvider } from "@/areas/customers/FollowUp";
import { DockProvider } from "@/ui/Dock";
import { ErrorBoundary } from "@/ui/ErrorBoundary";
import { AppShell } from "@/ui/shell/AppShell";
import { Loading } from "@/ui/StateView";
import { searchCustomers } from "@/areas/customers/search";
import { useLiveRows } from "@/areas/customers/live";
import { useLiveCases } from "@/areas/pipeline/live";

/** The shell with what lives across pages: dock, calls, arrivals, live rows. */
export function Signed() {
  const location = useLocation();
  useLiveRows();
  useLiveCases();
  return (
    <DockProvider>
      <FollowUpProvider>
        <CallProvider>
          <AppShell search={searchCustomers}>
            <ErrorBoundary key={location.pathname}>
              <Suspense fallback={<Loading />}>
                <Outlet />
              </Suspense>
            </ErrorBoundary>
          </AppShell>
          <ArrivalHost />
          <StepUpHost />
        </CallProvider>
      </FollowUpProvider>
    </DockProvider>
  );
}
