import { Modal } from "antd";
import { useRef, useState, type ReactNode } from "react";

/** Puts the focus into the first field once a dialog stands, so that Ctrl+Enter and typing go to its form. */
export function useFirstField() {
  const body = useRef<HTMLDivElement>(null);
  const onOpen = (open: boolean) => {
    if (open && !body.current?.contains(document.activeElement)) body.current?.querySelector<HTMLElement>("input, textarea")?.focus();
  };
  return { body, onOpen };
}

export type Show = (title: string, content: (close: () => void) => ReactNode) => void;

/** One dialog for all forms of a page: one form is open at a time. */
export function useDialog(): { show: Show; dialog: ReactNode } {
  const [shown, setShown] = useState<{ title: string; content: (close: () => void) => ReactNode } | null>(null);
  const close = () => setShown(null);
  const { body, onOpen } = useFirstField();
  const dialog = (
    <Modal open={shown !== null} title={shown?.title} footer={null} width={480} destroyOnHidden onCancel={close} afterOpenChange={onOpen}>
      <div ref={body}>{shown?.content(close)}</div>
    </Modal>
  );
  return { show: (title, content) => setShown({ title, content }), dialog };
}
