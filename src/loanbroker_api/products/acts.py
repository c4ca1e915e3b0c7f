"""What products does that the audit trail keeps."""

from loanbroker_api.core.audit import named, register_subject
from loanbroker_api.core.audit_actions import act, changed_fields
from loanbroker_api.products.models import Lender, Product

act("products.created", "新建产品", "Created a product", subject="product")
act("products.updated", "编辑产品", "Edited a product", subject="product")
act("products.lender_created", "新建资方", "Created a lender", subject="lender")
act("products.lender_updated", "编辑资方", "Edited a lender", subject="lender")
act("products.matched", "匹配产品", "Matched products", subject="customer")
act("products.version_drafted", "起草产品版本", "Drafted a version", subject="product-version")
act("products.version_saved", "保存产品版本", "Saved a version", subject="product-version")
act("products.version_deleted", "删除产品版本", "Deleted a version", subject="product-version")
act("products.version_approved", "批准产品版本", "Approved a version", subject="product-version")
act("products.version_withdrawn", "撤回产品版本", "Withdrew a version", subject="product-version")
act("products.catalogue_loaded", "载入产品目录", "Loaded the catalogue")

register_subject("product", named(Product.id, Product.name))
register_subject("lender", named(Lender.id, Lender.name))

changed_fields("product", name=("名称", "Name"), state=("状态", "State"))
