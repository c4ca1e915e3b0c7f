import { DatePicker, Form, Input, InputNumber, Select, Switch } from "antd";
import dayjs from "dayjs";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "@/api/problem";
import type { ProductFee, VersionBody } from "@/api/types";
import { EditableRows } from "@/ui/EditableRows";
import { PpmInput } from "@/ui/PpmInput";
import { RegionPicker } from "@/ui/RegionPicker";
import type { Literal, Place, RuleField } from "@/ui/rules/types";
import { ValueInput, ValuesInput } from "@/ui/ValueInput";
import { bases, repayments } from "./match/useRates";
import { feeTimes, querySteps } from "./words";

interface BodyEditorProps {
  body: VersionBody;
  onChange: (body: VersionBody) => void;
  places: readonly Place[];
  errors: readonly FieldError[];
  disabled: boolean;
}
const plain = (kind: "money" | "number", unit: RuleField["unit"]): RuleField => ({ code: "", title: "", kind, unit, group: "", low: 0, high: Number.MAX_SAFE_INTEGER, choices: [], weight: 0, hint: "" });
const MONEY = plain("money", "fen");
const MONTHS = plain("number", "month");
const none: readonly Place[] = [];
// The server says what is missing; a cleared number goes to it as null.
const number = (value: Literal): number => value as number;

