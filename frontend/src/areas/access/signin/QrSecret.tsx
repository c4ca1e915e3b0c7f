import { useState } from "react";
import { useTranslation } from "react-i18next";

/** The authenticator's secret as picture, as a link for this phone, and as text to type. */
export function QrSecret({ secret, uri, qrSvg }: { secret: string; uri: string; qrSvg: string }) {
  const { t } = useTranslation("signin");
  const [copied, setCopied] = useState(false);
  // Drawn for use within a page; as a picture of its own it needs its namespace.
  const picture = qrSvg.includes("xmlns=") ? qrSvg : qrSvg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <div className="lb-qr">
      <img src={`data:image/svg+xml,${encodeURIComponent(picture)}`} alt={t("enrol.qr")} width={168} height={168} />
      <div className="lb-stack lb-stack-tight">
        <span className="lb-meta lb-muted">{t("enrol.byHand")}</span>
        <span className="lb-mono">{secret.replace(/(.{4})(?=.)/g, "$1 ")}</span>
        <span className="lb-signin-links">
          <button type="button" className="lb-plain lb-link" onClick={() => void copy()}>
            {t(copied ? "common:copied" : "common:copy")}
          </button>
          <a href={uri}>{t("enrol.openHere")}</a>
        </span>
      </div>
    </div>
  );
}
