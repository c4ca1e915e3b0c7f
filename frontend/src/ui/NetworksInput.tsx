import { CloseOutlined } from "@/ui/icons";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { isNetwork } from "./networks";
import { Tone } from "./Tone";

interface NetworksInputProps {
  id?: string;
  label?: string;
  value?: readonly string[];
  onChange?: (networks: string[]) => void;
  /** What an empty list means. */
  placeholder?: string;
  /** What the server says is wrong, by place in the list. */
  errors?: Readonly<Record<number, string>>;
}

/** Networks as tags: typed, or pasted with commas, blanks or lines between; one that is none turns red and says so. */
export function NetworksInput({ id, label, value = [], onChange, placeholder, errors = {} }: NetworksInputProps) {
  const { t } = useTranslation("ui");
  const wrong = value.filter((network) => !isNetwork(network));
  const messages = [...(wrong.length > 0 ? [t("networks.wrong", { networks: wrong.join(t("filter.comma")) })] : []), ...Object.entries(errors).flatMap(([at, message]) => (wrong.includes(value[Number(at)] ?? "") ? [] : [message]))];
  return (
    <div className="lb-stack lb-stack-tight">
      <Select
        mode="tags"
        open={false}
        suffixIcon={null}
        style={{ width: "100%" }}
        {...(id ? { id } : {})}
        {...(label ? { "aria-label": label } : {})}
        {...(messages.length > 0 ? { status: "error" as const } : {})}
        placeholder={placeholder ?? t("networks.placeholder")}
        tokenSeparators={[",", "，", "、", ";", "；", " ", "\n", "\t"]}
        value={[...value]}
        onChange={(networks: string[]) => onChange?.([...new Set(networks.map((network) => network.trim()).filter(Boolean))])}
        tagRender={({ value: network, onClose }) => (
          <span className="lb-row" style={{ gap: 0, marginInlineEnd: 4 }}>
            <Tone tone={isNetwork(String(network)) && errors[value.indexOf(String(network))] === undefined ? "slate" : "red"}>
              <span className="lb-mono">{network}</span>
              <button type="button" className="lb-plain lb-tag-close" aria-label={t("networks.remove", { network })} onMouseDown={(event) => event.preventDefault()} onClick={onClose}>
                <CloseOutlined />
              </button>
            </Tone>
          </span>
        )}
      />
      {messages.map((message) => (
        <span key={message} className="lb-danger lb-meta" role="alert">
          {message}
        </span>
      ))}
    </div>
  );
}
