import { Button, Progress, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import type { Customer, Qualification as Known } from "@/api/types";
import { ActionButton, findAction } from "@/ui/ActionButton";
import { percent } from "@/ui/format";
import { useKeys } from "@/ui/keys";
import { byGroup, type CityName, type Facts, type FactValue, type QualificationField } from "@/ui/qualification";
import { StateView } from "@/ui/StateView";
import { FieldHistory } from "./FieldHistory";
import { QualificationFact } from "./QualificationFact";
import { QuickEntry } from "./QuickEntry";
import { ContactTone, Stars } from "./Stars";
import { useCities } from "./useCustomers";
import { sources, useQualification, useQualificationFields, useRecord, type Source } from "./useQualification";
import "./qualification.css";

const ASKED = 5;

/** What the customer brings: by group, each value with its source and date, edited in place. */
export function Qualification({ customer }: { customer: Customer }) {
  const fields = useQualificationFields();
  const known = useQualification(customer.id);
  const cities = useCities();
  const failed = fields.error ?? known.error;
  if (!fields.data || !known.data) {
    return <StateView state={failed ? "error" : "loading"} error={failed} onRetry={() => void Promise.all([fields.refetch(), known.refetch()])} />;
  }
  return <Sheet customer={customer} fields={fields.data.items} known={known.data} cities={cities.data?.items ?? []} />;
}

/** A value on its way to the server, or one that came back refused. */
export interface Sent {
  value: FactValue | null;
  refusal: string | null;
}

interface SheetProps {
  customer: Customer;
  fields: readonly QualificationField[];
  known: Known;
  cities: readonly CityName[];
}

function Sheet({ customer, fields, known, cities }: SheetProps) {
  const { t } = useTranslation("customers");
  const record = useRecord(customer.id);
  const [source, setSource] = useState<Source>("stated");
  const [editing, setEditing] = useState<string | null>(null);
  const [quick, setQuick] = useState(false);
  const [history, setHistory] = useState<QualificationField | null>(null);
  const [sent, setSent] = useState<Readonly<Record<string, Sent>>>({});
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const editable = findAction(customer.allowedActions, "edit")?.allowed === true;
  const values = useMemo(() => new Map(known.fields.map((entry) => [entry.field, entry])), [known]);
  const asked = useMemo(() => new Set(known.askNext), [known]);
  const groups = useMemo(() => byGroup(fields), [fields]);
  const byCode = useMemo(() => new Map(fields.map((field) => [field.code, field])), [fields]);
  const isUnknown = (code: string) => !values.has(code) && (sent[code]?.value ?? null) === null;
  // What the server neither knows nor asks for now cannot apply, or waits for another answer.
  const isFolded = (field: QualificationField) => !values.has(field.code) && !asked.has(field.code) && !sent[field.code] && editing !== field.code && !unfolded.has(field.group);

  const note = (code: string, one: Sent | null) =>
    setSent((before) => {
      const { [code]: _old, ...others } = before;
      return one ? { ...others, [code]: one } : others;
    });
  const save = async (code: string, value: FactValue | null): Promise<Known | null> => {
    const now = values.get(code);
    if (now?.source === source && JSON.stringify(now.value) === JSON.stringify(value)) return known;
    if (!now && value === null) return known;
    note(code, { value, refusal: null });
    try {
      const saved = await record({ [code]: value } as Facts, source);
      note(code, null);
      return saved;
    } catch (error) {
      note(code, { value, refusal: refusalOf(error, code, t("qualification.failed")) });
      return null;
    }
  };
  const nextAfter = (code: string, open: (field: QualificationField) => boolean): string | null => {
    const order = groups.flatMap(([, items]) => items);
    const at = order.findIndex((field) => field.code === code);
    return [...order.slice(at + 1), ...order.slice(0, at)].find((field) => isUnknown(field.code) && field.code !== code && open(field))?.code ?? null;
  };
  const done = (field: QualificationField, value: FactValue | null) => {
    const saving = save(field.code, value);
    if (value === null) return setEditing(null);
    // A truth or a choice may open other questions: the answer says which come next.
    if (field.kind !== "bool" && field.kind !== "choice") return setEditing(nextAfter(field.code, (other) => !isFolded(other)));
    void saving.then((saved) => setEditing((now) => (now !== field.code ? now : saved ? nextAfter(field.code, ({ code }) => saved.askNext.includes(code)) : field.code)));
  };
  const firstAsked = known.askNext.find(isUnknown) ?? null;
  useKeys(t("detail.tab.qualification"), {
    q: { run: () => editable && setQuick(true), label: t("qualification.quick.open") },
    u: { run: () => editable && setEditing(firstAsked), label: t("qualification.nextUnknown") },
  });

  return (
    <div className="lb-stack">
      <header className="lb-qual-head">
        <div className="lb-qual-complete">
          <span>{t("qualification.complete", { percent: percent(known.completenessBps) })}</span>
          <Progress percent={known.completenessBps / 100} showInfo={false} size="small" aria-label={t("qualification.completeness")} />
        </div>
        <Stars customer={customer} />
        <ContactTone row={customer} />
        <span className="lb-grow" />
        <Select
          aria-label={t("qualification.source")}
          value={source}
          onChange={setSource}
          options={sources.map((value) => ({ value, label: t("qualification.from", { source: t(`qualification.sources.${value}`) }) }))}
          className="lb-qual-source"
        />
        <ActionButton actions={customer.allowedActions} action="edit" onClick={() => setQuick(true)}>
          {t("qualification.quick.open")}
        </ActionButton>
      </header>
      {quick ? (
        <QuickEntry known={known} fields={byCode} cities={cities} sent={sent} onSave={save} onClose={() => setQuick(false)} />
      ) : (
        known.askNext.length > 0 && (
          <div className="lb-row lb-row-wrap">
            <span className="lb-muted">{t("qualification.askNext")}</span>
            {known.askNext.slice(0, ASKED).map((code) => {
              const title = byCode.get(code)?.title ?? code;
              return editable ? (
                <button key={code} type="button" className="lb-chip" onClick={() => setEditing(code)}>
                  {title}
                </button>
              ) : (
                <span key={code}>{title}</span>
              );
            })}
          </div>
        )
      )}
      {groups.map(([group, items]) => {
        const folded = items.filter(isFolded);
        const shown = items.filter((field) => !isFolded(field));
        const count = items.filter((field) => values.has(field.code)).length;
        const open = unfolded.has(group);
        return (
          <section key={group} aria-labelledby={`qual-${group}`}>
            <h3 id={`qual-${group}`} className="lb-qual-group">
              {t(`qualification.group.${group}`)} <span className="lb-meta lb-faint">{t("qualification.known", { count, of: items.length })}</span>
            </h3>
            {shown.length > 0 && (
              <dl className="lb-qual-facts">
                {shown.map((field) => (
                  <QualificationFact
                    key={field.code}
                    field={field}
                    fact={values.get(field.code)}
                    sent={sent[field.code]}
                    cities={cities}
                    editing={editing === field.code && !quick}
                    editable={editable}
                    onEdit={() => setEditing(field.code)}
                    onCancel={() => setEditing(null)}
                    onDone={(value) => done(field, value)}
                    onDrop={() => note(field.code, null)}
                    onHistory={() => setHistory(field)}
                  />
                ))}
              </dl>
            )}
            {(folded.length > 0 || open) && (
              <Button
                type="text"
                size="small"
                aria-expanded={open}
                onClick={() =>
                  setUnfolded((before) => {
                    const after = new Set(before);
                    if (!after.delete(group)) after.add(group);
                    return after;
                  })
                }
              >
                {open ? t("qualification.fold") : t("qualification.folded", { count: folded.length })}
              </Button>
            )}
          </section>
        );
      })}
      <FieldHistory customerId={customer.id} field={history} cities={cities} onClose={() => setHistory(null)} />
    </div>
  );
}

/** What the server says about this field, else about the whole. */
export function refusalOf(error: unknown, code: string, otherwise: string): string {
  if (!isProblem(error)) return otherwise;
  return error.errors.find(({ pointer }) => pointer.endsWith(`/values/${code}`) || pointer.endsWith(`/facts/${code}`))?.message || error.message || otherwise;
}
