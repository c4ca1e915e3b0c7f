import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from loanbroker_api.core.normalize.idcards import parse_id_number
from loanbroker_api.demo.events import ContactKind, Outcome, OwnerReason, Stage
from loanbroker_api.demo.sellers import make_salespeople
from loanbroker_api.demo.story import tell_story
from loanbroker_api.demo.texts import CHANNELS
from loanbroker_api.demo.working_time import SHANGHAI, WEEKS

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=SHANGHAI)  # a Tuesday afternoon
SELLERS = make_salespeople(tenant_index=0, seed=1)
STAR, POOR = 1, 4


@cache
def told(customers=12_000, seed=1, now=NOW):
    return tuple(tell_story(tenant_index=0, customers=customers, seed=seed, now=now, salespeople=SELLERS))


def times(story):
    return (
        *(arrival.at for arrival in story.arrivals),
        *(change.at for change in story.owners),
        *(follow_up.at for follow_up in story.follow_ups),
        *(reveal.at for reveal in story.reveals),
        *(change.at for change in story.stages),
    )


def test_the_same_seed_tells_the_same_story():
    assert told(300) == tuple(tell_story(tenant_index=0, customers=300, seed=1, now=NOW, salespeople=SELLERS))
    assert told(300) != told(300, seed=2)


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI),  # Sunday night
        datetime(2026, 10, 5, 12, 30, tzinfo=SHANGHAI),  # the National Day week
        datetime(2026, 11, 23, 7, 1, tzinfo=SHANGHAI),
        datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI),
    ],
)
def test_nothing_is_later_than_now_or_out_of_order(now):
    stories = told(1_500, now=now)
    assert [story.number for story in stories] == list(range(1_500))
    assert all(earlier.received_at <= later.received_at for earlier, later in pairwise(stories))
    assert stories[0].received_at > now - timedelta(days=WEEKS * 7 + 2)
    assert stories[-1].received_at > now - timedelta(hours=12)
    for story in stories:
        assert all(story.received_at <= at <= now for at in times(story))
        for kind in (story.arrivals, story.owners, story.follow_ups, story.reveals, story.stages):
            assert all(earlier.at <= later.at for earlier, later in pairwise(kind))
        assert all(follow_up.next_action_at is None or follow_up.next_action_at > follow_up.at for follow_up in story.follow_ups)


def test_work_happens_in_working_hours():
    for story in told():
        for arrival in story.arrivals:
            assert 7 <= arrival.at.hour < 23
        for follow_up in story.follow_ups:
            assert 9 <= follow_up.at.hour < 12 or 14 <= follow_up.at.hour < 20
            assert follow_up.at.weekday() < 6
            assert not (follow_up.at.month == 10 and follow_up.at.day <= 7)


def test_leads_arrive_at_the_busy_hours():
    by_hour = Counter(story.received_at.hour for story in told())
    assert min(by_hour[hour] for hour in (10, 11, 14, 15, 19, 20)) > max(by_hour[hour] for hour in (7, 8, 12, 13, 17, 18, 22))


def test_the_funnel_of_leads_that_had_their_time():
    """domain.md, per 100 bought leads; the tolerance is three standard deviations of so many customers and a tenth for the model."""
    old = [story for story in told(30_000) if NOW - story.received_at > timedelta(days=25)]
    got = {stage: sum(any(change.stage is stage for change in story.stages) for story in old) / len(old) for stage in Stage}
    valid = 1 - sum(any(follow_up.outcome is Outcome.INVALID_NUMBER for follow_up in story.follow_ups) for story in old) / len(old)
    wanted = {
        Stage.CONTACT: 0.48,
        Stage.APPOINTMENT: 0.059,
        Stage.VISIT: 0.035,
        Stage.CONTRACT: 0.018,
        Stage.SUBMITTED: 0.017,
        Stage.APPROVAL: 0.011,
        Stage.DISBURSED: 0.010,
    }
    assert valid == pytest.approx(0.80, abs=0.03)
    for stage, share in wanted.items():
        assert got[stage] == pytest.approx(share, abs=0.1 * share + 3 * (share / len(old)) ** 0.5), stage


