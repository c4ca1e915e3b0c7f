import { ClockCircleOutlined } from "@/ui/icons";
import { useFormat, useNow } from "./useFormat";

const HOUR = 3600_000;

/** Time left or 超时, on the server's clock; only what is due within an hour ticks each second. */
export function DueClock({ at }: { at: string }) {
  const slow = useNow(30_000);
  const near = Math.abs(Date.parse(at) - slow) < HOUR && Date.parse(at) > slow - 60_000;
  return near ? <Ticking at={at} /> : <Shown at={at} now={slow} />;
}

function Ticking({ at }: { at: string }) {
  return <Shown at={at} now={useNow(1000)} />;
}

function Shown({ at, now }: { at: string; now: number }) {
  const format = useFormat();
  const { text, late, soon } = format.due(at, now);
  return (
    <span className={late ? "lb-danger" : soon ? "lb-warning" : undefined} title={format.exact(at)} style={{ whiteSpace: "nowrap" }}>
      {(late || soon) && <ClockCircleOutlined style={{ marginRight: 4 }} />}
      {text}
    </span>
  );
}
