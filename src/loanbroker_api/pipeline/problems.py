"""The refusals of pipeline."""

from loanbroker_api.core.errors import Problem


class CaseNotFound(Problem):
    code, status = "pipeline.case-not-found", 404
    message, english = "业务单不存在或无权查看", "There is no such case, or it is not yours to see"
    remedy = "核对单号；可能已被移交，需要时联系团队长。"


class PipelineNotFound(Problem):
    code, status = "pipeline.not-found", 404
    message, english = "流程不存在", "There is no such pipeline"
    remedy = "从流程列表重新选择。"


class StageNotFound(Problem):
    code, status = "pipeline.stage-not-found", 404
    message, english = "阶段不存在或已停用", "There is no such stage"
    remedy = "刷新流程后再选阶段。"


class SubmissionNotFound(Problem):
    code, status = "pipeline.submission-not-found", 404
    message, english = "进件不存在或无权查看", "There is no such submission, or it is not yours to see"
    remedy = "刷新业务单。"


class DisbursementNotFound(Problem):
    code, status = "pipeline.disbursement-not-found", 404
    message, english = "放款记录不存在或无权查看", "There is no such disbursement, or it is not yours to see"
    remedy = "刷新业务单。"


class CaseNotYours(Problem):
    code, status = "pipeline.not-yours", 403
    message, english = "这张业务单不在你的“{permission_title}”数据范围内", "This case is out of your scope for {permission}"
    remedy = "联系归属人或团队长，或让他们把你加为参与人。"


class CaseClosed(Problem):
    code, status = "pipeline.case-closed", 409
    message, english = "业务单已结束（{stage}），先重新打开", "The case is closed ({stage}); reopen it first"
    remedy = "有“编辑业务单”权限的人把它移回进行中的阶段。"


class MoveNotAllowed(Problem):
    code, status = "pipeline.move-not-allowed", 409
    message, english = "流程不允许从“{was}”到“{wanted}”，可去：{choices}", "The pipeline allows no move from {was} to {wanted}"
    remedy = "按流程逐步推进，或由管理员在流程配置里增加这个去向。"


class ConditionsMissing(Problem):
    code, status = "pipeline.conditions-missing", 422
    message, english = "进入“{stage}”还差 {count} 项：{what}", "{count} conditions of {stage} are not met"
    remedy = "补齐 errors 里的每一项后再移动。"


class LostReasonNeeded(Problem):
    code, status = "pipeline.lost-reason-needed", 422
    message, english = "选择流失原因", "Choose why the case is lost"
    remedy = "lostReason 从列表里选一个。"


class MappingNeeded(Problem):
    code, status = "pipeline.mapping-needed", 409
    message, english = "要删除的阶段里还有业务单：{stages}", "Cases stand in stages that are to go: {stages}"
    remedy = "在 mapping 里给每个要删除的阶段指定去处；current 列出每个阶段的单数。"


class PipelineNameTaken(Problem):
    code, status = "pipeline.name-taken", 409
    message, english = "已有同名流程", "There is a pipeline of that name"
    remedy = "换一个名称，或编辑已有的流程。"


class LenderNotActive(Problem):
    code, status = "pipeline.lender-not-active", 409
    message, english = "资方“{lender}”不在合作中，不能进件", "The lender {lender} is not active"
    remedy = "换一个合作中的资方，或先恢复合作。"


class DecisionRefused(Problem):
    code, status = "pipeline.submission-state", 409
    message, english = "进件现在是“{was}”，不能改为“{wanted}”", "A submission that is {was} cannot become {wanted}"
    remedy = "刷新业务单；已拒绝或已撤回的另进一件。"


class OverApproved(Problem):
    code, status = "pipeline.over-approved", 422
    message, english = "超过批复：批复 {approved}，已放 {paid}，最多再放 {left}", "Over the approved amount: {left} are left"
    remedy = "核对金额；资方提高额度时先登记新的批复。"


class AlreadyVoided(Problem):
    code, status = "pipeline.already-voided", 409
    message, english = "这笔放款已作废", "The disbursement is voided already"
    remedy = "刷新业务单。"


class DueBelowReceived(Problem):
    code, status = "pipeline.due-below-received", 409
    message, english = (
        "这样应收只有 {due}，少于已回款 {received}；先冲销多出的 {excess}",
        "Only {due} would be due, but {received} were received; reverse {excess} first",
    )
    remedy = "在回款里冲销多收的部分，再做这一步。"
