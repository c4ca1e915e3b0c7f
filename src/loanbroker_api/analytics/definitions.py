"""What each figure counts: data with stable ids, shown beside the figure."""

from dataclasses import dataclass

from loanbroker_api.analytics.models import Step
from loanbroker_api.analytics.schemas import UnitCode

STEP_TITLES = {
    Step.LEAD: "线索",
    Step.VALID: "有效",
    Step.CONTACTED: "接通",
    Step.VISIT: "到访",
    Step.SIGNED: "签约",
    Step.SUBMITTED: "进件",
    Step.APPROVED: "批复",
    Step.DISBURSED: "放款",
    Step.RECEIVED: "回款",
}


@dataclass(frozen=True)
class Definition:
    id: str
    title: str
    text: str
    unit: UnitCode = "count"


_MONOTONE = "到达后面的步骤视为到达前面的；每位客户每一步只算第一次，退回和再次进入不重复算。"
_ALL = (
    Definition("funnel.cohort", "按到达批次", "这段时间新建的客户，截至现在各有多少到达了每一步。" + _MONOTONE),
    Definition("funnel.event", "按发生时间", "这段时间第一次到达每一步的客户数，不论线索何时来。" + _MONOTONE + "每步的转化率是同期两步之比，可能超过 100%。"),
    Definition("funnel.step.lead", "线索", "新建的客户，按创建时间；算在第一位归属人名下。"),
    Definition("funnel.step.valid", "有效", "第一次结果不是“空号”的跟进；算在跟进人名下。"),
    Definition("funnel.step.contacted", "接通", "第一次接通（有意向、再联系、拒绝）的跟进；算在跟进人名下。"),
    Definition("funnel.step.visit", "到访", "业务单第一次进入到访或之后的阶段，或跟进时改为到访。金额是当时的业务单金额。"),
    Definition("funnel.step.signed", "签约", "业务单第一次进入签约或之后的阶段；算在业务单当时的归属人名下。金额是当时的业务单金额。"),
    Definition("funnel.step.submitted", "进件", "业务单第一次进入进件或之后的阶段。金额是当时的业务单金额。"),
    Definition("funnel.step.approved", "批复", "第一次获得资方批复。金额是批复额合计。"),
    Definition("funnel.step.disbursed", "放款", "第一笔放款，按放款日；作废的不算。金额是放款额合计。"),
    Definition("funnel.step.received", "回款", "第一笔回款，按到账日；已冲销的不算到达。金额是回款减冲销，冲销计入冲销当日。"),
    Definition("funnel.lost", "流失原因", "业务单进入“流失”阶段时记录的原因，每次一条；按到达批次时只看这批客户的。"),
    Definition("funnel.time", "步骤间隔", "同一位客户从前一步到这一步的时间；跳过的步骤为 0。", "seconds"),
    Definition("overview.leads", "新线索", "期内新建的客户。"),
    Definition("overview.first_contact", "首次有效跟进用时", "期内第一次有效跟进的客户，从创建到该次跟进用时的中位数。", "seconds"),
    Definition("overview.contacted", "接通客户", "期内第一次接通的客户。"),
    Definition("overview.visits", "到访客户", "期内第一次到访的客户。"),
    Definition("overview.signed", "签约客户", "期内第一次签约的客户。"),
    Definition("overview.disbursed", "放款额", "期内放款合计，按放款日，不含作废。", "fen"),
    Definition("overview.received", "回款额", "期内回款减冲销，按到账日。", "fen"),
)  # fmt: skip
DEFINITIONS = {definition.id: definition for definition in _ALL}


def of_step(step: Step) -> Definition:
    return DEFINITIONS[f"funnel.step.{step.name.lower()}"]
