import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { useActiveKeys } from "../keys";

const printed = (key: string) => key.replace("ctrl+", "Ctrl ").replace("shift+", "Shift ").replace("alt+", "Alt ").replace("Arrow", "");

/** The `?` sheet: the keys of this page, then those of everywhere. */
export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("shell");
  const scopes = useActiveKeys();
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("keys.title")} width={720}>
      <div className="lb-keysheet">
        {scopes.map((scope) => (
          <section key={scope.name}>
            <h3>{scope.name}</h3>
            <dl>
              {Object.entries(scope.bindings)
                .filter(([, binding]) => binding.label)
                .map(([key, binding]) => [
                  <dt key={key}>
                    <kbd>{printed(key)}</kbd>
                  </dt>,
                  <dd key={`${key}:label`}>{binding.label}</dd>,
                ])}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
