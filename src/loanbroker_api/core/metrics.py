"""Prometheus figures of the process, served at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("loanbroker_http_requests_total", "Requests by route and status", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("loanbroker_http_request_seconds", "Time to answer", ["method", "route"])
WEBHOOK_LEADS = Counter("loanbroker_webhook_leads_total", "Leads by outcome at the door", ["outcome"])
WEBHOOK_BATCH = Histogram("loanbroker_webhook_batch_rows", "Rows of a group commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500))
WEBHOOK_QUEUE = Gauge("loanbroker_webhook_queue", "Leads that wait for the group commit")
INBOX_PROCESSED = Counter("loanbroker_inbox_processed_total", "Inbox rows by result", ["result"])
OUTBOX_DELIVERED = Counter("loanbroker_outbox_delivered_total", "Events delivered", ["consumer"])
OUTBOX_FAILED = Counter("loanbroker_outbox_failed_total", "Deliveries that failed and will be tried again", ["consumer"])
AUDIT_SEALED = Counter("loanbroker_audit_sealed_total", "Audit entries sealed")
AUDIT_OLDEST = Gauge("loanbroker_audit_oldest_unsealed_seconds", "Age of the oldest unsealed audit entry; over 10 is an alarm")
PUSH_STREAMS = Gauge("loanbroker_push_streams", "Open push streams", ["kind"])
ROLLUP_FAULTS = Gauge(
    "loanbroker_rollup_faults", "Differences between roll-ups and facts at the last nightly check; over 0 is an alarm", ["company"]
)
WECHAT_CALLS = Counter(
    "loanbroker_wechat_calls_total",
    "Calls to WeChat by outcome; `misconfigured` is an alarm: appid or secret is wrong",
    ["call", "outcome"],
)
