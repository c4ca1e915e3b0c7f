import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { OrgUnit } from "@/api/types";
import { SchemaForm } from "@/ui/SchemaForm";
import { UnitSelect } from "./UnitSelect";
import { flatUnits, unitTree, useUnitsChanged } from "./useOrg";

const NAME = 60;

export function NewUnit({ parent, onDone }: { parent: OrgUnit; onDone: (made: OrgUnit) => void }) {
  const { t } = useTranslation("org");
  const changed = useUnitsChanged();
  return (
    <SchemaForm
      fields={[
        { name: "name", label: t("unit.name"), required: true, maxLength: NAME, autoFocus: true },
        { name: "kind", label: t("unit.kind"), kind: "select", required: true, hint: t("unit.kindHint"), options: (["department", "team"] as const).map((value) => ({ value, label: t(`unit.kinds.${value}`) })) },
      ]}
      initial={{ kind: parent.kind === "company" ? "department" : "team" }}
      submitLabel={t("unit.create")}
      submit={async ({ name, kind }, key) => {
        const made = await data(client.POST("/api/v1/org-units", { params: { header: { "Idempotency-Key": key } }, body: { name: name ?? "", kind: kind === "department" ? "department" : "team", parentId: parent.id } }));
        await changed();
        return made;
      }}
      onDone={onDone}
    />
  );
}

interface UnitFormProps {
  unit: OrgUnit;
  onDone: () => void;
}
const one = (unit: OrgUnit, key: string) => ({ path: { unit_id: unit.id }, header: { ...ifMatch(unit.version), "Idempotency-Key": key } });

export function RenameUnit({ unit, onDone }: UnitFormProps) {
  const { t } = useTranslation("org");
  const changed = useUnitsChanged();
  return (
    <SchemaForm
      fields={[{ name: "name", label: t("unit.name"), required: true, maxLength: NAME, autoFocus: true }]}
      initial={{ name: unit.name }}
      submitLabel={t("page.save")}
      submit={async ({ name }, key) => {
        await data(client.PATCH("/api/v1/org-units/{unit_id}", { params: one(unit, key), body: { name: name ?? "" } }));
        await changed();
      }}
      onDone={onDone}
    />
  );
}

export function MoveUnit({ unit, units, onDone }: UnitFormProps & { units: readonly OrgUnit[] }) {
  const { t } = useTranslation("org");
  const changed = useUnitsChanged();
  const mine = flatUnits(unitTree(units)).find((node) => node.unit.id === unit.id);
  return (
    <SchemaForm
      fields={[{ name: "parentId", label: t("unit.parent"), required: true, hint: t("unit.moveHint"), control: <UnitSelect units={units} except={new Set(mine ? flatUnits([mine]).map((node) => node.unit.id) : [])} /> }]}
      initial={{ parentId: unit.parentId }}
      submitLabel={t("unit.moveTo")}
      submit={async ({ parentId }, key) => {
        await data(client.PATCH("/api/v1/org-units/{unit_id}", { params: one(unit, key), body: { parentId: parentId ?? "" } }));
        await changed();
      }}
      onDone={onDone}
    />
  );
}

/** Only an empty unit can go; what still is in it, the server tells. */
export function RemoveUnit({ unit, onDone }: UnitFormProps) {
  const { t } = useTranslation("org");
  const changed = useUnitsChanged();
  return (
    <SchemaForm
      danger
      fields={[]}
      note={<p style={{ marginBottom: 12 }}>{t("unit.removeDetail")}</p>}
      submitLabel={t("unit.removeNamed", { name: unit.name })}
      submit={async (_values, key) => {
        await client.DELETE("/api/v1/org-units/{unit_id}", { params: one(unit, key) });
        await changed();
      }}
      onDone={onDone}
    />
  );
}
