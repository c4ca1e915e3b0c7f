import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useEmployees } from "@/areas/customers/useCustomers";
import { productKinds, useLenderOptions } from "@/areas/products/useProducts";
import type { FilterField } from "@/ui/FilterBar";
import { useCan } from "@/ui/me";
import { usePipelines } from "./useCases";

/** The pill filters of board and list, without those that leave nothing to choose. */
export function useCaseFields(keys: readonly string[]): FilterField[] {
  const { t } = useTranslation(["pipeline", "products"]);
  const can = useCan();
  const pipelines = usePipelines().data;
  const lenders = useLenderOptions(can("products.view")).data;
  const employees = useEmployees(can("access.employees.view")).data;
  return useMemo(() => {
    const several = (pipelines?.length ?? 0) > 1;
    const all: FilterField[] = [
      { key: "pipelineId", label: t("filter.pipeline"), options: (pipelines ?? []).map(({ id, name }) => ({ value: id, label: name })) },
      {
        key: "stageId",
        label: t("column.stage"),
        options: (pipelines ?? []).flatMap((pipeline) => pipeline.stages.map(({ id, name }) => ({ value: id, label: several ? t("filter.stageOf", { stage: name, pipeline: pipeline.name }) : name }))),
      },
      { key: "productKind", label: t("form.productKind"), options: productKinds.map((kind) => ({ value: kind, label: t(`products:kind.${kind}`) })) },
      { key: "lenderId", label: t("filter.lender"), options: (lenders?.items ?? []).map(({ id, name }) => ({ value: id, label: name })) },
      { key: "ownerId", label: t("column.owner"), options: (employees?.items ?? []).map(({ id, displayName }) => ({ value: id, label: displayName })) },
    ];
    return all.filter(({ key, options }) => keys.includes(key) && (options?.length ?? 0) > 1);
  }, [t, keys, pipelines, lenders, employees]);
}
