"""Entry conditions of stages: each kind is a check on the facts of a case. Later areas add kinds; a kind that nobody knows is never met."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.money import wan
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Qualification
from loanbroker_api.pipeline import queries
from loanbroker_api.pipeline.models import Case, PipelineStage, Submission, SubmissionState


@dataclass(frozen=True)
class Facts:
    """What checks look at: the case with its sums, names of received documents, codes of known qualification fields, submissions."""

    case: Case
    documents: Collection[str]
    known: Collection[str]
    submissions: Sequence[Submission]

    def has(self, *states: SubmissionState) -> bool:
        return any(submission.state in states for submission in self.submissions)


@dataclass(frozen=True)
class Unmet:
    """A condition that is not met, in words that say what to do."""

    kind: str
    code: str
    message: str
    english: str
    field: str | None = None
    document: str | None = None


Entry = Mapping[str, Any]
Check = Callable[[Facts, Entry], Unmet | None]
ENTRY_KINDS: dict[str, Check] = {}


def entry_kind(name: str, check: Check) -> None:
    """Register a kind of entry condition. Raises ValueError when registered twice."""
    if name in ENTRY_KINDS:
        raise ValueError(f"entry kind {name} is registered twice")
    ENTRY_KINDS[name] = check


def unmet(stage: PipelineStage, facts: Facts) -> list[Unmet]:
    """The entry conditions of a stage that a case does not meet, in the stage's order."""
    checked = (ENTRY_KINDS.get(str(entry.get("kind")), _unknown)(facts, entry) for entry in stage.entry)
    return [missing for missing in checked if missing is not None]


async def load_facts(session: ReadSession, cases: Collection[Case]) -> dict[UUID, Facts]:
    """The facts of many cases, in three statements."""
    ids = [case.id for case in cases]
    documents: dict[UUID, set[str]] = {case_id: set() for case_id in ids}
    for document in await queries.documents_of(session, ids):
        documents[document.case_id].add(document.name)
    submissions: dict[UUID, list[Submission]] = {case_id: [] for case_id in ids}
    for submission in await queries.submissions_of(session, ids):
        submissions[submission.case_id].append(submission)
    asked = select(Qualification).where(Qualification.customer_id.in_({case.customer_id for case in cases}))
    known = {row.customer_id: _known(row) for row in await session.scalars(asked)}
    return {case.id: Facts(case, documents[case.id], known.get(case.customer_id, frozenset()), submissions[case.id]) for case in cases}


def _known(row: Qualification) -> frozenset[str]:
    return frozenset(code for code, field in FIELDS.items() if getattr(row, field.column) is not None)


def _unknown(_facts: Facts, entry: Entry) -> Unmet:
    return Unmet(str(entry.get("kind")), "pipeline.missing-unknown", "这个条件系统还不认识，找管理员修改流程", "An unknown condition")


def _field(facts: Facts, entry: Entry) -> Unmet | None:
    code = str(entry.get("field"))
    if code in facts.known:
        return None
    field = FIELDS.get(code)
    title, english = (field.title, field.english) if field else (code, code)
    return Unmet("field", "pipeline.missing-field", f"补充客户资质：{title}", f"Fill in {english}", field=code)


def _document(facts: Facts, entry: Entry) -> Unmet | None:
    name = str(entry.get("name"))
    if name in facts.documents:
        return None
    return Unmet("document", "pipeline.missing-document", f"收取资料：{name}", "A document is missing", document=name)


def _product(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.case.product_version_id is not None:
        return None
    return Unmet("product", "pipeline.missing-product", "选定产品", "Choose a product")


def _fee_agreed(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.case.fee_agreed_at is not None:
        return None
    return Unmet("fee_agreed", "pipeline.missing-fee", "约定服务费", "Agree the fee")


def _submission(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.has(SubmissionState.SUBMITTED, SubmissionState.SUPPLEMENT, SubmissionState.APPROVED):
        return None
    return Unmet("submission", "pipeline.missing-submission", "向至少一个资方进件", "Submit to a lender")


def _approved(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.has(SubmissionState.APPROVED):
        return None
    return Unmet("approved", "pipeline.missing-approved", "登记资方的批复", "Record an approval of a lender")


def _disbursed(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.case.disbursed_fen > 0:
        return None
    approved = facts.case.approved_fen
    more = f"（批复 {wan(approved)}）" if approved else ""
    return Unmet("disbursed", "pipeline.missing-disbursed", f"登记放款{more}", "Record a disbursement")


def _approval(_facts: Facts, entry: Entry) -> Unmet:
    name = str(entry.get("name"))
    return Unmet("approval", "pipeline.missing-approval", f"“{name}”还没有审批流程，这个阶段暂时进不了", "No approval flow exists yet")


entry_kind("field", _field)
entry_kind("document", _document)
entry_kind("product", _product)
entry_kind("fee_agreed", _fee_agreed)
entry_kind("submission", _submission)
entry_kind("approved", _approved)
entry_kind("disbursed", _disbursed)
entry_kind("approval", _approval)
