import { toneNames, type ToneName } from "@/theme/tokens";
import "./tone.css";

function toneOf(id: string): ToneName {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return toneNames[sum % toneNames.length] ?? "slate";
}

/** A surname on a tone from the id's hash; the name beside it is what is read. */
export function Avatar({ id, name, size = 20, away = false }: { id: string; name: string; size?: 20 | 24 | 32; away?: boolean }) {
  const tone = away ? "grey" : toneOf(id);
  return (
    <span className={`lb-avatar lb-avatar-${size}`} aria-hidden style={{ color: `var(--lb-tone-${tone})`, background: `var(--lb-tint-${tone})` }}>
      {name.slice(0, 1)}
    </span>
  );
}

export function Person({ person, away }: { person: { id: string; displayName: string } | null; away?: boolean }) {
  if (!person) return <span className="lb-faint">–</span>;
  return (
    <span className="lb-person">
      <Avatar id={person.id} name={person.displayName} {...(away === undefined ? {} : { away })} />
      <span className="lb-ellipsis">{person.displayName}</span>
    </span>
  );
}
