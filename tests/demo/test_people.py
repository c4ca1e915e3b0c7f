from collections import Counter
from datetime import date
from random import Random

from loanbroker_api.core.normalize.cities import city_by_code, find_city
from loanbroker_api.core.normalize.idcards import parse_id_number
from loanbroker_api.core.normalize.names import normalize_name, split_surname
from loanbroker_api.core.normalize.phones import PhoneKind, normalize_phone, phone_region
from loanbroker_api.demo.people import OLDEST, YOUNGEST, People, make_employees, wanted_amount

TODAY = date(2026, 11, 24)


def some_people(tenant_index=0, count=2_000, seed=5):
    people = People(tenant_index=tenant_index, rng=Random(seed), today=TODAY)
    return [people.next_person() for _ in range(count)]


def test_id_numbers_are_valid_and_agree_with_the_person():
    for person in some_people():
        found = parse_id_number(person.id_number, today=TODAY)
        assert (found.value, found.birth_date, found.sex) == (person.id_number, person.birth_date, person.sex)
        assert city_by_code(found.division_code) is not None
        age = TODAY.year - person.birth_date.year - ((TODAY.month, TODAY.day) < (person.birth_date.month, person.birth_date.day))
        assert YOUNGEST <= age <= OLDEST


def test_phones_are_of_real_segments_mostly_of_the_city():
    people = some_people()
    same = 0
    for person in people:
        assert normalize_phone(person.phone).kind is PhoneKind.PLAIN
        region = phone_region(person.phone)
        assert region is not None
        same += region.city == person.city.short_name
    assert 0.80 < same / len(people) < 0.92


def test_nothing_personal_comes_twice():
    people = some_people(count=20_000)
    assert len({person.phone for person in people}) == len({person.id_number for person in people}) == 20_000


def test_no_phone_comes_twice_even_from_few_segments():
    people = People(tenant_index=0, rng=Random(3), today=TODAY)
    small_town = find_city("仙桃")
    phones = [people.next_phone(small_town) for _ in range(12_000)]
    assert len(set(phones)) == len(phones)


def test_the_tenants_live_in_different_regions():
    sichuan, zhejiang = (Counter(person.city.short_name for person in some_people(tenant)).most_common(1)[0][0] for tenant in (0, 1))
    assert (sichuan, zhejiang) == ("成都", "杭州")


def test_names_are_normal_and_as_frequent_as_in_life():
    people = some_people(count=10_000)
    assert all(normalize_name(person.name) == person.name for person in people)
    surnames = Counter(split_surname(person.name)[0] for person in people)
    assert {name for name, _ in surnames.most_common(3)} == {"王", "李", "张"}
    assert max(Counter(person.name for person in people).values()) < 40


def test_amounts():
    rng = Random(1)
    wanted = [wanted_amount(rng) for _ in range(2_000)]
    assert all(5_000_000 <= amount.from_fen <= amount.to_fen <= 300_000_000 for amount in wanted)
    assert sum(amount.from_fen < amount.to_fen for amount in wanted) > 300


def test_employees_have_the_logins_of_the_conventions():
    employees = make_employees(tenant_index=0, seed=1)
    assert employees == make_employees(tenant_index=0, seed=1)
    assert employees != make_employees(tenant_index=1, seed=1)
    assert [employee.username for employee in employees][:6] == ["admin", "boss", "manager1", "leader1", "leader2", "sales1"]
    assert len({employee.name for employee in employees}) == len(employees) == 22
    assert Counter(employee.team for employee in employees if employee.username.startswith("sales")) == {0: 6, 1: 6}
