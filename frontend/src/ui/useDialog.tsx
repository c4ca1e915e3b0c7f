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

/** `kept`: a click beside it does not close it, since what it shows is shown once. */
export type Show = (title: string, content: (close: () => void) => ReactNode, kept?: boolean) => void;

/** One dialog for all forms of a page: one form is open at a time. */
export function useDialog(): { show: Show; dialog: ReactNode } {
  const [shown, setShown] = useState<{ title: string; content: (close: () => void) => ReactNode; kept: boolean } | null>(null);
  const close = () => setShown(null);
  const { body, onOpen } = useFirstField();
  const dialog = (
    <Modal open={shown !== null} title={shown?.title} footer={null} width={480} destroyOnHidden mask={{ closable: !shown?.kept }} onCancel={close} afterOpenChange={onOpen}>
      <div ref={body}>{shown?.content(close)}</div>
    </Modal>
  );
  return { show: (title, content, kept = false) => setShown({ title, content, kept }), dialog };
}
