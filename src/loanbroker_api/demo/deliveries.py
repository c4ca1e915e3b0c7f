"""A lead of the story as its platform sent it, and the rows that receiving it leaves."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from loanbroker_api.channels.models import Inbox
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.normalize.masks import mask_name, mask_phone
from loanbroker_api.customers.models import Lead
from loanbroker_api.customers.service.leads import IncomingLead
from loanbroker_api.demo.bulk import Record, Rows
from loanbroker_api.demo.events import Arrival, CustomerStory, Stage

_CONSENT_TEXT = "个人信息授权书-2026.1"
_FEN_OF_YUAN, _YUAN_OF_WAN = 100, 10_000


def lead_body(story: CustomerStory, arrival: Arrival, rng: Random) -> bytes:
    """The generic lead. The ID number is on the form, unless it only came to light with the papers of a visit."""
    low, high = (bound // _FEN_OF_YUAN if bound else 0 for bound in (story.wanted.from_fen, story.wanted.to_fen))
    submitted = (arrival.at - timedelta(seconds=rng.randint(1, 4))).isoformat()
    visited = any(change.stage is Stage.VISIT for change in story.stages)
    values: dict[str, Any] = {
        "leadId": f"{rng.getrandbits(60):016d}",
        "name": story.name,
        "phone": story.phones[0],
        "phones": list(story.phones[1:]),
        "idNumber": None if visited else story.id_number,
        "city": story.city,
        "wantedAmount": low if low == high else f"{low // _YUAN_OF_WAN}-{high // _YUAN_OF_WAN}万",
        "product": arrival.product,
        "campaign": arrival.campaign,
        "creative": arrival.creative,
        "keyword": arrival.keyword,
        "landingPage": arrival.landing_page,
        "submittedAt": submitted,
    }
    if arrival.landing_page is not None:
        values["consent"] = {"textVersion": _CONSENT_TEXT, "at": submitted, "ip": f"198.51.100.{rng.randrange(1, 255)}"}
    return orjson.dumps({name: value for name, value in values.items() if value not in (None, [])})


def lead_row(rows: Rows, row_id: UUID, customer_id: UUID, lead: IncomingLead) -> Record:
    """What customers keep of a lead."""
    return rows.add(
        Lead,
        id=row_id,
        customer_id=customer_id,
        source_id=lead.source_id,
        external_id=lead.external_id,
        received_at=lead.received_at,
        submitted_at=lead.submitted_at,
        campaign=lead.campaign,
        creative=lead.creative,
        keyword=lead.keyword,
        landing_page=lead.landing_page,
        product=lead.product,
        wanted_from_fen=lead.wanted.from_fen if lead.wanted else None,
        wanted_to_fen=lead.wanted.to_fen if lead.wanted else None,
        consent=lead.consent,
    )


def delivery_row(rows: Rows, row_id: UUID, customer_id: UUID, lead: IncomingLead, delivery: str) -> Record:
    """What the inbox keeps of a processed delivery; body, state and explanation are its caller's."""
    city = city_by_code(lead.city) if lead.city else None
    return rows.add(
        Inbox,
        id=row_id,
        channel_id=lead.source_id,
        delivery_key=delivery,
        received_at=lead.received_at,
        is_test=False,
        deliveries=1,
        attempts=1,
        next_at=lead.received_at,
        processed_at=lead.received_at,
        customer_id=customer_id,
        name_masked=mask_name(lead.name) if lead.name else None,
        phone_masked=mask_phone(lead.phones[0].value),
        city=city.name if city else None,
        wanted_from_fen=lead.wanted.from_fen if lead.wanted else None,
        wanted_to_fen=lead.wanted.to_fen if lead.wanted else None,
        version=2,
    )
