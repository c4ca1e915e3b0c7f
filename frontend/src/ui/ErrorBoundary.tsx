import { Component, type ReactNode } from "react";
import { StateView } from "./StateView";

/** Keeps a failing page or card from taking the rest with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return <StateView state="error" error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
