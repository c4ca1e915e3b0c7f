import { Checkbox, InputNumber, Radio, Switch } from "antd";
import { useId, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Places } from "@/api/types";
import { NetworksInput } from "@/ui/NetworksInput";
import { RegionPicker } from "@/ui/RegionPicker";
import type { Part, PartName } from "./draft";
import { TimeWindows } from "./TimeWindows";

interface FieldsProps<N extends PartName> {
  part: Part<N>;
  onChange: (part: Part<N>) => void;
  /** By place in the part. */
  errors: ReadonlyMap<string, string>;
  places: Places | undefined;
}

function Labelled({ label, error, children }: { label: string; error?: string | undefined; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="lb-part-field">
      <label htmlFor={id}>{label}</label>
      <div className="lb-stack lb-stack-tight">
        {children(id)}
        {error && (
          <span className="lb-danger lb-meta" role="alert">
            {error}
          </span>
        )}
      </div>
    </div>
  );
}

interface NumberProps {
  label: string;
  unit: string;
  value: number | null | undefined;
  error?: string | undefined;
  onChange: (value: number) => void;
}
/** A whole number with its unit; what is left empty is the server's to refuse. */
function Count({ label, unit, value, error, onChange }: NumberProps) {
  return (
    <Labelled label={label} error={error}>
      {(id) => <InputNumber id={id} className="lb-part-number" precision={0} value={value ?? null} suffix={unit} status={error ? "error" : ""} onChange={(given) => onChange(given as number)} />}
    </Labelled>
  );
}

function Choice<V extends string>({ label, value, options, error, onChange }: { label: string; value: V | undefined; options: readonly { value: V; label: string }[]; error?: string | undefined; onChange: (value: V) => void }) {
  return (
    <div className="lb-part-field">
      <span>{label}</span>
      <div className="lb-stack lb-stack-tight">
        <Radio.Group aria-label={label} value={value} options={[...options]} onChange={(event) => onChange(event.target.value as V)} />
        {error && (
          <span className="lb-danger lb-meta" role="alert">
            {error}
          </span>
        )}
      </div>
    </div>
  );
}

function Device({ part, onChange, errors }: FieldsProps<"device">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <Count label={t("device.max")} unit={t("unit.devices")} value={part.max} error={errors.get("max")} onChange={(max) => onChange({ ...part, max })} />
      <Choice label={t("device.firstUse")} value={part.firstUse ?? "bind"} error={errors.get("firstUse")} options={(["bind", "approve"] as const).map((value) => ({ value, label: t(`device.first.${value}`) }))} onChange={(firstUse) => onChange({ ...part, firstUse })} />
    </>
  );
}

/** Errors of a list by their place in it. */
const listErrors = (errors: ReadonlyMap<string, string>, name: string): Record<number, string> =>
  Object.fromEntries([...errors].flatMap(([place, message]) => (place.startsWith(`${name}/`) ? [[Number(place.slice(name.length + 1)), message] as const] : [])));

function Ip({ part, onChange, errors }: FieldsProps<"ip">) {
  const { t } = useTranslation("policies");
  return (
    <>
      {(["allow", "deny"] as const).map((list) => (
        <Labelled key={list} label={t(`ip.${list}`)} error={errors.get(list)}>
          {(id) => <NetworksInput id={id} value={part[list] ?? []} errors={listErrors(errors, list)} placeholder={t(`ip.${list}Empty`)} onChange={(networks) => onChange({ ...part, [list]: networks })} />}
        </Labelled>
      ))}
    </>
  );
}

function Region({ part, onChange, errors, places }: FieldsProps<"region">) {
  const { t } = useTranslation("policies");
  const known = useMemo(() => {
    const items = places?.items ?? [];
    const provinces = new Map(items.flatMap((place) => (place.parent === null ? [[place.code, place.name] as const] : [])));
    return items.map(({ code, name, parent }) => {
      const province = provinces.get(parent ?? code) ?? name;
      return { code: Number(code), name: parent && name.startsWith(province) ? name.slice(province.length) : name, province };
    });
  }, [places]);
  const wrong = errors.get("allow") ?? [...errors].find(([place]) => place.startsWith("allow/"))?.[1];
  return (
    <>
      <Labelled label={t("region.allow")} error={wrong}>
        {(id) => (
          <div className="lb-row">
            <RegionPicker id={id} multiple label={t("region.allow")} placeholder={t("region.choose")} places={known} value={part.allow.map(Number)} onChange={(codes) => onChange({ ...part, allow: codes.map(String) })} />
          </div>
        )}
      </Labelled>
      <Choice label={t("region.unknown")} value={part.unknown ?? "refuse"} error={errors.get("unknown")} options={(["refuse", "approve", "allow"] as const).map((value) => ({ value, label: t(`region.when.${value}`) }))} onChange={(unknown) => onChange({ ...part, unknown })} />
    </>
  );
}

function Time({ part, onChange, errors }: FieldsProps<"time">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <TimeWindows windows={part.windows} errors={errors} onChange={(windows) => onChange({ ...part, windows })} />
      {errors.get("windows") && (
        <span className="lb-danger lb-meta" role="alert">
          {errors.get("windows")}
        </span>
      )}
      <Choice label={t("time.holidays")} value={part.holidays ?? "closed"} options={(["closed", "open"] as const).map((value) => ({ value, label: t(`time.holiday.${value}`) }))} onChange={(holidays) => onChange({ ...part, holidays })} />
      <Choice label={t("time.makeup")} value={part.makeup ?? "workday"} options={(["workday", "weekday"] as const).map((value) => ({ value, label: t(`time.makeupAs.${value}`) }))} onChange={(makeup) => onChange({ ...part, makeup })} />
    </>
  );
}

