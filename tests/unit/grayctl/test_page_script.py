"""The page's script is the first thing in the head of each document, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grayctl.actions.site.page_script import with_script

TAG = '<script src="/v2/graylane.js"></script>'


@pytest.mark.parametrize(
    "document",
    [
        "<!doctype html>\n<html lang=en>\n<head>{}\n<meta charset=utf-8>",
        "<!DOCTYPE html><html><HEAD data-x='a>b'\n class=\"<head>\">{}<title>t</title></HEAD>",
        "<!-- <head> --><!doctype html><!-- <html> --><html>{}<body><head></head>",
        "<!doctype html>{}<title><head></title><p>no head</p>",
        "<!doctype html>{}\n  <meta charset=utf-8><head>",
        "<html>{}<script>'<head>'</script>",
        "<html>{}text <head>",
        "<html>{}&amp; <head>",
        "<html>{}&#65; <head>",
        "<!doctype html><html>\n\n<!-- a comment -->\n<head>{}<!-- after -->",
        f"<!doctype html><!-- {'long ' * 3_000} -->\n<html>\n<head data-x='{'x' * 9_000}'>{{}}<meta charset=utf-8>",
        "{}<p>hello</p>",
        "{}hello",
        "{}",
        "<html><head>{}<script src=graylane.js.map></script>",
        "<html><head>{}<img src='/v2/graylane.js'>",
        "<html><head>{}<!-- <script src='/v2/graylane.js'></script> -->",
        "<html><head>{}<script>document.write('<script src=/v2/graylane.js><\\/script>')</script>",
    ],
)
def test_where_it_is_put(document: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        before, after = document.replace("{}", "").encode(encoding), document.replace("{}", TAG).encode(encoding)
        assert with_script(before, "v2") == after


@pytest.mark.parametrize(
    "document",
    [
        "<html><head><script src='/v2/graylane.js'></script>",
        "<html><head><SCRIPT async SRC=graylane.js?1></SCRIPT>",
        f"<html><body><p>{'late ' * 3_000}</p><script src='https://cdn.example/x/graylane.js' ></script>",
    ],
)
def test_a_document_that_has_it_gets_no_second_one(document: str) -> None:
    assert with_script(document.encode(), "v2") == document.encode()


pieces = st.lists(
    st.sampled_from(
        [
            *("<!doctype html>", "<html>", "<head>", "</head>", "<body>", "<!--", "-->", "<title>", "</title>"),
            *("<script>", "</script>", "<style>", "</style>", "<![CDATA[", "]]>", "<?xml?>", "<p a='<head>'>"),
            *("\n", "\r\n", "\r", " ", "&lt;", "<", ">", "text", "\u00fc\U0001f388", "\ufeff"),
        ]
    ),
    max_size=12,
).map("".join)


@given(st.one_of(pieces.map(str.encode), st.binary(max_size=60)))
def test_nothing_else_is_changed_and_a_second_time_nothing_at_all(document: bytes) -> None:
    once = with_script(document, "v2")

    assert once.replace(TAG.encode(), b"", 1) == document
    assert with_script(once, "v2") == once
    assert TAG.encode() in once or document.startswith((b"\xff\xfe", b"\xfe\xff"))
