"""The class of a failure is read from the texts that real test runners print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.importers.runs.traces import Trace, read

PYTEST = """\
def test_total():
>       assert total([1]) == 2

tests/test_cart.py:4:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

items = ['x']

    def add(items):
        for item in items:
            def each(): ...
>       raise RuntimeError("bad items") from error
E       RuntimeError: bad items

shop/cart.py:12: RuntimeError
"""

PYTEST_CHAINED = """\
    def add(items):
>       return sum(int(i) for i in items)
E       ValueError: invalid literal for int() with base 10: 'x'

shop/cart.py:6: ValueError

The above exception was the direct cause of the following exception:

    def test_raises():
>       total(["x"])

tests/test_cart.py:6:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
shop/cart.py:3: in total
    return add(items)
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def add(items):
>       raise CartError("bad items") from error
E       shop.errors.CartError: bad items
E       and a second line

shop/cart.py:8: CartError
"""

PYTEST_COLLECTION = """\
ImportError while importing test module '/work/shop/tests/test_cart.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
/usr/lib/python3.11/importlib/__init__.py:126: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
tests/test_cart.py:1: in <module>
    import nope
E   ModuleNotFoundError: No module named 'nope'
"""

PYTEST_LIBRARY = """\
tests/test_cart.py:9: in test_load
    json.loads("{")
/usr/lib/python3.11/json/__init__.py:346: in loads
    return _default_decoder.decode(s)
E   json.decoder.JSONDecodeError: Expecting property name
"""

PYTEST_NO_FIXTURE = """\
file /work/shop/tests/test_cart.py, line 3
  def test_total(cart):
E       fixture 'cart' not found
>       available fixtures: cache, capfd

/work/shop/tests/test_cart.py:3
"""

UNITTEST = """\
Traceback (most recent call last):
  File "/home/ada/shop/tests/test_cart.py", line 7, in test_total
    self.assertEqual(total([1]), 2)
    ~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/unittest/case.py", line 873, in assertEqual
    assertion_func(first, second, msg=msg)
AssertionError: 1 != 2 : totals differ
"""

UNITTEST_CHAINED = """\
Traceback (most recent call last):
  File "/home/ada/shop/src/cart.py", line 3, in add
    return int(item)
ValueError: invalid literal

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/home/ada/shop/tests/test_cart.py", line 7, in test_total
    total(["x"])
  File "/home/ada/shop/src/cart.py", line 5, in total
    raise shop.errors.CartError("x")
shop.errors.CartError: x
"""

JEST = r"""Error: expect(received).toBeTruthy()

Received: false
    at Object.throwError (C:\Users\ada\shop\lib\main.js:2:9)
    at Object.<anonymous> (C:\Users\ada\shop\__tests__\main.test.js:10:21)
    at Object.asyncJestTest (C:\Users\ada\shop\node_modules\jest-jasmine2\build\jasmineAsyncInstall.js:106:37)
    at new Promise (<anonymous>)
    at processTicksAndRejections (internal/process/task_queues.js:97:5)
"""

NODE = """\
Error [ERR_TEST_FAILURE]: bad 3
    at async Promise.all (index 0) {
  code: 'ERR_TEST_FAILURE',
  failureType: 'testCodeFailure',
  cause: TypeError [Error]: bad 3
      at total (/home/ada/shop/lib/cart.js:1:27)
      at TestContext.<anonymous> (/home/ada/shop/cart.test.js:2:88)
      at Test.run (node:internal/test_runner/test:796:25)
}
"""

VITEST = """\
AssertionError: expected 1 to be 2 // Object.is equality
 \u276f total src/cart.ts:3:9
 \u276f tests/cart.test.ts:12:5
"""

PLAYWRIGHT = """\
Error: Timed out 5000ms waiting for expect(locator).toBeVisible()

    at file:///home/ada/shop/e2e/cart.spec.ts:8:31
    at async webpack:///./src/run.ts:3:1
"""

SUREFIRE = """\
java.lang.AssertionError:

Expected: <false>
     but: was <true>
