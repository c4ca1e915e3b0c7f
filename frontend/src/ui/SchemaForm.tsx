import { Alert, Button, Form, Input, Select, type FormInstance } from "antd";
import { useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import { parseAmount, yuan } from "./format";
import { useDraft } from "./drafts";
import { isComposing } from "./keys";
import { useLeaveGuard } from "./leaveGuard";
import { useFormat, useNow } from "./useFormat";

export interface Field {
  name: string;
  label: string;
  /** `multiple` keeps its values joined by commas, as the address does. */
  kind?: "text" | "textarea" | "phone" | "amount" | "decimal" | "select" | "multiple";
  required?: boolean;
  hint?: string;
  maxLength?: number;
  /** What an empty choice means. */
  placeholder?: string;
  /** Stands inside the control, at its end. */
  unit?: string;
  options?: readonly { value: string; label: string }[];
  autoFocus?: boolean;
  /** Stands in place of the kind's control; the form gives it id, value and onChange. */
  control?: ReactElement;
  /** What is wrong with a value that was given, in words; null when nothing is. */
  check?: (value: string) => string | null;
}
export type Values = Record<string, string | null | undefined>;

interface SchemaFormProps<T> {
  fields: readonly Field[];
  initial?: Values;
  submitLabel: string;
  /** Sends the values; the key is the same for all tries of one opening, so a double click writes once. */
  submit: (values: Values, idempotencyKey: string) => Promise<T>;
  onDone: (result: T) => void;
  onCancel?: () => void;
  /** Name of the server draft; none is kept without one. */
  draftKey?: string;
  note?: ReactNode;
  /** What it does cannot simply be taken back. */
  danger?: boolean;
}

/** The one form: labels on top, the server's errors at their fields, the rest in a summary, guard, draft, Ctrl+Enter. */
export function SchemaForm<T>({ fields, initial = {}, submitLabel, submit, onDone, onCancel, draftKey, note, danger = false }: SchemaFormProps<T>) {
  const { t } = useTranslation("ui");
  const [form] = Form.useForm<Values>();
  const [values, setValues] = useState<Values>(initial);
  const [idempotencyKey] = useState(newIdempotencyKey);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const dirty = fields.some(({ name }) => (values[name] ?? "") !== (initial[name] ?? ""));
  const draft = useDraft(draftKey ?? null, values, !dirty);
  const allow = useLeaveGuard(dirty && !busy);

  const send = async (entered: Values) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const result = await submit(entered, idempotencyKey);
      draft.discard();
      allow();
      onDone(result);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setBusy(false);
      setProblem(showErrors(form, fields, error));
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (isComposing(event.nativeEvent) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    form.submit();
  };
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark
      initialValues={initial}
      validateTrigger={tried ? "onChange" : "onBlur"}
      scrollToFirstError={{ focus: true }}
      disabled={busy}
      onValuesChange={(_changed, all) => setValues(all)}
      onFinish={(entered) => void send(entered)}
      onFinishFailed={() => setTried(true)}
      onKeyDown={onKeyDown}
    >
      <DraftOffer draft={draft} dirty={dirty} onTake={(body) => (form.setFieldsValue(body), setValues(body))} />
      {problem && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 12 }}
          title={problem.message || t("form.failed")}
          description={problem.requestId ? t("common:requestId", { id: problem.requestId }) : undefined}
        />
      )}
      {fields.map((field) => (
        <FieldItem key={field.name} field={field} value={values[field.name]} />
      ))}
      {note}
      <div className="lb-row">
        <Button type="primary" danger={danger} htmlType="submit" loading={busy}>
          {submitLabel}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("form.cancel")}</Button>}
        <span className="lb-meta lb-faint">{draft.savedAt ? t("form.draftSaved") : t("form.shortcut")}</span>
      </div>
    </Form>
  );
}

/** Puts each error of the answer at its field; answers what is left for the summary. */
function showErrors(form: FormInstance<Values>, fields: readonly Field[], problem: Problem): Problem | null {
  // An error inside a list or an object stands at the field that holds it.
  const holder = (pointer: string) => pointer.replace(/^#/, "").split("/").findLast((part) => fields.some(({ name }) => name === part));
  const placed = fields.map(({ name }) => ({ name, errors: problem.errors.filter(({ pointer }) => holder(pointer) === name).map(({ message }) => message) }));
  form.setFields(placed);
  const first = placed.find(({ errors }) => errors.length > 0);
  if (first) form.scrollToField(first.name, { focus: true });
  const shown = placed.reduce((sum, { errors }) => sum + errors.length, 0);
  return shown > 0 && shown === problem.errors.length ? null : problem;
}

const joined = {
  getValueProps: (value: string | null | undefined) => ({ value: value ? value.split(",") : [] }),
  normalize: (values: string[]) => values.join(","),
};

function FieldItem({ field, value }: { field: Field; value: string | null | undefined }) {
  const { t } = useTranslation("ui");
  const { kind = "text", maxLength, check } = field;
  const fen = kind === "amount" && value ? parseAmount(value) : null;
  const control =
    field.control ??
    (kind === "textarea" ? (
      <Input.TextArea autoFocus={field.autoFocus ?? false} autoSize={{ minRows: 2, maxRows: 8 }} {...(maxLength ? { maxLength, showCount: true } : {})} />
    ) : kind === "multiple" ? (
      <Select mode="multiple" allowClear showSearch={{ optionFilterProp: "label" }} placeholder={field.placeholder} options={[...(field.options ?? [])]} />
    ) : kind === "select" ? (
      <Select allowClear showSearch={{ optionFilterProp: "label" }} options={[...(field.options ?? [])]} />
    ) : (
      <Input autoFocus={field.autoFocus ?? false} inputMode={kind === "phone" ? "tel" : kind === "amount" || kind === "decimal" ? "decimal" : "text"} autoComplete="off" suffix={field.unit} {...(maxLength ? { maxLength } : {})} />
    ));
  return (
    <Form.Item
      name={field.name}
      label={field.label}
      extra={fen === null ? field.hint : t("form.amount", { yuan: yuan(fen) })}
      {...(kind === "multiple" ? joined : {})}
      rules={[
        ...(field.required ? [{ required: true, whitespace: true, message: t("form.required", { label: field.label }) }] : []),
        ...(check ? [{ validator: (_rule: unknown, given: string | null) => ((wrong) => (wrong ? Promise.reject(new Error(wrong)) : Promise.resolve()))(given?.trim() ? check(given) : null) }] : []),
      ]}
    >
      {control}
    </Form.Item>
  );
}

function DraftOffer({ draft, dirty, onTake }: { draft: ReturnType<typeof useDraft<Values>>; dirty: boolean; onTake: (body: Values) => void }) {
  const { t } = useTranslation("ui");
  const format = useFormat();
  const now = useNow(30_000);
  if (!draft.found || dirty) return null;
  const { body, savedAt } = draft.found;
  return (
    <Alert
      type="info"
      style={{ marginBottom: 12 }}
      title={t("form.draftFound", { time: format.relative(savedAt, now) })}
      action={
        <span className="lb-row">
          <Button size="small" onClick={() => (onTake(body), draft.dismiss())}>
            {t("form.draftTake")}
          </Button>
          <Button size="small" type="text" onClick={draft.discard}>
            {t("form.draftDrop")}
          </Button>
        </span>
      }
    />
  );
}
