"""SQL of reaching: from the ledger of facts to each customer's first arrival in each step, and from both to the roll-ups."""

from loanbroker_api.analytics.models import Dimension, Step
from loanbroker_api.analytics.rollups.facts import day_of

COLUMNS = "customer_id, step, at, cohort_day, source_id, employee_id, team_id, kind, city, amount_fen, seconds"
LONGEST_LAG = 91
NIL = "00000000-0000-0000-0000-000000000000"
_DIMENSIONS = "source_id, employee_id, team_id, kind, city"

# A common table expression `arrival (COLUMNS)` of `:customers`. A step is reached by the earliest standing fact of it or of a later one
# (the earlier step first where two are of one moment), but never before the customer was there.
REACH = f"""
lead AS (
    SELECT customer_id, at, {_DIMENSIONS} FROM funnel_fact
    WHERE tenant_id = :tenant AND customer_id = ANY(:customers) AND step = {Step.LEAD.value}
), firsts AS MATERIALIZED (
    SELECT DISTINCT ON (customer_id, step) customer_id, step, fact_id, at, {_DIMENSIONS}, amount_fen FROM funnel_fact
    WHERE tenant_id = :tenant AND customer_id = ANY(:customers) AND step > {Step.LEAD.value} AND stands
    ORDER BY customer_id, step, at, fact_id
), money AS (
    SELECT customer_id, step, sum(amount_fen)::bigint AS amount_fen FROM funnel_fact
    WHERE tenant_id = :tenant AND customer_id = ANY(:customers) AND step >= {Step.APPROVED.value} GROUP BY customer_id, step
), first_of AS (
    SELECT DISTINCT ON (f.customer_id, n.step) f.customer_id, n.step::smallint AS step, f.at, f.source_id, f.employee_id, f.team_id,
           f.kind, f.city, f.amount_fen
    FROM firsts f JOIN generate_series({Step.VALID.value}, {Step.RECEIVED.value}) AS n (step) ON n.step <= f.step
    ORDER BY f.customer_id, n.step, f.at, f.step, f.fact_id
), reached AS (
    SELECT customer_id, {Step.LEAD.value}::smallint AS step, at, at AS came_at, {_DIMENSIONS}, 0::bigint AS amount_fen FROM lead
    UNION ALL
    SELECT f.customer_id, f.step, greatest(f.at, l.at), l.at, f.source_id, f.employee_id, f.team_id, f.kind, f.city,
           CASE WHEN f.step >= {Step.APPROVED.value} THEN coalesce(m.amount_fen, 0) WHEN f.step >= {Step.VISIT.value} THEN f.amount_fen ELSE 0 END
    FROM first_of f JOIN lead l ON l.customer_id = f.customer_id
    LEFT JOIN money m ON m.customer_id = f.customer_id AND m.step = f.step
), arrival AS (
    SELECT customer_id, step, at, {day_of("came_at")} AS cohort_day, {_DIMENSIONS}, amount_fen,
           floor(extract(epoch FROM at - lag(at) OVER (PARTITION BY customer_id ORDER BY step)))::bigint AS seconds
    FROM reached
)
"""

# The keys under which a row of facts or arrivals is counted.
KEYS = f"""
CROSS JOIN LATERAL (VALUES
    ('{Dimension.CHANNEL.value}', coalesce(x.source_id::text, ''), '{NIL}'::uuid),
    ('{Dimension.EMPLOYEE.value}', coalesce(x.employee_id::text, ''), coalesce(x.team_id, '{NIL}'::uuid)),
    ('{Dimension.KIND.value}', coalesce(x.kind, ''), '{NIL}'::uuid),
    ('{Dimension.CITY.value}', coalesce(x.city::text, ''), '{NIL}'::uuid)
) AS k (dimension, key, team)
"""
# Money of the day's facts counts from APPROVED on; before that it is the arriving customers' (the same fen are not counted twice).
FACT_MONEY = f"CASE WHEN x.step >= {Step.APPROVED.value} THEN x.amount_fen ELSE 0 END"
ARRIVAL_MONEY = f"CASE WHEN x.step < {Step.APPROVED.value} THEN x.amount_fen ELSE 0 END"
LAG = f"least({day_of('x.at')} - x.cohort_day, {LONGEST_LAG})::smallint"