\tat org.hamcrest.MatcherAssert.assertThat(MatcherAssert.java:20)
\tat com.fasterxml.jackson.databind.ObjectMapper.readValue(ObjectMapper.java:9)
\tat com.example.shop.Cart.lambda$total$0(Cart.java:30)
\tat com.example.shop.CartTest.total(CartTest.java:58)
\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)
Caused by: java.lang.IllegalStateException: x
"""

KOTLIN = """\
java.lang.IllegalStateException: no cart
\tat CartTest.total(CartTest.kt:5)
\tat total(Native.kt:5)
"""

DOTNET = r"""Assert.Null() Failure: Value is not null
   at Shop.Tests.CartTests.Total(Int32 x) in C:\work\shop\Tests\CartTests.cs:line 25
   at System.RuntimeMethodHandle.InvokeMethod(Object target)
"""

PHPUNIT = """\
CartTest::testTotal
Failed asserting that 1 is identical to 2.

/home/ada/shop/src/Cart.php:12
/home/ada/shop/tests/CartTest.php:28
/home/ada/shop/vendor/phpunit/phpunit/src/Framework/TestCase.php:1617
"""

GO = """\
=== RUN   TestTotal
    cart_test.go:11: got 1, want 2
    cart_test.go:12: multi
        line
"""

GO_PANIC = """\
panic: runtime error: index out of range [3] with length 2 [recovered]

goroutine 7 [running]:
github.com/ada/shop/cart.(*Cart).Total(0xc000012345)
\t/home/ada/shop/cart/cart.go:12 +0x1d
github.com/ada/shop/cart.TestTotal(0xc000012345)
\t/home/ada/shop/cart/cart_test.go:9 +0x2e
testing.tRunner(0xc000012345, 0x55)
\t/usr/local/go/src/testing/testing.go:1689 +0xfb
"""

RUST = """\
thread 'total' panicked at tests/cart.rs:154:5:
assertion `left == right` failed: 0 must equal 1
  left: 0
 right: 1
"""

RUST_OLD = "thread 'total' panicked at 'assertion failed: x', src/cart.rs:4:9\n"

RSPEC = """\
Failure/Error: expect(cart.total).to eq(2)

  expected: 2
       got: 1
