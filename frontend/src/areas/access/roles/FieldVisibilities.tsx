import { Radio } from "antd";
import { useTranslation } from "react-i18next";
import type { PermissionCatalogue } from "@/api/types";
import { Section } from "@/ui/Page";
import { Tone } from "@/ui/Tone";
import { visibilities, type Limits, type RoleErrors, type Visibility } from "./roleDraft";

interface FieldVisibilitiesProps {
  fields: PermissionCatalogue["fields"];
  shown: Readonly<Record<string, Visibility>>;
  limits: Limits;
  errors: RoleErrors["fields"];
  disabled: boolean;
  onChange: (field: string, visibility: Visibility) => void;
}
const gradeTones = { sensitive: "red", personal: "amber", content: "slate" } as const;

/** How much of each graded field the role shows. */
export function FieldVisibilities({ fields, shown, limits, errors, disabled, onChange }: FieldVisibilitiesProps) {
  const { t } = useTranslation("roles");
  return (
    <Section title={t("fields.title")}>
      <p className="lb-muted">{t("fields.detail")}</p>
      <ul className="lb-role-fields">
        {fields.map(({ field, title, grade }) => {
          const wrong = errors[field] ?? [];
          const beyond = visibilities.some((value) => !limits.mayShow(field, value));
          return (
            <li key={field} data-wrong={wrong.length > 0}>
              <div className="lb-row lb-row-wrap lb-between">
                <span className="lb-row">
                  <span id={`field-${field}`}>{title}</span>
                  <Tone tone={gradeTones[grade]}>{t(`grade.${grade}`)}</Tone>
                </span>
                <Radio.Group
                  optionType="button"
                  size="small"
                  aria-labelledby={`field-${field}`}
                  value={shown[field]}
                  disabled={disabled}
                  onChange={(event) => onChange(field, event.target.value as Visibility)}
                  options={visibilities.map((value) => ({ value, label: t(`visibility.${value}`), disabled: disabled || !limits.mayShow(field, value), title: limits.mayShow(field, value) ? "" : t("page.beyondField") }))}
                />
              </div>
              {wrong.map((error) => (
                <span key={error} className="lb-danger lb-meta lb-role-error" role="alert">
                  {error}
                </span>
              ))}
              {beyond && wrong.length === 0 && !disabled && <span className="lb-faint lb-meta lb-role-error">{t("page.beyondField")}</span>}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
