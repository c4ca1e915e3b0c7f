"""Passkeys (WebAuthn level 3): bound to the address people open, user verification required, no attestation asked for."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import or_, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from loanbroker_api.access.factors import queries
from loanbroker_api.access.factors.challenges import LIFETIME, is_fresh, issued_at
from loanbroker_api.access.models import Employee, SecondFactor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.settings import Settings

log = get_logger("access")
_TIMEOUT: Final = int(LIFETIME.total_seconds() * 1000)
_LONGEST_ID: Final = 1_023
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def relying_party(settings: Settings) -> tuple[str, str]:
    """The relying party's id and its one origin, as a browser writes it."""
    parts = urlsplit(settings.public_base)
    host = parts.hostname or ""
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return host, f"{parts.scheme}://{host}{port}"


def creation_options(
    settings: Settings, employee: Employee, company: str, challenge: bytes, registered: list[SecondFactor]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON; the user handle is the employee's id, which says nothing about the person."""
    options = generate_registration_options(
        rp_id=relying_party(settings)[0],
        rp_name=company,
        user_id=employee.id.bytes,
        user_name=employee.username,
        user_display_name=employee.display_name,
        challenge=challenge,
        timeout=_TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(registered),
    )
    return options_to_json_dict(options)


async def request_options(session: ReadSession, settings: Settings, employee_id: UUID, challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON that name the person's passkeys."""
    options = generate_authentication_options(
        rp_id=relying_party(settings)[0],
        challenge=challenge,
        timeout=_TIMEOUT,
        allow_credentials=_descriptors(await queries.confirmed(session, employee_id, "passkey")),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def _descriptors(factors: list[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=factor.credential_id, transports=[AuthenticatorTransport(name) for name in factor.transports.split(",") if name] or None
        )
        for factor in factors
        if factor.credential_id is not None
    ]


def registered(settings: Settings, credential: dict[str, Any], challenge: bytes) -> VerifiedRegistration | None:
    """What an authenticator answered to creation options; None when it is not an answer to them."""
    rp_id, origin = relying_party(settings)
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a made-up credential breaks in the parsers, it is a wrong credential
        return None
    return made if len(made.credential_id) <= _LONGEST_ID else None


def transports_of(credential: dict[str, Any]) -> str:
    """The known transports that a new credential names, comma-separated; a hint for the browser."""
    response: Any = credential.get("response")
    named: Any = response.get("transports") if isinstance(response, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    known = {transport.value for transport in AuthenticatorTransport}
    return ",".join(sorted({name for name in named if isinstance(name, str)} & known)) if isinstance(named, list) else ""  # pyright: ignore[reportUnknownVariableType]


async def use(uow: UnitOfWork, employee_id: UUID, credential: dict[str, Any], challenge: bytes) -> bool:
    """Whether one of the person's passkeys answered this challenge; uses the challenge up for that passkey.

    The row decides between two at once: the passkey must not have been used since the challenge was issued, and its count must have risen
    where it counts at all (WebAuthn 7.2, step 22). A count that went back may mean a copied authenticator and is logged.
    """
    issued = issued_at(challenge)
    if issued is None or not is_fresh(challenge, uow.now):
        return False
    factor = _named(credential, await queries.confirmed(uow.session, employee_id, "passkey"))
    if factor is None or factor.public_key is None or not _is_theirs(credential, employee_id):
        return False
    count = _count(uow.runtime.settings, credential, challenge, factor.public_key)
    if count is None:
        return False
    if count <= factor.sign_count and (count or factor.sign_count):
        log.warning("passkey_count_went_back", factor_id=str(factor.id), employee_id=str(employee_id))
        return False
    return await _mark(uow, factor.id, count, issued)


async def _mark(uow: UnitOfWork, factor_id: UUID, count: int, issued: datetime) -> bool:
    used = await uow.session.scalar(
        update(SecondFactor)
        .where(
            SecondFactor.id == factor_id,
            or_(SecondFactor.last_used_at.is_(None), SecondFactor.last_used_at < issued),
            or_(SecondFactor.sign_count < count, (SecondFactor.sign_count == 0) & (count == 0)),
        )
        .values(sign_count=count, last_used_at=max(uow.now, issued))
        .returning(SecondFactor.id)
    )
    return used is not None


def _named(credential: dict[str, Any], factors: list[SecondFactor]) -> SecondFactor | None:
    name = credential.get("id")
    if not isinstance(name, str) or len(name) > _LONGEST_ID * 2:
        return None
    try:
        wanted = base64url_to_bytes(name)
    except ValueError:
        return None
    return next((factor for factor in factors if factor.credential_id == wanted), None)


def _is_theirs(credential: dict[str, Any], employee_id: UUID) -> bool:
    """A user handle, where the authenticator sends one, names the person."""
    response: Any = credential.get("response")
    handle: Any = response.get("userHandle") if isinstance(response, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if handle is None:
        return True
    try:
        return isinstance(handle, str) and base64url_to_bytes(handle) == employee_id.bytes
    except ValueError:
        return False


def _count(settings: Settings, credential: dict[str, Any], challenge: bytes, public_key: bytes) -> int | None:
    """The signature count of a valid answer; None when it is not valid. The count is judged by the row, not here."""
    rp_id, origin = relying_party(settings)
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a made-up credential breaks in the parsers, it is a wrong credential
        return None
    return verified.new_sign_count
