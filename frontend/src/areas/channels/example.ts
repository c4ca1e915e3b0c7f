/** A generic lead as the webhook takes it (conventions.md); `wantedAmount` is yuan, a number or text. */
const lead = {
  leadId: "20261124-0001",
  name: "张三",
  phone: "13800138000",
  city: "成都",
  wantedAmount: "20万",
  product: "房产抵押贷",
  campaign: "抵押三月",
  submittedAt: "2026-11-24T06:05:12Z",
};
export const exampleBody = JSON.stringify(lead, null, 2);

/** A signed delivery (Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, key = base64 after `whsec_`). */
export const curlExample = (url: string): string => `SECRET='whsec_…'
BODY='${JSON.stringify(lead)}'
ID="msg_$(date +%s%N)"; TS=$(date +%s)
KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | xxd -p -c 256)
SIG=$(printf %s "$ID.$TS.$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY -binary | base64)
curl -X POST '${url}' -H 'Content-Type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $TS" -H "webhook-signature: v1,$SIG" \\
  --data-binary "$BODY"`;
