"""SQL of the facts: one row for each thing that happened to a customer on the way to money, as the roll-ups count it.

Written once, for some customers (`:customers`): keeping, rebuilding and verifying all read facts through it. Every dimension comes from
the facts' own rows, so that reading them later gives the same: owner and team as written at the fact, the kind of the product that was
submitted, channel and city of the customer (an edit of the city restates the customer's history and is announced as an event).
"""

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from loanbroker_api.analytics.models import Step
from loanbroker_api.customers.models import CONNECTED, Outcome, Stage

ZONE = "Asia/Shanghai"
COLUMNS = "customer_id, step, fact_id, at, source_id, employee_id, team_id, kind, city, amount_fen, moves, back, stands"


def sql(statement: str) -> TextClause:
    """A statement about `:tenant` and, where it says so, `:customers`."""
    found = text(statement)
    if ":customers" in statement:
        found = found.bindparams(bindparam("customers", type_=ARRAY(Uuid())))
    return found.bindparams(bindparam("tenant", type_=Uuid()))


def _step_of(kind: str) -> str:
    """The step that a stage's kind stands for, 0 before a visit and for a lost case."""
    return (
        f"CASE WHEN {kind} >= {Stage.LOST.value} THEN 0 WHEN {kind} >= {Stage.SUBMISSION.value} THEN {Step.SUBMITTED.value}"
        f" WHEN {kind} >= {Stage.CONTRACT.value} THEN {Step.SIGNED.value} WHEN {kind} >= {Stage.VISIT.value} THEN {Step.VISIT.value} ELSE 0 END"
    )


def _within(recorded: str, day: str) -> str:
    """The time of a fact that names only its day: when it was recorded, held within that day."""
    return (
        f"greatest(least({recorded}, ({day} + 1)::timestamp AT TIME ZONE '{ZONE}' - interval '1 microsecond'),"
        f" {day}::timestamp AT TIME ZONE '{ZONE}')"
    )


def day_of(at: str) -> str:
    """The business day of a moment."""
    return f"({at} AT TIME ZONE '{ZONE}')::date"


_CONNECTED = ", ".join(str(outcome.value) for outcome in CONNECTED)
_MOVED = f"e.from_kind IS NULL OR ({_step_of('e.from_kind')}) <> ({_step_of('e.to_kind')})"

# A common table expression `fact (COLUMNS)`; `mine` are the customers, `cases` theirs.
FACTS = f"""
mine AS MATERIALIZED (
    SELECT id, created_at, source_id, city FROM customer WHERE tenant_id = :tenant AND id = ANY(:customers)
), cases AS MATERIALIZED (
    SELECT id, customer_id FROM loan_case WHERE tenant_id = :tenant AND customer_id = ANY(:customers)
), happened (customer_id, step, fact_id, at, employee_id, team_id, kind, amount_fen, moves, back, stands) AS (
    SELECT m.id, {Step.LEAD.value}::smallint, m.id, m.created_at, o.owner_id, o.team_id, NULL::text, 0::bigint, 1::smallint, 0::smallint, true
    FROM mine m LEFT JOIN LATERAL (
        SELECT owner_id, team_id FROM ownership_event WHERE tenant_id = :tenant AND customer_id = m.id ORDER BY owner_id IS NULL, at, id LIMIT 1
    ) o ON true
    UNION ALL
    SELECT customer_id, CASE WHEN outcome IN ({_CONNECTED}) THEN {Step.CONTACTED.value} ELSE {Step.VALID.value} END,
           id, at, employee_id, team_id, NULL, 0, 1, 0, true
    FROM follow_up WHERE tenant_id = :tenant AND customer_id = ANY(:customers) AND outcome <> {Outcome.INVALID_NUMBER.value}
    UNION ALL
    SELECT s.customer_id, {Step.VISIT.value}, s.id, s.at, f.employee_id, f.team_id, NULL, 0, 1, 0, true
    FROM state_change s JOIN LATERAL (
        SELECT employee_id, team_id FROM follow_up
        WHERE tenant_id = :tenant AND customer_id = s.customer_id AND at = s.at ORDER BY id LIMIT 1
    ) f ON true
    WHERE s.tenant_id = :tenant AND s.customer_id = ANY(:customers) AND s.what = 'stage' AND s.now = {Stage.VISIT.value}
    UNION ALL
    SELECT c.customer_id, {_step_of("e.to_kind")}, e.id, e.at, e.owner_id, e.team_id, e.product_kind, e.amount_fen,
           CASE WHEN {_MOVED} THEN 1 ELSE 0 END, CASE WHEN e.back AND ({_MOVED}) THEN 1 ELSE 0 END, true
    FROM cases c JOIN stage_event e ON e.tenant_id = :tenant AND e.case_id = c.id
    WHERE e.to_kind >= {Stage.VISIT.value} AND e.to_kind < {Stage.LOST.value}
    UNION ALL
    SELECT c.customer_id, {Step.APPROVED.value}, s.id, s.decided_at, s.owner_id, s.team_id, p.kind, coalesce(s.approved_fen, 0), 1, 0, true
    FROM cases c JOIN submission s ON s.tenant_id = :tenant AND s.case_id = c.id
    JOIN product p ON p.tenant_id = :tenant AND p.id = s.product_id
    WHERE s.state = 'approved' AND s.decided_at IS NOT NULL
    UNION ALL
    SELECT c.customer_id, {Step.DISBURSED.value}, d.id, {_within("d.created_at", "d.paid_on")}, d.owner_id, d.team_id, p.kind, d.amount_fen, 1, 0, true
    FROM cases c JOIN disbursement d ON d.tenant_id = :tenant AND d.case_id = c.id
    JOIN submission s ON s.tenant_id = :tenant AND s.id = d.submission_id
    JOIN product p ON p.tenant_id = :tenant AND p.id = s.product_id
    WHERE d.voided_at IS NULL
    UNION ALL
    SELECT c.customer_id, {Step.RECEIVED.value}, r.id, {_within("r.recorded_at", "r.received_on")}, r.owner_id, r.team_id, lent.kind, r.amount_fen,
           CASE WHEN r.reverses_id IS NULL THEN 1 ELSE 0 END, CASE WHEN r.reverses_id IS NULL THEN 0 ELSE 1 END,
           r.reverses_id IS NULL AND NOT EXISTS (SELECT FROM receipt v WHERE v.tenant_id = :tenant AND v.reverses_id = r.id)
    FROM cases c JOIN receipt r ON r.tenant_id = :tenant AND r.case_id = c.id
    LEFT JOIN LATERAL (
        SELECT p.kind FROM disbursement d JOIN submission s ON s.tenant_id = :tenant AND s.id = d.submission_id
        JOIN product p ON p.tenant_id = :tenant AND p.id = s.product_id
        WHERE d.tenant_id = :tenant AND d.case_id = c.id ORDER BY d.id LIMIT 1
    ) lent ON true
), fact AS (
    SELECT h.customer_id, h.step::smallint AS step, h.fact_id, h.at, m.source_id, h.employee_id, h.team_id, h.kind, m.city,
           h.amount_fen, h.moves::smallint AS moves, h.back::smallint AS back, h.stands
    FROM happened h JOIN mine m ON m.id = h.customer_id
)
"""
