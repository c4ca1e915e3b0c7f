import { Fragment, type ReactNode } from "react";
import { EMPTY } from "./format";
import "./timeline.css";

export interface Fact {
  key: string;
  label: string;
  /** null and undefined are drawn as –; 0 stays 0. */
  value: ReactNode;
}
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="lb-facts">
      {facts.map(({ key, label, value }) => (
        <Fragment key={key}>
          <dt>{label}</dt>
          <dd>{value ?? EMPTY}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
