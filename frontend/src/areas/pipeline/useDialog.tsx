import { Modal } from "antd";
import { useState, type ReactNode } from "react";

export type Show = (title: string, content: (close: () => void) => ReactNode) => void;

/** One dialog for all forms of a page: one form is open at a time. */
export function useDialog(): { show: Show; dialog: ReactNode } {
  const [shown, setShown] = useState<{ title: string; content: (close: () => void) => ReactNode } | null>(null);
  const close = () => setShown(null);
  const dialog = (
    <Modal open={shown !== null} title={shown?.title} footer={null} width={480} destroyOnHidden onCancel={close}>
      {shown?.content(close)}
    </Modal>
  );
  return { show: (title, content) => setShown({ title, content }), dialog };
}