function Attempts({ part, onChange, errors }: FieldsProps<"attempts">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <Count label={t("attempts.failures")} unit={t("unit.times")} value={part.failures} error={errors.get("failures")} onChange={(failures) => onChange({ ...part, failures })} />
      <Count label={t("attempts.minutes")} unit={t("unit.minutes")} value={part.minutes} error={errors.get("minutes")} onChange={(minutes) => onChange({ ...part, minutes })} />
      <Count label={t("attempts.maxMinutes")} unit={t("unit.minutes")} value={part.maxMinutes} error={errors.get("maxMinutes")} onChange={(maxMinutes) => onChange({ ...part, maxMinutes })} />
      <Count label={t("attempts.ipFailures")} unit={t("unit.times")} value={part.ipFailures} error={errors.get("ipFailures")} onChange={(ipFailures) => onChange({ ...part, ipFailures })} />
    </>
  );
}

function Idle({ part, onChange, errors }: FieldsProps<"idle">) {
  const { t } = useTranslation("policies");
  return <Count label={t("idle.minutes")} unit={t("unit.minutes")} value={part.minutes} error={errors.get("minutes")} onChange={(minutes) => onChange({ ...part, minutes })} />;
}

function Sessions({ part, onChange, errors }: FieldsProps<"sessions">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <Count label={t("sessions.max")} unit={t("unit.places")} value={part.max} error={errors.get("max")} onChange={(max) => onChange({ ...part, max })} />
      <Choice label={t("sessions.beyond")} value={part.beyond ?? "newest_wins"} options={(["newest_wins", "refuse"] as const).map((value) => ({ value, label: t(`sessions.when.${value}`) }))} onChange={(beyond) => onChange({ ...part, beyond })} />
      <Count label={t("sessions.hours")} unit={t("unit.hours")} value={part.hours} error={errors.get("hours")} onChange={(hours) => onChange({ ...part, hours })} />
    </>
  );
}

const signs = { travelKmh: 900, offHoursMinutes: 60, accountsPerIp: 10 } as const;
function Unusual({ part, onChange, errors }: FieldsProps<"unusual">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <span className="lb-row lb-between">
        <span>{t("unusual.newDeviceAndPlace")}</span>
        <Switch size="small" aria-label={t("unusual.newDeviceAndPlace")} checked={part.newDeviceAndPlace ?? true} onChange={(newDeviceAndPlace) => onChange({ ...part, newDeviceAndPlace })} />
      </span>
      {(Object.keys(signs) as (keyof typeof signs)[]).map((sign) => {
        const label = t(`unusual.${sign}`);
        const value = part[sign];
        return (
          <div key={sign} className="lb-stack lb-stack-tight">
            <span className="lb-row lb-between">
              <span>{label}</span>
              <span className="lb-row">
                {value !== null && <InputNumber className="lb-part-number" aria-label={label} precision={0} value={value ?? signs[sign]} suffix={t(`unit.${sign}`)} status={errors.get(sign) ? "error" : ""} onChange={(given) => given !== null && onChange({ ...part, [sign]: given })} />}
                <Switch size="small" aria-label={t("unusual.watch", { sign: label })} checked={value !== null} onChange={(on) => onChange({ ...part, [sign]: on ? signs[sign] : null })} />
              </span>
            </span>
            {errors.get(sign) && (
              <span className="lb-danger lb-meta" role="alert">
                {errors.get(sign)}
              </span>
            )}
          </div>
        );
      })}
    </>
  );
}

function Factor({ part, onChange, errors }: FieldsProps<"factor">) {
  const { t } = useTranslation("policies");
  return (
    <>
      <span className="lb-row lb-between">
        <span>{t("factor.required")}</span>
        <Switch size="small" aria-label={t("factor.required")} checked={part.required ?? true} onChange={(required) => onChange({ ...part, required })} />
      </span>
      <div className="lb-part-field">
        <span>{t("factor.kinds")}</span>
        <div className="lb-stack lb-stack-tight">
          <Checkbox.Group aria-label={t("factor.kinds")} value={part.kinds ?? []} options={(["totp", "passkey"] as const).map((value) => ({ value, label: t(`factor.kind.${value}`) }))} onChange={(kinds) => onChange({ ...part, kinds: kinds as NonNullable<Part<"factor">["kinds"]> })} />
          {errors.get("kinds") && (
            <span className="lb-danger lb-meta" role="alert">
              {errors.get("kinds")}
            </span>
          )}
        </div>
      </div>
      <div className="lb-part-field">
        <span>{t("factor.stepUp")}</span>
        <Checkbox.Group aria-label={t("factor.stepUp")} value={part.stepUp ?? []} options={(["reveal", "export", "policies"] as const).map((value) => ({ value, label: t(`factor.act.${value}`) }))} onChange={(stepUp) => onChange({ ...part, stepUp: stepUp as NonNullable<Part<"factor">["stepUp"]> })} />
      </div>
      <Count label={t("factor.stepUpMinutes")} unit={t("unit.minutes")} value={part.stepUpMinutes} error={errors.get("stepUpMinutes")} onChange={(stepUpMinutes) => onChange({ ...part, stepUpMinutes })} />
    </>
  );
}

const fields: { [N in PartName]: (props: FieldsProps<N>) => ReactNode } = { device: Device, ip: Ip, region: Region, time: Time, attempts: Attempts, idle: Idle, sessions: Sessions, unusual: Unusual, factor: Factor };

/** The fields of one part. */
export function PartFields<N extends PartName>({ name, ...props }: FieldsProps<N> & { name: N }) {
  const Fields = fields[name] as (props: FieldsProps<N>) => ReactNode;
  return <Fields {...props} />;
}