/** The terms of a draft in their sections; the server's errors stand at their fields. */
export function BodyEditor({ body, onChange, places, errors, disabled }: BodyEditorProps) {
  const { t } = useTranslation(["products", "match"]);
  const set = (part: Partial<VersionBody>) => onChange({ ...body, ...part });
  const at = (pointer: string) => errors.filter((error) => error.pointer.replace(/^#?\/body/, "").startsWith(pointer)).map(({ message }) => message);
  const field = (key: keyof VersionBody, control: (id: string, label: string) => ReactNode, more: { wide?: boolean; hint?: string } = {}) => (
    <Item key={key} label={t(`body.${key}`)} errors={at(`/${key}`)} {...more}>
      {control}
    </Item>
  );
  const date = (key: "validFrom" | "validTo") =>
    field(key, (id, label) => <DatePicker id={id} placeholder={t("form.noLimit")} aria-label={label} disabled={disabled} style={{ width: "100%" }} value={body[key] ? dayjs(body[key]) : null} onChange={(picked) => set({ [key]: picked ? picked.format("YYYY-MM-DD") : null })} />);
  return (
    <Form component={false} layout="vertical" disabled={disabled}>
      <Group title={t("section.money")}>
        {field("amountMinFen", (_id, label) => <ValueInput field={MONEY} places={none} label={label} value={body.amountMinFen} onChange={(value) => set({ amountMinFen: number(value) })} />)}
        {field("amountMaxFen", (_id, label) => <ValueInput field={MONEY} places={none} label={label} value={body.amountMaxFen} onChange={(value) => set({ amountMaxFen: number(value) })} />)}
        {field("terms", (_id, label) => <ValuesInput field={MONTHS} places={none} label={label} values={body.terms} onChange={(values) => set({ terms: values.map(number) })} />, { hint: t("form.termsHint") })}
        <Item label={t("body.rate")} errors={at("/rate")}>
          {() => (
            <span className="lb-row">
              <Select className="lb-rate-basis" aria-label={t("form.basis")} value={body.rate.basis} options={bases.map((value) => ({ value, label: t(`match:rate.basis.${value}`) }))} popupMatchSelectWidth={false} onChange={(basis) => set({ rate: { ...body.rate, basis } })} />
              <PpmInput label={t("form.minPpm")} value={body.rate.minPpm} onChange={(minPpm) => set({ rate: { ...body.rate, minPpm: number(minPpm) } })} />
              <span aria-hidden>–</span>
              <PpmInput label={t("form.maxPpm")} value={body.rate.maxPpm} onChange={(maxPpm) => set({ rate: { ...body.rate, maxPpm: number(maxPpm) } })} />
            </span>
          )}
        </Item>
        {field("repayments", (id, label) => <Select id={id} aria-label={label} mode="multiple" value={body.repayments} options={repayments.map((value) => ({ value, label: t(`match:repayment.${value}`) }))} onChange={(codes) => set({ repayments: codes })} />)}
        {field("approvalHours", (id, label) => <InputNumber id={id} aria-label={label} style={{ width: "100%" }} controls={false} precision={0} value={body.approvalHours} suffix={t("form.hoursUnit")} onChange={(hours) => set({ approvalHours: number(hours) })} />)}
      </Group>
      <Group title={t("section.fees")}>
        <Fees fees={body.fees} errors={at("/fees")} disabled={disabled} onChange={(fees) => set({ fees })} />
      </Group>
      <Group title={t("section.where")}>
        {field("cities", (id, label) => <RegionPicker id={id} multiple label={label} places={places} placeholder={t("body.everywhere")} value={body.cities} onChange={(cities) => set({ cities })} />, { wide: true })}
        {field("documents", (id, label) => <Select id={id} aria-label={label} mode="tags" tokenSeparators={[",", "，", "、"]} placeholder={t("form.documentsHint")} value={body.documents} onChange={(documents) => set({ documents })} />, { wide: true })}
        {field("makesQuery", (id, label) => <Switch id={id} aria-label={label} checked={body.makesQuery} onChange={(makesQuery) => set({ makesQuery, ...(makesQuery ? {} : { queryStep: null }) })} />)}
        {body.makesQuery && field("queryStep", (id, label) => <Select id={id} aria-label={label} allowClear value={body.queryStep} options={querySteps.map((value) => ({ value, label: t(`queryStep.${value}`) }))} onChange={(queryStep) => set({ queryStep: queryStep ?? null })} />)}
        {date("validFrom")}
        {date("validTo")}
      </Group>
      <Group title={t("section.commission")}>
        {field("commissionPpm", (id, label) => <PpmInput id={id} label={label} value={body.commissionPpm} onChange={(ppm) => set({ commissionPpm: number(ppm) })} />, { hint: t("form.commissionHint") })}
        {field("commissionNote", (id, label) => <Input id={id} aria-label={label} maxLength={100} value={body.commissionNote ?? ""} onChange={(event) => set({ commissionNote: event.target.value || null })} />)}
      </Group>
    </Form>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="lb-body-section">
      <h3>{title}</h3>
      <div className="lb-body-grid">{children}</div>
    </section>
  );
}

function Item({ label, errors, wide = false, hint, children }: { label: string; errors: string[]; wide?: boolean; hint?: string; children: (id: string, label: string) => ReactNode }) {
  const id = useId();
  return (
    <Form.Item className={wide ? "lb-body-wide" : undefined} label={label} htmlFor={id} validateStatus={errors.length > 0 ? "error" : ""} help={errors.length > 0 ? errors.join(" ") : undefined} extra={hint}>
      {children(id, label)}
    </Form.Item>
  );
}

/** A code of its own for a new fee. */
function freeCode(fees: readonly ProductFee[]): string {
  let number = fees.length + 1;
  while (fees.some(({ code }) => code === `fee${number}`)) number += 1;
  return `fee${number}`;
}

function Fees({ fees, errors, disabled, onChange }: { fees: ProductFee[]; errors: string[]; disabled: boolean; onChange: (fees: ProductFee[]) => void }) {
  const { t } = useTranslation("products");
  const name = (index: number) => t("fee.row", { number: index + 1 });
  return (
    <div className="lb-body-wide">
      <EditableRows
        rows={fees}
        onChange={onChange}
        blank={(): ProductFee => ({ code: freeCode(fees), title: "", kind: "percent", ppm: null, amountFen: null, at: "disbursement" })}
        addLabel={t("fee.add")}
        rowName={name}
        disabled={disabled}
      >
        {(fee, change, index) => (
          <>
            <Input className="lb-fee-title" aria-label={t("fee.title", { name: name(index) })} placeholder={t("fee.titleHint")} maxLength={40} value={fee.title} onChange={(event) => change({ ...fee, title: event.target.value })} />
            <Select
              className="lb-fee-kind"
              aria-label={t("fee.kind", { name: name(index) })}
              value={fee.kind}
              options={(["percent", "fixed"] as const).map((value) => ({ value, label: t(`fee.kinds.${value}`) }))}
              popupMatchSelectWidth={false}
              onChange={(kind) => change({ ...fee, kind, ppm: null, amountFen: null })}
            />
            <span className="lb-fee-value">
              {fee.kind === "percent" ? (
                <PpmInput label={t("fee.value", { name: name(index) })} value={fee.ppm} onChange={(ppm) => change({ ...fee, ppm })} />
              ) : (
                <ValueInput field={MONEY} places={none} label={t("fee.value", { name: name(index) })} value={fee.amountFen} onChange={(value) => change({ ...fee, amountFen: value as number | null })} />
              )}
            </span>
            <Select className="lb-fee-at" aria-label={t("fee.at", { name: name(index) })} value={fee.at} options={feeTimes.map((value) => ({ value, label: t(`fee.times.${value}`) }))} popupMatchSelectWidth={false} onChange={(time) => change({ ...fee, at: time })} />
          </>
        )}
      </EditableRows>
      {errors.length > 0 && (
        <p className="lb-meta lb-danger" role="alert">
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}
