import { CheckOutlined, CopyOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import "./state.css";

/** A value (address, code, request id; never personal data) with a copy button. */
export function CopyField({ value, label, quiet = false }: { value: string; label?: string; quiet?: boolean }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <span className="lb-copy">
      <span className={quiet ? "lb-meta lb-muted" : "lb-copy-value lb-mono"}>{label ?? value}</span>
      <Button size={quiet ? "small" : "medium"} type={quiet ? "text" : "default"} icon={copied ? <CheckOutlined /> : <CopyOutlined />} aria-label={t("common:copy")} onClick={() => void copy()}>
        {quiet ? null : t(copied ? "common:copied" : "common:copy")}
      </Button>
    </span>
  );
}