def test_no_phone_and_no_id_number_comes_twice_and_each_is_valid():
    stories = told()
    phones = [phone for story in stories for phone in story.phones]
    assert len(set(phones)) == len(phones)
    known = [story.id_number for story in stories if story.id_number is not None]
    assert len(set(known)) == len(known) > 500
    for number in known:
        assert parse_id_number(number, today=NOW.date()).value == number


def test_a_visitor_has_shown_papers():
    for story in told():
        if story.stage in {Stage.CONTRACT, Stage.SUBMITTED, Stage.DISBURSED, Stage.RECEIVED}:
            assert story.id_number is not None


def test_there_is_work_to_do_now():
    stories = told(2_000)
    fresh = [story for story in stories if NOW - story.received_at < timedelta(hours=3)]
    assert len(fresh) >= 12
    assert any(not story.follow_ups for story in fresh)
    planned = [story.next_action_at for story in stories if story.owner_index is not None and story.next_action_at is not None]
    assert sum(at < NOW for at in planned) > 20
    assert sum(NOW <= at < NOW.replace(hour=20) for at in planned) > 10
    assert sum(at.date() > NOW.date() for at in planned) > 30


def test_salespeople_differ():
    stories = told()
    contracts = Counter(story.owner_index for story in stories if any(change.stage is Stage.CONTRACT for change in story.stages))
    unworked = Counter(story.owner_index for story in stories if not story.follow_ups)
    looked = Counter(reveal.by_index for story in stories if not story.follow_ups for reveal in story.reveals)
    assert contracts[STAR] > 3 * contracts[POOR]
    assert unworked[POOR] > 5 * unworked[STAR]
    assert looked.most_common(1)[0][0] == POOR


def test_customers_move_and_come_again():
    stories = told()
    reasons = Counter(change.reason for story in stories for change in story.owners)
    assert all(reasons[reason] > 30 for reason in OwnerReason)
    for story in stories:
        for before, change in pairwise(story.owners):
            assert (change.reason is OwnerReason.REASSIGNED) == (change.leader_team is not None)
            assert change.owner_index != before.owner_index
    assert 0.02 < sum(len(story.arrivals) > 1 for story in stories) / len(stories) < 0.08


def test_who_works_a_customer_owns_it_then():
    for story in told():
        for follow_up in story.follow_ups:
            owner = [change.owner_index for change in story.owners if change.at <= follow_up.at][-1]
            assert owner == follow_up.by_index


def test_notes_and_sources_hold_no_personal_data():
    notes = Counter(follow_up.note for story in told() for follow_up in story.follow_ups)
    assert len(notes) > 500
    assert not any(re.search(r"[0-9]{4,}", note) for note in notes)
    names = {story.name for story in told() if len(story.name) > 2}
    assert not any(note[start : start + 3] in names for note in notes for start in range(len(note)))
    for story in told(500):
        channel = CHANNELS[story.channel_index]
        assert story.arrivals[0].campaign in channel.campaigns
        assert (story.arrivals[0].keyword is not None) == bool(channel.keywords)


def test_visits_are_recorded_as_visits():
    for story in told():
        if any(change.stage is Stage.VISIT for change in story.stages):
            assert any(follow_up.kind is ContactKind.VISIT for follow_up in story.follow_ups)


@pytest.mark.parametrize("customers", [0, 1, 2, 13])
def test_small_stories(customers):
    assert len(told(customers)) == customers


def test_what_cannot_be_told():
    with pytest.raises(ValueError, match="zone"):
        tell_story(tenant_index=0, customers=1, seed=1, now=datetime(2026, 11, 24, 12, 0), salespeople=SELLERS)
    with pytest.raises(ValueError, match="salespeople"):
        tell_story(tenant_index=0, customers=1, seed=1, now=NOW, salespeople=[])
