"""Refusals of products."""

from loanbroker_api.core.errors import Problem


class LenderNotFound(Problem):
    code, status = "products.lender-not-found", 404
    message, english = "资方不存在", "There is no such lender"
    remedy = "刷新资方列表。"


class LenderNameTaken(Problem):
    code, status = "products.lender-name-taken", 409
    message, english = "资方“{name}”已存在", "A lender of this name exists"
    remedy = "换一个名称，或编辑已有的资方。"


class ProductNotFound(Problem):
    code, status = "products.not-found", 404
    message, english = "产品不存在", "There is no such product"
    remedy = "刷新产品列表。"


class ProductNameTaken(Problem):
    code, status = "products.name-taken", 409
    message, english = "该资方已有产品“{name}”", "This lender has a product of that name"
    remedy = "换一个名称，或给已有的产品加新版本。"


class BridgeNeedsReason(Problem):
    code, status = "products.bridge-reason-needed", 422
    message, english = "启用过桥产品要写理由", "A bridge product is enabled only with a reason"
    remedy = "在 enabledReason 里写明为什么启用。"


class VersionNotFound(Problem):
    code, status = "products.version-not-found", 404
    message, english = "产品版本不存在", "There is no such version"
    remedy = "刷新产品页。"


class VersionFrozen(Problem):
    code, status = "products.version-frozen", 409
    message, english = "版本 {number} 已审批，不能再改；新建草稿后修改", "An approved version never changes; make a new draft"
    remedy = "用 POST /products/{id}/versions 从它新建草稿。"


class NotADraft(Problem):
    code, status = "products.version-not-draft", 409
    message, english = "版本 {number} 不是草稿", "The version is no draft"
    remedy = "刷新产品页，它可能已被审批。"


class NotYetApproved(Problem):
    code, status = "products.version-not-approved", 409
    message, english = "版本 {number} 没有待生效的审批", "The version is not approved"
    remedy = "只有审批后还没生效的版本可以撤回。"


class VersionInForce(Problem):
    code, status = "products.version-in-force", 409
    message, english = "版本 {number} 已经生效，不能撤回；审批一个新版本来代替它", "The version is effective already"
    remedy = "新建草稿并审批。"


class DraftExists(Problem):
    code, status = "products.draft-exists", 409
    message, english = "产品已有草稿（版本 {number}），先审批或删除它", "The product already has a draft"
    remedy = "编辑已有的草稿，或先审批、删除它。"


class EffectiveInPast(Problem):
    code, status = "products.effective-in-past", 422
    message, english = "生效时间不能早于现在", "A version cannot become effective in the past"
    remedy = "不传 effectiveFrom 即立即生效，或选一个将来的时间。"


class EffectiveTaken(Problem):
    code, status = "products.effective-taken", 422
    message, english = "版本 {number} 在这个时间或之后才生效；新版本要更晚", "A later version is approved already"
    remedy = "选一个更晚的生效时间。"


class VersionsApart(Problem):
    code, status = "products.versions-apart", 422
    message, english = "两个版本属于不同的产品", "The versions are of different products"
    remedy = "选同一产品的两个版本。"


class RuleInvalid(Problem):
    code, status = "products.rule-invalid", 422
    message, english = "规则有误，见各处的说明", "The rules are not valid; see each place"
    remedy = "按 errors 里每个位置的说明改正；写法见 GET /products/rule-schema。"


class LoanInvalid(Problem):
    code, status = "products.loan-invalid", 422
    message, english = "借款条件有误，见各字段的说明", "The terms of the loan are not valid; see each field"
    remedy = "按 errors 里每个字段的说明改正。"
