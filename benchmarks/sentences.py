"""Thousands of distinct instructions, remarks, traces and changes of the sort that people and tools leave."""

_DO = (
    "Use {tool} to {purpose}.",
    "Never call {tool} when you {purpose}.",
    "Always run {tool} before you {purpose}.",
    "Prefer {tool} over scripts of your own to {purpose}.",
    "Do not {purpose} without {tool}.",
    "Keep the settings of {tool} in one file when you {purpose}.",
    "Write a test with {tool} whenever you {purpose}.",
)
_TOOLS = (
    *("ruff", "pytest", "uv", "mypy", "pyright", "hypothesis", "alembic", "structlog", "pnpm", "vitest", "eslint"),
    *("prettier", "playwright", "cargo", "clippy", "rustfmt", "gofmt", "golangci", "gradle", "ktlint", "terraform"),
    *("helm", "docker", "make", "just", "tox", "nox", "poetry", "bazel", "cmake", "ninja", "sqlfluff", "buf"),
    *("protoc", "openapi", "storybook", "webpack", "rollup", "babel", "locust"),
)
_PURPOSES = (
    *("add a migration", "change a schema", "touch the cart", "round a price", "parse a date", "read a file"),
    *("open a socket", "write a log line", "name a branch", "release a version", "mock the clock", "seed the chance"),
    *("validate an address", "retry a request", "cache an answer", "sort the orders", "page through results"),
    *("encode a report", "translate a page", "resize an image", "draw a chart", "send a mail", "charge a card"),
    *("refund an order", "import a catalogue", "export the ledger", "merge two customers", "archive old rows"),
    *("rotate a key", "load the settings", "bump a dependency", "rename a module", "split a function"),
    *("document an endpoint", "deprecate a field", "measure a query", "batch the inserts", "stream the upload"),
    *("throttle a client", "sign a webhook"),
)
_TALK = (
    "No, that is not how we do it here.",
    "Thanks, the rest looks good.",
    "I had to clean up after you again.",
    "This broke the nightly build.",
    "We talked about this last week.",
)

TRACE = """\
Traceback (most recent call last):
  File "tests/test_cart.py", line 41, in test_total
    assert cart.total(with_tax=True) == Decimal("23.80")
  File "src/cart.py", line 118, in total
    return sum((line.price * line.count for line in self.lines), Decimal(0)) * rate
  File "src/prices.py", line 77, in __mul__
    raise AssertionError(f"{self.currency} does not fit {other}")
AssertionError: EUR does not fit None

The cart held two lines, one of them with a voucher, and the rate came from the settings of the shop
in which no country was named. The other 411 tests of this run are not concerned.
"""

CODE = """\
diff --git a/src/cart.py b/src/cart.py
--- a/src/cart.py
+++ b/src/cart.py
@@ -110,9 +110,11 @@ class Cart:
""" + "".join(
    f"-        line_{n} = self.lines[{n}]\n+        line_{n} = self.lines[{n}].priced(rate)\n" for n in range(30)
)


def sentence(number: int) -> str:
    """One of 11,200 distinct instructions; two neighbours share few words."""
    shape, rest = number % len(_DO), number // len(_DO)
    tool = _TOOLS[(rest + shape * 11) % len(_TOOLS)]
    purpose = _PURPOSES[(rest // len(_TOOLS) + rest * 7 + shape * 3) % len(_PURPOSES)]
    return _DO[shape].format(tool=tool, purpose=purpose)


def small_talk(number: int) -> str:
    """What a person says around an instruction."""
    return _TALK[number % len(_TALK)]
