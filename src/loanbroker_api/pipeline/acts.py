"""What pipeline does that the audit trail keeps."""

from loanbroker_api.core.audit import named, register_subject
from loanbroker_api.core.audit_actions import act, changed_fields
from loanbroker_api.pipeline.models import Case, Pipeline

act("pipeline.pipeline_created", "新建流程", "Created a pipeline", subject="pipeline")
act("pipeline.pipeline_edited", "编辑流程", "Edited a pipeline", subject="pipeline")
act("pipeline.case_created", "新建业务单", "Created a case", subject="case")
act("pipeline.case_edited", "编辑业务单", "Edited a case", subject="case")
act("pipeline.case_moved", "移动业务单", "Moved a case", subject="case")
act("pipeline.owner_changed", "变更业务单归属", "Changed a case's owner", subject="case")
act("pipeline.document_received", "收到资料", "Received a document", subject="case")
act("pipeline.document_removed", "移除资料", "Removed a document", subject="case")
act("pipeline.participants_changed", "变更协作人", "Changed the participants", subject="case")
act("pipeline.submitted", "进件", "Submitted to a lender", subject="case")
act("pipeline.decided", "登记审批结果", "Recorded a lender's decision", subject="case")
act("pipeline.disbursed", "登记放款", "Recorded a disbursement", subject="case")
act("pipeline.disbursement_voided", "作废放款", "Voided a disbursement", subject="case")

register_subject("case", named(Case.id, Case.number))
register_subject("pipeline", named(Pipeline.id, Pipeline.name))

changed_fields(
    "case",
    productVersionId=("产品版本", "Product version"),
    wantedFen=("申请金额（分）", "Amount (fen)"),
    wantedMonths=("期数（月）", "Months"),
    feeRatePpm=("服务费率（百万分之）", "Fee rate (ppm)"),
    feeFixedFen=("固定服务费（分）", "Fixed fee (fen)"),
)
