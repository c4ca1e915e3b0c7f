import { useTranslation } from "react-i18next";
import { usePreference } from "@/ui/preferences";
import { ViewTabs, type View } from "@/ui/ViewTabs";
import { filterKeys, useTotal, views } from "./useCustomers";
import type { ListState } from "./useListState";

interface OwnView {
  key: string;
  name: string;
  base: string;
  filters: Record<string, string | undefined>;
}

/** System views with their counts, then one's own, kept on the server. */
export function CustomerViews({ list }: { list: ListState }) {
  const { t } = useTranslation("customers");
  const [own, setOwn] = usePreference<OwnView[]>("views.customers", []);
  const counts = {
    mine: useTotal("mine", {}).data,
    new: useTotal("new", {}).data,
    due: useTotal("due", {}).data,
    late: useTotal("late", {}).data,
  };
  const same = (view: OwnView) => view.base === list.view && filterKeys.every((key) => (view.filters[key] ?? "") === (list.filters[key] ?? ""));
  const current = own.find(same);
  const filtered = filterKeys.some((key) => list.filters[key]);
  const shown: View[] = [
    ...views.map((key) => ({ key, label: t(`view.${key}`), total: key in counts ? counts[key as keyof typeof counts] : undefined })),
    ...own.map((view) => ({ key: view.key, label: view.name, own: true })),
  ];
  return (
    <ViewTabs
      views={shown}
      value={current?.key ?? list.view}
      changed={filtered && !current}
      onChange={(key) => {
        const chosen = own.find((view) => view.key === key);
        if (chosen) list.setView(chosen.base, chosen.filters);
        else list.setView(key);
      }}
      onSave={(name) => setOwn([...own, { key: crypto.randomUUID(), name, base: list.view, filters: { ...list.filters } }])}
      onRemove={(key) => {
        setOwn(own.filter((view) => view.key !== key));
        list.reset();
      }}
    />
  );
}
