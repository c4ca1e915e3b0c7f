import { EditOutlined, MoreOutlined } from "@/ui/icons";
import { App, Button, Dropdown, Input, Modal, type MenuProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { Product, ProductVersion } from "@/api/types";
import { ActionButton, findAction } from "@/ui/ActionButton";
import { SchemaForm } from "@/ui/SchemaForm";
import { ApproveDialog } from "./ApproveDialog";
import { productStates, useSettled } from "./useProducts";

type Open = "approve" | "rename" | "reason" | null;

/** What may be done to the product and to the version that is shown. */
export function ProductActions({ product, version, unsaved, onDrafted }: { product: Product; version: ProductVersion; unsaved: boolean; onDrafted: (made: ProductVersion) => void }) {
  const { t } = useTranslation("products");
  const { message, modal } = App.useApp();
  const [, setQuery] = useSearchParams();
  const settled = useSettled();
  const [open, setOpen] = useState<Open>(null);
  const [busy, setBusy] = useState(false);
  const allowed = (action: string, of: Product | ProductVersion = product) => findAction(of.allowedActions, action)?.allowed === true;

  const run = async (act: () => Promise<unknown>, refused?: (problem: Problem) => boolean) => {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (!refused?.(error)) void message.error(error.message || t("detail.failed"));
    } finally {
      setBusy(false);
      await settled();
    }
  };
  const draft = () =>
    run(async () => {
      const made = await data(client.POST("/api/v1/products/{product_id}/versions", { params: { path: { product_id: product.id }, header: { "Idempotency-Key": newIdempotencyKey() } }, body: { fromVersionId: version.id } }));
      onDrafted(made);
    });
  const patch = (body: { state?: Product["state"]; enabledReason?: string }) =>
    data(client.PATCH("/api/v1/products/{product_id}", { params: { path: { product_id: product.id }, header: { ...ifMatch(product.version), "Idempotency-Key": newIdempotencyKey() } }, body }));
  const setState = (state: Product["state"]) =>
    run(
      () => patch({ state }),
      // A product that needs a reason to be switched on says so.
      ({ code }) => code === "products.bridge-reason-needed" && (setOpen("reason"), true),
    );
  const header = { ...ifMatch(version.version), "Idempotency-Key": newIdempotencyKey() };
  const path = { version_id: version.id };
  const leaveVersion = () =>
    setQuery(
      (before) => {
        before.delete("version");
        return before;
      },
      { replace: true },
    );
  const confirm = (key: string, act: () => Promise<unknown>) => () => modal.confirm({ title: t(`confirm.${key}`, { number: version.number }), content: t(`confirm.${key}Detail`), okText: t(`action.${key}`), okButtonProps: { danger: true }, onOk: () => run(act) });
  const removeDraft = async () => {
    await client.DELETE("/api/v1/product-versions/{version_id}", { params: { path, header } });
    leaveVersion();
  };
  const items: NonNullable<MenuProps["items"]> = [
    ...(allowed("edit") ? [{ key: "rename", label: t("action.rename"), onClick: () => setOpen("rename") }] : []),
    ...(allowed("activate") ? productStates.filter((state) => state !== product.state).map((state) => ({ key: state, label: t(`action.${state}`), onClick: () => void setState(state) })) : []),
    ...(allowed("withdraw", version) ? [{ key: "withdraw", danger: true, label: t("action.withdraw"), onClick: confirm("withdraw", () => data(client.POST("/api/v1/product-versions/{version_id}/withdraw", { params: { path, header } }))) }] : []),
    ...(allowed("delete", version) ? [{ key: "remove", danger: true, label: t("action.remove"), onClick: confirm("remove", removeDraft) }] : []),
  ];
  return (
    <>
      {version.state === "draft" ? (
        unsaved && allowed("approve", version) ? (
          <Button aria-disabled className="lb-refused" title={t("approve.saveFirst")}>
            {t("action.approve")}
            <span className="lb-sr">{t("approve.saveFirst")}</span>
          </Button>
        ) : (
          <ActionButton actions={version.allowedActions} action="approve" onClick={() => setOpen("approve")}>
            {t("action.approve")}
          </ActionButton>
        )
      ) : product.draft ? (
        <Button icon={<EditOutlined />} onClick={leaveVersion}>
          {t("action.toDraft")}
        </Button>
      ) : (
        <ActionButton actions={product.allowedActions} action="draft" icon={<EditOutlined />} loading={busy} onClick={() => void draft()}>
          {t("action.draft")}
        </ActionButton>
      )}
      {items.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items }} placement="bottomRight">
          <Button icon={<MoreOutlined />} aria-label={t("action.more")} loading={busy} />
        </Dropdown>
      )}
      {open === "approve" && <ApproveDialog version={version} onClose={() => setOpen(null)} />}
      <Modal open={open === "rename"} onCancel={() => setOpen(null)} footer={null} title={t("action.rename")} width={440} destroyOnHidden>
        <SchemaForm
          fields={[{ name: "name", label: t("form.name"), required: true, maxLength: 60 }]}
          initial={{ name: product.name }}
          submitLabel={t("form.save")}
          submit={({ name }, key) => data(client.PATCH("/api/v1/products/{product_id}", { params: { path: { product_id: product.id }, header: { ...ifMatch(product.version), "Idempotency-Key": key } }, body: { name: name?.trim() ?? "" } }))}
          onCancel={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            void settled();
          }}
        />
      </Modal>
      {open === "reason" && (
        <ReasonDialog
          onClose={() => setOpen(null)}
          onReason={(enabledReason) => {
            setOpen(null);
            void run(() => patch({ state: "active", enabledReason }));
          }}
        />
      )}
    </>
  );
}

function ReasonDialog({ onClose, onReason }: { onClose: () => void; onReason: (reason: string) => void }) {
  const { t } = useTranslation("products");
  const [reason, setReason] = useState("");
  return (
    <Modal open onCancel={onClose} title={t("reason.title")} okText={t("action.active")} okButtonProps={{ disabled: reason.trim() === "" }} onOk={() => onReason(reason.trim())} width={440}>
      <p className="lb-muted">{t("reason.detail")}</p>
      <Input.TextArea autoFocus aria-label={t("reason.label")} value={reason} maxLength={200} showCount autoSize={{ minRows: 2 }} onChange={(event) => setReason(event.target.value)} />
    </Modal>
  );
}
