"""Recovery codes: ten, each good once, for one person."""

import asyncio
import math

from sqlalchemy import select

from loanbroker_api.access.factors import recovery, service
from loanbroker_api.access.models import RecoveryCode
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.company import Company
from support.doors import refusal
from support.factors import Enter, FactorDoor, Prover


async def given(mine: FactorDoor) -> list[str]:
    _, codes = await mine.totp()
    assert codes is not None
    return codes


class TestUsing:
    async def test_each_works_once(self, enter: Enter, prove: Prover) -> None:
        mine = await enter()
        codes = await given(mine)
        for used, code in enumerate(codes, 1):
            assert [await prove("recovery", code=code) for _ in range(2)] == [True, False]
            assert (await mine.mine())["recoveryCodesLeft"] == 10 - used
        assert (await mine.mine())["recoveryCodesLeft"] == 0
        assert await prove.kinds() == {"totp"}

    async def test_eight_at_once_are_one(self, rest: FactorDoor, prove: Prover) -> None:
        codes = await given(rest)
        for used, code in enumerate(codes, 1):
            assert sum(await asyncio.gather(*(prove("recovery", code=code) for _ in range(8)))) == 1
            assert (await rest.mine())["recoveryCodesLeft"] == 10 - used

    async def test_however_it_is_typed(self, rest: FactorDoor, prove: Prover) -> None:
        first, second, third, *_ = await given(rest)
        assert await prove("recovery", code=first.lower())
        assert await prove("recovery", code=second.replace("-", " "))
        assert await prove("recovery", code=f" {third.replace('-', '')} ")

    async def test_made_up_ones(self, rest: FactorDoor, prove: Prover) -> None:
        code, *_ = await given(rest)
        other = "3" if code[-1] == "2" else "2"
        for wrong in (code[:-1] + other, code[:-1], code + "2", "-", "0000-0000-0000", "一二三四"):
            assert not await prove("recovery", code=wrong), wrong
        assert await prove("recovery", code=code)

    async def test_anothers(self, rest: FactorDoor, enter: Enter, runtime: Runtime, company: Company) -> None:
        codes = await given(rest)
        await given(await enter("sales2"))
        other = Prover(runtime, company, (await company.employee("sales2")).id)
        assert not await other("recovery", code=codes[0])


class TestMaking:
    async def test_new_ones_end_the_old(self, enter: Enter, prove: Prover) -> None:
        mine = await enter()
        old = await given(mine)
        new = await mine.recovery_codes()
        assert len({*old, *new}) == 20
        assert not await prove("recovery", code=old[0])
        assert await prove("recovery", code=new[0])
        assert (await mine.mine())["recoveryCodesLeft"] == 9

    async def test_there_must_be_a_factor_to_recover(self, enter: Enter) -> None:
        mine = await enter()
        await mine.start()
        assert await refusal(mine.recovery_codes()) == "access.factor-missing"

    async def test_two_at_once_leave_ten_of_one_set(self, rest: FactorDoor, prove: Prover) -> None:
        await given(rest)
        sets = await asyncio.gather(*(rest.recovery_codes() for _ in range(4)))
        assert (await rest.mine())["recoveryCodesLeft"] == 10
        assert sum([await prove("recovery", code=codes[0]) for codes in sets]) == 1

    async def test_only_a_keyed_digest_is_stored(self, rest: FactorDoor, runtime: Runtime, company: Company) -> None:
        codes = await given(rest)
        async with runtime.read(company.id) as session:
            rows = list(await session.scalars(select(RecoveryCode)))
            keys = await runtime.keyring.load(session, company.id)
        assert {row.digest for row in rows} == {recovery.digest(keys, rows[0].employee_id, code) for code in codes}
        assert all(len(row.digest) == 32 for row in rows)

    async def test_a_code_fits_one_person(self, runtime: Runtime, company: Company) -> None:
        async with runtime.read(company.id) as session:
            keys = await runtime.keyring.load(session, company.id)
        person, other, code = new_id(), new_id(), recovery.new_code()
        assert recovery.digest(keys, person, code) == recovery.digest(keys, person, code.lower().replace("-", ""))
        assert recovery.digest(keys, person, code) != recovery.digest(keys, other, code)

    def test_they_are_too_many_to_guess(self) -> None:
        codes = {recovery.new_code() for _ in range(2_000)}
        assert len(codes) == 2_000
        letters = {character for code in codes for character in code} - {"-"}
        assert len(letters) ** 12 >= 2**50
        assert math.log2(len(letters) ** 12) == 60
        assert not letters & set("01IO")


class TestResetting:
    async def test_an_administrators_reset_leaves_nothing(self, rest: FactorDoor, prove: Prover, company: Company) -> None:
        started, codes = await rest.totp()
        await prove.act(service.reset_factors, prove.employee_id, actor=company.system)
        assert await rest.mine() == {"items": [], "recoveryCodesLeft": 0, "required": False}
        assert await prove.kinds() == set()
        assert not await prove("totp", code=rest.code(started["secret"], steps=1))
        assert codes
        assert not await prove("recovery", code=codes[0])