./lib/cart.rb:5:in `block in total'
./spec/cart_spec.rb:9:in `block (2 levels) in <top (required)>'
/usr/lib/gems/rspec-core-3.13.0/lib/rspec/core/example.rb:263:in `run'
"""

GOOGLETEST = """\
/builds/shop/tests/cart_test.cc:12: Failure
Expected equality of these values:
  total()
    Which is: 1
  2
"""

SEEN = [
    ("pytest", {"text": PYTEST}, "RuntimeError", "shop/cart.py:add", "RuntimeError: bad items"),
    (
        "pytest, chained",
        {"text": PYTEST_CHAINED},
        "CartError",
        "shop/cart.py:add",
        "shop.errors.CartError: bad items",
    ),
    (
        "pytest, collection",
        {"text": PYTEST_COLLECTION, "message": "collection failure"},
        "ModuleNotFoundError",
        "tests/test_cart.py:<module>",
        "ModuleNotFoundError: No module named 'nope'",
    ),
    (
        "pytest, in a library",
        {"text": PYTEST_LIBRARY},
        "JSONDecodeError",
        "tests/test_cart.py:test_load",
        "json.decoder.JSONDecodeError: Expecting property name",
    ),
    (
        "pytest, no fixture",
        {"text": PYTEST_NO_FIXTURE, "owner": "tests.test_cart"},
        "",
        "tests/test_cart.py:test_total",
        "fixture 'cart' not found",
    ),
    ("pytest, plain assert", {"text": "E   assert 1 == 2"}, "AssertionError", "", "assert 1 == 2"),
    ("pytest, pytest.fail", {"text": "E   Failed: no\n\nt.py:3: Failed"}, "Failed", "t.py", "Failed: no"),
    (
        "unittest",
        {"text": UNITTEST, "owner": "tests.test_cart.TestCart"},
        "AssertionError",
        "tests/test_cart.py:test_total",
        "AssertionError: 1 != 2 : totals differ",
    ),
    (
        "unittest, chained",
        {"text": UNITTEST_CHAINED, "message": "x", "kind": "CartError", "owner": "tests.test_cart.TestCart"},
        "CartError",
        "src/cart.py:total",
        "x",
    ),
    ("jest", {"text": JEST}, "Error", "lib/main.js:throwError", "Error: expect(received).toBeTruthy()"),
    (
        "node",
        {"text": NODE, "message": "bad 3", "kind": "testCodeFailure", "file": "./lib/cart.js"},
        "TypeError",
        "lib/cart.js:total",
        "bad 3",
    ),
    ("vitest", {"text": VITEST}, "AssertionError", "src/cart.ts:total", VITEST.splitlines()[0]),
    ("playwright", {"text": PLAYWRIGHT}, "Error", ".../cart.spec.ts", PLAYWRIGHT.splitlines()[0]),
    (
        "surefire",
        {"text": SUREFIRE, "kind": "java.lang.AssertionError", "owner": "com.example.shop.CartTest"},
        "java.lang.AssertionError",
        "com/example/shop/Cart.java:lambda$total",
        "java.lang.AssertionError",
    ),
    (
        "kotlin",
        {"text": KOTLIN, "owner": "CartTest"},
        "java.lang.IllegalStateException",
        "CartTest.kt:total",
        "java.lang.IllegalStateException: no cart",
    ),
    (
        ".NET",
        {"text": DOTNET},
        "",
        ".../CartTests.cs:Total",
        "Assert.Null() Failure: Value is not null",
    ),
    (
        "phpunit",
        {"text": PHPUNIT, "kind": r"PHPUnit\Framework\ExpectationFailedException"},
        r"PHPUnit\Framework\ExpectationFailedException",
        "src/Cart.php",
        "CartTest::testTotal",
    ),
    ("go", {"text": GO, "message": "Failed"}, "", "cart_test.go", "got 1, want 2"),
    (
        "go, panic",
        {"text": GO_PANIC, "message": "Failed", "owner": "github.com/ada/shop/cart"},
        "panic",
        ".../cart.go:(*Cart).Total",
        "panic: runtime error: index out of range [3] with length 2 [recovered]",
    ),
    (
        "rust",
        {"text": RUST, "kind": "test failure"},
        "panic",
        "tests/cart.rs",
        "assertion `left == right` failed: 0 must equal 1",
    ),
    ("rust before 1.73", {"text": RUST_OLD}, "panic", "src/cart.rs", ""),
    (
        "rspec",
        {"text": RSPEC, "kind": "RSpec::Expectations::ExpectationNotMetError"},
        "RSpec::Expectations::ExpectationNotMetError",
        "lib/cart.rb:total",
        "Failure/Error: expect(cart.total).to eq(2)",
    ),
    ("googletest", {"text": GOOGLETEST}, "", ".../cart_test.cc", "Expected equality of these values"),
    ("a message alone", {"text": "", "message": "TypeError: x"}, "TypeError", "", "TypeError: x"),
    ("a word that says nothing", {"text": "", "message": "failure", "kind": "FAILURE"}, "", "", ""),
    ("nothing", {"text": ""}, "", "", ""),
]


@pytest.mark.parametrize(
    ("given_", "exception", "frame", "words"), [seen[1:] for seen in SEEN], ids=[s[0] for s in SEEN]
)
def test_a_failure_text_tells_its_exception_its_frame_and_its_words(
    given_: dict[str, str], exception: str, frame: str, words: str
):
    assert read(**given_) == Trace(exception, frame, words)


def test_only_library_frames_are_no_frame_of_the_repository():
    assert read('  File "/usr/lib/python3.11/site-packages/x.py", line 1, in f').frame == ""


def test_a_hint_outside_every_frame_leaves_only_the_name_of_the_file():
    assert read('  File "/home/ada/shop/x.py", line 1, in f', owner="other.module").frame == ".../x.py:f"


@pytest.mark.parametrize("root", ["/home/ada/shop", "/builds/team/shop", "C:\\work\\shop"])
def test_the_frame_is_the_same_wherever_the_repository_lies(root: str):
    text = UNITTEST.replace("/home/ada/shop", root).replace("/", "\\") if "\\" in root else UNITTEST
    assert read(text.replace("/home/ada/shop", root), owner="tests.test_cart.TestCart").frame == (
        "tests/test_cart.py:test_total"
    )


def test_the_end_of_a_very_long_text_is_read():
    assert read("noise\n" * 100_000 + PYTEST).exception == "RuntimeError"


LINES = st.lists(
    st.sampled_from([line for seen in SEEN for line in seen[1].get("text", "").splitlines()]) | st.text(max_size=80)
)


@given(LINES, st.text(max_size=80), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_text_at_all_breaks_the_reader(lines: list[str], message: str, kind: str, owner: str, file: str):
    found = read("\n".join(lines), message=message, kind=kind, owner=owner, file=file)
    assert all(isinstance(part, str) for part in (found.exception, found.frame, found.words))
