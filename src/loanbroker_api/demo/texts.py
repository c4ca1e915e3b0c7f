"""What platforms and salespeople write: channels with their campaigns, and notes. No personal data in any of it."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """`kind` is an adapter of platforms.md or `generic`; `share` in per cent of leads; `lead_price_fen` for one bought lead."""

    name: str
    kind: str
    share: int
    lead_price_fen: int
    bought: bool
    campaigns: tuple[str, ...]
    creatives: tuple[str, ...]
    keywords: tuple[str, ...]
    landing_page: str | None


_FORM_CREATIVES = ("竖版口播-公积金能做多少", "图文-三步看额度", "情景剧-老板周转", "口播-利率明示")
CHANNELS = (
    DemoChannel("巨量引擎-飞鱼", "oceanengine.feiyu", 34, 8_500, True, ("公积金信用贷-同城", "经营贷-个体户", "房抵-二押"), _FORM_CREATIVES, (), "https://lp.example.com/gjj"),
    DemoChannel("腾讯广告", "tencent.leads", 18, 7_800, True, ("朋友圈-上班族", "视频号-小微企业主"), ("朋友圈单图-额度测算", "视频号-店主故事", "小程序落地页-测额"), (), "https://lp.example.com/wx"),
    DemoChannel("百度-基木鱼", "baidu.jimuyu", 14, 11_000, True, ("搜索-抵押贷款", "搜索-公积金贷款", "搜索-品牌词"), ("标题A-同城办理", "标题B-费用明示"), ("公积金贷款怎么办理", "房产抵押贷款利率", "企业税票贷", "个体户经营贷", "贷款中介费用"), "https://lp.example.com/search"),
    DemoChannel("快手-磁力", "kuaishou.clue", 9, 6_500, True, ("车主贷-短视频", "老铁周转"), ("直播切片-车主问答", "短视频-还款方式对比"), (), "https://lp.example.com/ks"),
    DemoChannel("小红书-聚光", "xiaohongshu.form", 7, 9_500, True, ("笔记-买房装修", "搜索-信用卡整合"), ("笔记-装修预算怎么凑", "笔记-我的公积金贷经历"), ("装修贷款", "公积金能贷多少"), "https://lp.example.com/xhs"),
    DemoChannel("官网表单", "generic", 6, 0, False, ("官网-首页", "官网-计算器"), (), (), "https://www.example.com/apply"),
    DemoChannel("转介绍", "generic", 7, 0, False, ("老客户转介绍", "同行合作"), (), (), None),
    DemoChannel("到店与来电", "generic", 5, 0, False, ("门店-自然到访", "400 来电"), (), (), None),
)  # fmt: skip

PRODUCTS = {"信用贷": 42, "抵押贷": 16, "公积金贷": 15, "经营贷": 12, "车贷": 6, "税贷": 5, "保单贷": 4}

_ASSETS = (
    "公积金连续缴了{years}年，基数{base}", "本地按揭房一套，已还{years}年", "全款住宅一套，暂无抵押", "国企上班，代发工资{base}左右",
    "自己开店{years}年，流水稳定", "公司成立{years}年，年开票两百多万", "有车无贷，社保缴满{years}年", "有两份保单，缴费{years}年", "事业单位，公积金和社保都正常",
)  # fmt: skip
_NEEDS = (
    "想做装修",
    "进货周转",
    "想置换掉高息的网贷",
    "店面扩张",
    "短期周转，预计半年还",
    "资金用途是采购设备",
    "孩子读书和家里开销",
    "先了解额度和费用",
)
_CREDIT = (
    "近两个月查询 2 次，无逾期",
    "征信查询偏多，建议先养两个月",
    "自述征信良好，待看详版",
    "信用卡使用率七成左右",
    "有一笔网贷未结清，金额不大",
    "没查过征信，约了本周打报告",
)
_WISHES = ("希望利率低一些", "比较在意月供", "对服务费有疑问，已解释收费方式", "希望尽快放款", "在和别家对比", "要和家人商量")
NOTES = {
    "no_answer": ("响铃未接", "无人接听，稍后再打", "接通后直接挂断", "正在通话中", "关机", "连打两次未接，已发短信说明来意", "提示暂时无法接通"),
    "invalid_number": ("空号", "号码已停机", "接听人称打错了，不是本人填写", "号码非本人，未申请过贷款"),
    "refused": ("说已经办好了，不需要", "没有贷款需求，误点了广告", "觉得利率高，不考虑", "自己找银行办了", "态度坚决，要求不再联系", "资质不符：当前有逾期，已说明原因", "无社保公积金、无资产，暂无可做产品"),
    "other": ("咨询提前还款的事，已解答", "人在外地，不在服务城市", "想了解车贷，已转相关产品说明", "让把费用说明发过去看看"),
    "call_again": ("在开会，约了下午再打", "开车不方便，让晚点联系", "要和家人商量，过两天回复", "等公积金调整后再说，约下周", "在忙，明天上午再联系", "材料在老家，周末回去取"),
}  # fmt: skip
APPOINTMENT_NOTES = (
    "约好到店面谈，带身份证、房本和流水",
    "同意来公司看方案，提醒带征信详版",
    "约周末上门，已发地址和路线",
    "约好到店，先看两套方案的总成本",
)
VISIT_NOTES = (
    "到店面谈一小时，材料基本齐全",
    "面谈后认可方案，回去和家人确认",
    "到店，征信详版已看，可做两家",
    "面谈，补充收入证明后再定",
    "到店看了融资成本明示表，费用都讲清楚了",
)
NO_SHOW_NOTES = ("约好没来，电话说临时加班，改期", "爽约，打电话未接", "说改天再来，没给准日子")
CONTRACT_NOTES = ("已签居间服务合同，收费方式和明细逐条确认", "签约完成，约定放款成功后收费")
DECLINED_NOTES = ("资方未通过，已说明原因", "审批否决：负债偏高，建议半年后再试")
WITHDREW_NOTES = ("批复条件不接受，放弃", "家里已凑到钱，不办了", "改找单位同事借款，撤回申请")
CASE_NOTES = {
    "submitted": ("进件已提交，等初审", "材料已交，资方受理"),
    "more_documents": ("资方要求补近半年流水", "补件：营业执照副本和租赁合同"),
    "approval": ("审批通过，额度比预期略低，对方接受", "批复下来了，期限三年"),
    "collateral": ("评估和抵押登记已预约", "他证办理中，预计三个工作日"),
    "disbursed": ("已放款，核对到账", "放款成功，提醒按用途使用并保留凭证"),
    "received": ("服务费已到账", "回款完成，开了发票"),
}  # fmt: skip
REVEAL_REASONS = ("外呼联系", "核对资料", "加微信", "回拨未接来电")


def interested_note(rng: Random) -> str:
    asset = rng.choice(_ASSETS).format(years=rng.randint(2, 9), base=rng.choice(("六千", "八千", "一万", "一万二")))
    parts = [asset, rng.choice(_NEEDS)]
    if rng.random() < 0.6:
        parts.append(rng.choice(_CREDIT))
    if rng.random() < 0.5:
        parts.append(rng.choice(_WISHES))
    return "，".join(parts)
