"""The built-ins by the examples of the standard: each line is true."""

from __future__ import annotations

import pytest

from service import feel

CONVERSION = """
date("2012-12-25") - date("2012-12-24") = duration("P1D")
date(date and time("2012-12-25T11:00:00Z")) = date("2012-12-25")
date and time("2012-12-24T23:59:00") + duration("PT1M") = date and time("2012-12-25T00:00:00")
time("23:59:00Z") + duration("PT2M") = time("00:01:00@Etc/UTC")
time(date and time("2012-12-25T11:00:00Z")) = time("11:00:00Z")
time("23:59:00Z") = time(23, 59, 0, duration("PT0H"))
number("1 000,0", " ", ",") = number("1,000.0", ",", ".")
string(1.1) = "1.1"
duration("P2Y2M") = duration("P26M")
years and months duration(date("2011-12-22"), date("2013-08-24")) = duration("P1Y8M")
string([1, true, {b: @"P1D"}]) = "[1, true, {b: P1D}]"
range("[1..3]") = [1..3]
"""
STRINGS = r"""
substring("foobar", 3) = "obar"
substring("foobar", -2, 1) = "a"
substring("\U01F40Eab", 2) = "ab"
string length("\U01F40Eab") = 3
substring before("foobar", "bar") = "foo"
substring after("foobar", "ob") = "ar"
substring after("", "a") = ""
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"
matches("foobar", "^fo*b")
matches("ABC", "abc", "i")
matches("黄河", "\\p{Lo}+")
not(matches("bad", "[a-z-[aeiou]]{3}"))
matches("a.b", "a.b", "q")
matches("x", "(.)\\2") = null
matches("x", "a", "z") = null
matches("hello world", "hello\\ sworld", "x")
not(matches("helloworld", "hello[ ]world", "x"))
matches("aa0", "^(a)\\10$")
matches("asd", "(asd)[\\1]") = null
split("abc", "") = null
split("a;b;c;;", ";") = ["a", "b", "c", "", ""]
string join(["a", null, "c"], "X") = "aXc"
upper case("aBc4") = "ABC4"
"""
LISTS = """
count([1, [2, 3]]) = 2
min(1, 2) = 1 and max(["a", "b"]) = "b" and max([]) = null
sum([1, 2, 3]) = 6 and sum([]) = null and sum(["a"]) = null
mean(1, 2, 3) = 2
all([]) and not(any([])) and all([true, null]) = null
sublist([4, 5, 6], 1, 2) = [4, 5]
append([1], 2, 3) = [1, 2, 3]
insert before([1, 3], 1, 2) = [2, 1, 3]
remove([1, 2, 3], 2) = [1, 3]
index of([1, 2, 3, 2], 2) = [2, 4]
union([1, 2], [2, 3]) = [1, 2, 3]
distinct values([1, 2, "1", 2, null, null]) = [1, 2, "1", null]
flatten([[1, 2], [[3]], 4]) = [1, 2, 3, 4]
product(2, 3, 4) = 24
median([6, 1, 2, 3]) = 2.5
mode([6, 1, 9, 6, 1]) = [1, 6] and mode([]) = []
stddev(47) = null
sort(list: [3, 1, 4, 5, 2], precedes: function(x, y) x < y) = [1, 2, 3, 4, 5]
list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) = [5, 5, 7, 8]
list contains([1, null], null)
"""
NUMBERS = """
decimal(2.5, 0) = 2 and decimal(1.5, 0) = 2
floor(-1.56, 1) = -1.6 and ceiling(-1.56, 1) = -1.5
round up(-5.5, 0) = -6 and round down(-5.5, 0) = -5
round half up(5.5, 0) = 6 and round half down(5.5, 0) = 5
modulo(-12, 5) = 3 and modulo(12, -5) = -3
modulo(10, 0) = null
sqrt(16) = 4 and sqrt(-1) = null and log(0) = null
odd(5) and even(2)
abs(@"-P1D") = @"P1D"
"""
CONTEXTS = """
get value({key1: "value1"}, "key1") = "value1"
get entries({key1: "value1"})[key = "key1"].value = ["value1"]
context([{key: "a", value: 1}, {key: "b", value: 2, something: "else"}]) = {a: 1, b: 2}
context([{key: "a", value: 1}, {key: "b"}]) = null
context put({x: 1, y: {a: 0}}, ["y", "a"], 2) = {x: 1, y: {a: 2}}
context merge([{x: 1, y: 0}, {y: 2}]) = {x: 1, y: 2}
"""
RANGES = """
before(1, (1..10]) and not(before(1, [1..10])) and before([1..10), 10)
after(10, [1..10)) and after((11..20], 11) and after([11..20], [1..11))
meets([1..5], [5..10]) and not(meets([1..5), [5..10]))
met by([5..10], [1..5])
overlaps([1..5], [5..8]) and not(overlaps([1..5), [5..8]))
overlaps before([1..5], (1..5]) and not(overlaps before([1..5], [1..5]))
overlaps after([3..8], [1..5]) and overlaps after((1..5], [1..5))
finishes(10, [1..10]) and finishes((1..10], [1..10]) and not(finishes([5..10), [1..10]))
finished by([1..10], (1..10])
includes([1..10], (1..10)) and not(includes((1..10], 1))
during((1..5], (1..10]) and during(10, [1..10])
starts([1..10), [1..10]) and not(starts((1..5], [1..10]))
started by((1..10), (1..10)) and started by([1..10], 1)
coincides([1..5], [1..5]) and not(coincides(3, 4))
includes(5, [1..10]) = null
"""
CALENDAR = """
day of year(date(2019, 9, 17)) = 260
day of week(date(2019, 9, 17)) = "Tuesday"
month of year(date(2019, 9, 17)) = "September"
week of year(date(2005, 1, 1)) = 53
@"2018-12-10".weekday = 1
@"10:00:05.25".second = 5.25
@"10:00:00@Asia/Shanghai".timezone = "Asia/Shanghai"
@"2024-01-01T10:00:00+08:00".time offset = @"PT8H"
@"P1DT2H3M4.5S".seconds = 4.5
[1..3).end included = false
is(time("23:00:50Z"), time("23:00:50+00:00"))
@"10:00:00" < @"11:00:00Z"
"""


@pytest.mark.parametrize(
    "text",
    [
        line
        for group in (CONVERSION, STRINGS, LISTS, NUMBERS, CONTEXTS, RANGES, CALENDAR)
        for line in group.strip().splitlines()
    ],
)
def test_example_of_the_standard_is_true(text: str) -> None:
    assert feel.compile(text).evaluate() is True
