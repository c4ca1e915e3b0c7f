import { App, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { SchemaForm, type Field } from "@/ui/SchemaForm";
import { MyFactors } from "./MyFactors";

/** How I prove that it is me: password, second factors, recovery codes. */
export function MySecurity() {
  return (
    <div className="lb-stack lb-mine-wide">
      <MyFactors />
      <ChangePassword />
    </div>
  );
}

function ChangePassword() {
  const { t } = useTranslation("me");
  const { message } = App.useApp();
  const [round, setRound] = useState(0);
  const fields: Field[] = [
    { name: "current", label: t("password.current"), required: true, control: <Input.Password autoComplete="current-password" /> },
    { name: "next", label: t("password.next"), required: true, hint: t("password.rules"), control: <Input.Password autoComplete="new-password" /> },
  ];
  return (
    <section className="lb-stack lb-stack-tight lb-mine-form" aria-labelledby="my-password">
      <h2 id="my-password">{t("password.title")}</h2>
      <SchemaForm
        key={round}
        fields={fields}
        submitLabel={t("password.submit")}
        submit={({ current, next }) => client.PUT("/api/v1/me/password", { body: { current: current ?? "", next: next ?? "" } })}
        onDone={() => {
          void message.success(t("password.done"));
          setRound(round + 1);
        }}
      />
    </section>
  );
}
