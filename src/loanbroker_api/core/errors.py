"""Refusals as classes: one Problem (RFC 9457) for REST, GraphQL and the documentation at /problems/{code}."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Literal, Self

Language = Literal["zh", "en"]
DOCUMENTED: dict[str, type["Problem"]] = {}


def language_of(accept: str | None) -> Language:
    """zh unless the Accept-Language header prefers English."""
    first = (accept or "").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"


@dataclass(frozen=True)
class FieldError:
    """One refused field. `pointer` is a JSON pointer into the body, or `?name` for a query parameter; never holds the refused value."""

    pointer: str
    code: str
    message: str
    english: str

    def to_json(self, language: Language) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.english if language == "en" else self.message}


class Problem(Exception):  # noqa: N818 - the field's term (RFC 9457)
    """A refusal that the caller is told.

    Subclasses declare `code` (`<area>.<what>`, stable), `status`, `message` (Chinese, for people), `english` and `remedy` (what to do);
    messages are templates filled from the keyword arguments, which must never be personal data.
    """

    code: ClassVar[str] = "core.internal"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "系统出错了，已记录。稍后再试；如仍出现，把编号 {request_id} 发给管理员"
    english: ClassVar[str] = "Something broke and was recorded. Try again later"
    remedy: ClassVar[str] = "稍后重试；仍失败时把 requestId 发给管理员。"

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__:
            DOCUMENTED[cls.code] = cls

    def __init__(
        self, *, errors: Sequence[FieldError] = (), current: Any = None, headers: Mapping[str, str] | None = None, **facts: object
    ) -> None:
        super().__init__(self.code)
        self.errors = list(errors)
        self.current = current
        self.headers = dict(headers or {})
        self.facts = facts

    def as_status(self, status: int) -> Self:
        """The same refusal under another status: what a login is forbidden (403) ends a session (401)."""
        self.__dict__["status"] = status
        return self

    def text(self, language: Language = "zh") -> str:
        """The message for people in their language."""
        template = self.english if language == "en" else self.message
        return template.format_map(_Facts(self.facts))

    def to_json(self, language: Language = "zh", request_id: str = "") -> dict[str, Any]:
        """The body of application/problem+json."""
        self.facts.setdefault("request_id", request_id)
        text = self.text(language)
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "code": self.code,
            "status": self.status,
            "title": HTTPStatus(self.status).phrase,
            "detail": text,
            "message": text,
            "requestId": request_id,
            "errors": [error.to_json(language) for error in self.errors],
        }
        if self.current is not None:
            body["current"] = self.current
        return body


DOCUMENTED[Problem.code] = Problem


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


class Invalid(Problem):
    code, status = "core.invalid", 422
    message, english = "提交的内容有误，见各字段的说明", "Some fields are not valid; see each of them"
    remedy = "按 errors 里每个字段的说明改正后再提交。"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors=errors)


class NotJson(Problem):
    code, status = "core.not-json", 400
    message, english = "请求体不是有效的 JSON", "The body is not valid JSON"
    remedy = "检查请求体的编码（UTF-8）和 JSON 语法。"


class NotFound(Problem):
    code, status = "core.not-found", 404
    message, english = "不存在或无权查看", "It does not exist, or is not yours to see"
    remedy = "核对地址；如果应当能看到，联系你的上级确认数据权限。"


class MethodNotAllowed(Problem):
    code, status = "core.method-not-allowed", 405
    message, english = "这个地址不支持该方法", "This address does not take that method"
    remedy = "查看 /docs 里该地址支持的方法。"


class Unauthenticated(Problem):
    code, status = "core.unauthenticated", 401
    message, english = "登录已失效，重新登录", "You are not signed in"
    remedy = "重新登录，或用刷新令牌换取新的访问令牌。"


class StepUpRequired(Problem):
    code, status = "core.step-up-required", 403
    message, english = (
        "再确认一次身份：{minutes} 分钟内确认过才能这样做",
        "Confirm it is you again: this needs a confirmation within {minutes} minutes",
    )
    remedy = "用第二因素（或密码）调用 POST /api/v1/auth/step-up 确认身份，然后重试。"


class PreviewReadOnly(Problem):
    code, status = "core.preview-read-only", 403
    message, english = "正在以角色预览，只能看不能改", "You are previewing a role: read only"
    remedy = "退出角色预览后再操作。"


class Forbidden(Problem):
    code, status = "core.forbidden", 403
    message, english = "你没有“{permission_title}”权限，需要时联系管理员", "You lack the permission {permission}"
    remedy = "联系管理员在“角色”里授予该权限。"


class IfMatchRequired(Problem):
    code, status = "core.if-match-required", 428
    message, english = "缺少 If-Match 请求头：带上你看到的版本号", "If-Match is missing: send the version that you saw"
    remedy = '先读取该记录，把它的 version 放进 If-Match，例如 If-Match: "7"。'


class Stale(Problem):
    code, status = "core.stale", 409
    message, english = "内容已被他人修改，核对后再保存", "Somebody changed it meanwhile; compare and save again"
    remedy = "比较 current 与自己的修改，用新的版本号再提交。"


class CursorInvalid(Problem):
    code, status = "core.cursor-invalid", 422
    message, english = "翻页游标无效，回到第一页", "The cursor is not valid; start from the first page"
    remedy = "不要自己拼接 cursor；换了排序或筛选后从第一页开始。"


class IdempotencyMismatch(Problem):
    code, status = "core.idempotency-mismatch", 422
    message, english = "同一个 Idempotency-Key 用在了不同的内容上", "This Idempotency-Key was used with another body"
    remedy = "每次新的提交用新的 Idempotency-Key。"


class IdempotencyKeyInvalid(Problem):
    code, status = "core.idempotency-key-invalid", 422
    message, english = "Idempotency-Key 应为 1 到 100 个可见字符", "Idempotency-Key takes 1 to 100 visible characters"
    remedy = "用 UUID 作为 Idempotency-Key。"


class BodyTooLarge(Problem):
    code, status = "core.body-too-large", 413
    message, english = "内容超过 {limit_kib} KiB 的上限", "The body is over the limit of {limit_kib} KiB"
    remedy = "分批提交。"


class Unavailable(Problem):
    code, status = "core.unavailable", 503
    message, english = "数据库暂时不可用，内容没有保存，稍后重试", "The database is not available, nothing was saved; try again"
    remedy = "按 Retry-After 的秒数后重试。"

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class TooManyRequests(Problem):
    code, status = "core.too-many-requests", 429
    message, english = "请求太快，{retry_after} 秒后再试", "Too many requests; try again in {retry_after} seconds"
    remedy = "按 Retry-After 的秒数后重试。"

    def __init__(self, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, retry_after=retry_after)
